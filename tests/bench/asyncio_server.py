"""An echo server with asyncio's protocols: asyncio_server.py tcp | udp"""

import asyncio
import sys


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    # A peer that does not read is not read from.
    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


class EchoDatagrams(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(data, address)


async def main():
    loop = asyncio.get_running_loop()
    if sys.argv[1] == "udp":
        own = ("127.0.0.1", 0)
        transport, _ = await loop.create_datagram_endpoint(EchoDatagrams, own)
        sock = transport.get_extra_info("socket")
    else:
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=511)
        sock = server.sockets[0]
    print("listening on 127.0.0.1 port", sock.getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
