"""An echo server with socketserver, for TCP one thread a connection:
socketserver_server.py tcp | udp"""

import socket
import socketserver
import sys


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while data := self.request.recv(65536):
                self.request.sendall(data)
        except ConnectionError:
            pass  # The client is gone.


class EchoDatagrams(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        sock.sendto(data, self.client_address)


class TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 511


class UdpServer(socketserver.UDPServer):
    max_packet_size = 65536


if sys.argv[1] == "udp":
    server = UdpServer(("127.0.0.1", 0), EchoDatagrams)
else:
    server = TcpServer(("127.0.0.1", 0), Echo)
print("listening on 127.0.0.1 port", server.server_address[1], flush=True)
server.serve_forever()
