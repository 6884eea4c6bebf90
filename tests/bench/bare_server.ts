/**
 * An echo server with what Deno itself offers, and nothing of the lab:
 * `bare_server.ts tcp | udp`. It has no limits, no turns, no shutdown and no word
 * about what fails, and so it shows what these cost.
 *
 * @module
 */

const hostname = "127.0.0.1";
const FIRST_BUFFER = 2048, LAST_BUFFER = 262_144, GROWTH = 8;

async function echo(conn: Deno.TcpConn): Promise<void> {
  using _ = conn;
  conn.setNoDelay(true);
  let buffer = new Uint8Array(FIRST_BUFFER);
  for (let count; (count = await conn.read(buffer)) !== null;) {
    for (let sent = 0; sent < count;) {
      sent += await conn.write(buffer.subarray(sent, count));
    }
    if (count === buffer.length && count < LAST_BUFFER) {
      buffer = new Uint8Array(Math.min(count * GROWTH, LAST_BUFFER));
    }
  }
}

function announce({ port }: Deno.NetAddr): void {
  console.log(`listening on ${hostname} port ${port}`);
}

if (Deno.args[0] === "udp") {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  announce(socket.addr as Deno.NetAddr);
  const buffer = new Uint8Array(FIRST_BUFFER);
  while (true) {
    const [data, from] = await socket.receive(buffer);
    await socket.send(data, from);
  }
} else {
  const listener = Deno.listen({ hostname, port: 0 });
  announce(listener.addr);
  while (true) echo(await listener.accept()).catch(() => {});
}
