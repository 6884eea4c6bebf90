"""Looks service names up for SECONDS, and prints how many ns one took:
service_lookups.py SECONDS PORT/PROTOCOL …"""

import socket
import sys
import time

end = time.perf_counter() + float(sys.argv[1])
wanted = [(int(port), name) for port, name in (arg.split("/") for arg in sys.argv[2:])]
begin = time.perf_counter_ns()
count = 0
while time.perf_counter() < end:
    for _ in range(100):
        for port, protocol in wanted:
            socket.getservbyport(port, protocol)
    count += 100 * len(wanted)
print((time.perf_counter_ns() - begin) / count)
