import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import dnsPacket, {
  type Message,
  type Question,
} from "../../lib/dns_packet.ts";
import { answerQuery, serveNames } from "../../lib/demo/name_server.ts";
import { connectTcp } from "../../lib/connect.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";

const NAMES = new Map([["www.lab.test", "192.0.2.7"]]);

function query(questions: Question[], more: Message = {}): Uint8Array {
  return dnsPacket.encode({ type: "query", id: 7, questions, ...more });
}

/** The answer in short: `NOERROR 192.0.2.7 aa`. */
function answer(packet: Uint8Array): string | undefined {
  const response = answerQuery(packet, NAMES);
  if (!response) return undefined;
  const { id, rcode, answers, flag_aa } = dnsPacket.decode(
    Buffer.from(response),
  );
  assertEquals(id, 7);
  const data = answers.map((one) => one.data);
  return [rcode, ...data, ...flag_aa ? ["aa"] : []].join(" ");
}

Deno.test({
  name: "answerQuery() answers by the rules of RFC 1035 and 2308",
  permissions: "none",
}, () => {
  const cases: [Question[], string][] = [
    [[{ type: "A", name: "www.lab.test" }], "NOERROR 192.0.2.7 aa"],
    [[{ type: "A", name: "WWW.Lab.TEST" }], "NOERROR 192.0.2.7 aa"],
    [[{ type: "AAAA", name: "www.lab.test" }], "NOERROR aa"],
    [[{ type: "A", name: "no.lab.test" }], "NXDOMAIN aa"],
    [[{ type: "TXT", name: "www.lab.test", class: "CH" }], "REFUSED"],
    [[], "FORMERR"],
    [[{ type: "A", name: "a" }, { type: "A", name: "b" }], "FORMERR"],
  ];
  for (const [questions, expected] of cases) {
    assertEquals(answer(query(questions)), expected);
  }
});

Deno.test({
  name:
    "answerQuery() refuses other kinds of messages, and is silent to what is no query",
  permissions: "none",
}, () => {
  const question: Question = { type: "A", name: "www.lab.test" };
  const status = 2 << 11; // opcode 2
  assertEquals(answer(query([question], { flags: status })), "NOTIMP");
  assertEquals(answer(query([question], { type: "response" })), undefined);
  assertEquals(answer(new Uint8Array(11)), undefined);
  // A header that promises a question, and a name that points at itself.
  const loop = [0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1];
  assertEquals(answer(new Uint8Array(loop)), "FORMERR");
  assertEquals(answer(new Uint8Array(loop.slice(0, 13))), "FORMERR");
});

Deno.test({
  name: "answerQuery() survives any garbage",
  permissions: "none",
}, () => {
  for (let round = 0; round < 2000; round++) {
    const size = 12 + round % 60;
    const packet = crypto.getRandomValues(new Uint8Array(size));
    packet[2] &= 0x7f; // a query
    packet[4] =
      packet[6] =
      packet[8] =
      packet[10] =
        0;
    answerQuery(packet, NAMES);
  }
});

Deno.test({
  name:
    "serveNames() answers several queries on one TCP connection, however they are cut",
  permissions: { net: ["127.0.0.1"] },
}, async () => {
  await using server = serveNames(NAMES);
  using conn = await connectTcp(server.addr);
  const framed = dnsPacket.streamEncode({
    type: "query",
    id: 7,
    questions: [{ type: "A", name: "www.lab.test" }],
  });
  const sent = Buffer.concat([framed, framed]);
  for (const byte of sent) await writeAll(conn, new Uint8Array([byte]));
  await conn.closeWrite();
  let received = Buffer.alloc(0);
  for await (const chunk of readChunks(conn)) {
    received = Buffer.concat([received, chunk]);
  }
  const length = 2 + received.readUInt16BE();
  assertEquals(received.length, 2 * length);
  const { answers } = dnsPacket.streamDecode(received.subarray(length));
  assertEquals(answers.map((one) => one.data), ["192.0.2.7"]);
});
