"""The sheet's echo client, in Python: echo_client.py --port PORT"""

import argparse
import socket
import sys


def main():
    parser = argparse.ArgumentParser(description="TCP echo client")
    parser.add_argument("text", nargs="?", default="Test message: SDN course examples")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9900)
    args = parser.parse_args()
    message = args.text.encode()

    print(f"Connecting to {args.host} port {args.port}")
    with socket.create_connection((args.host, args.port), timeout=10) as conn:
        print(f"Sending {args.text}")
        conn.sendall(message)
        received = 0
        while received < len(message):
            data = conn.recv(4096)
            if not data:
                sys.exit(f"connection closed after {received} of {len(message)} bytes")
            received += len(data)
            print(f"Received: {data!r}")
        print("Closing connection to the server")


main()
