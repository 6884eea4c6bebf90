/**
 * An echo server with Node's own modules: `node node_server.mjs tcp | udp`.
 *
 * @module
 */

import dgram from "node:dgram";
import net from "node:net";
import process from "node:process";

const HOST = "127.0.0.1";

function echo(socket) {
  socket.on("data", (data) => {
    // A peer that does not read is not read from.
    if (!socket.write(data)) socket.pause();
  });
  socket.on("drain", () => socket.resume());
  socket.on("error", () => {}); // The client is gone: the socket closes itself.
}

if (process.argv[2] === "udp") {
  const socket = dgram.createSocket("udp4");
  socket.on("message", (data, { port, address }) => {
    socket.send(data, port, address);
  });
  socket.bind(0, HOST, () => announce(socket.address()));
} else {
  const server = net.createServer({ noDelay: true }, echo);
  server.listen({ host: HOST, port: 0, backlog: 511 }, () => {
    announce(server.address());
  });
}

function announce({ port }) {
  console.log(`listening on ${HOST} port ${port}`);
}
