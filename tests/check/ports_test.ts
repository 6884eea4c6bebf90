import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Ports, portsForPrograms } from "../../lib/check/ports.ts";

/** Which 400 ports from 20,000 on it draws from; none twice in 20. */
function placeOf(ports: Ports): number {
  const drawn = Array.from({ length: 20 }, () => ports.next().value);
  assertEquals(new Set(drawn).size, 20);
  const places = new Set(
    drawn.map((port) => Math.floor((port - 20_000) / 400)),
  );
  assertEquals(places.size, 1);
  return [...places][0];
}

Deno.test({
  name: "portsForPrograms() gives two checks at a time different ports",
  permissions: { net: ["127.0.0.1"] },
}, () => {
  let place: number;
  {
    using one = portsForPrograms();
    using other = portsForPrograms();
    place = placeOf(one);
    assertNotEquals(placeOf(other), place);
    assert(place >= 0 && place < 31);
  }
  using next = portsForPrograms();
  assertEquals(placeOf(next), place, "the ports were not let go of");
});
