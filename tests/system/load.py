"""Connections to a polyclockd on 127.0.0.1:18814, for tests.

Usage: load.py rate PER_SECOND SECONDS   new connections, each with one classic request; prints the counts
       load.py garbage CONNECTIONS       connections that send what no client sends
"""
import collections
import os
import socket
import sys
import threading
import time

ADDRESS = ("127.0.0.1", 18814)
REQUEST = bytes.fromhex("497e00010002")
THREADS = 16


def ask():
    """How one connection with one request ends."""
    try:
        with socket.create_connection(ADDRESS, timeout=20) as peer:
            peer.sendall(REQUEST)
            reply = b""
            while len(reply) < 13 or len(reply) < 13 + reply[12]:
                part = peer.recv(512)
                if not part:
                    return "lost"
                reply += part
            return "answered"
    except ConnectionRefusedError:
        return "refused"
    except ConnectionResetError:
        return "reset"
    except TimeoutError:
        return "late"


def ask_at_rate(rate, start, end, counts):
    done = 0
    while (now := time.monotonic()) < end:
        if done < (now - start) * rate:
            counts[ask()] += 1
            done += 1
        else:
            time.sleep(0.001)


def rate(per_second, seconds):
    start = time.monotonic()
    counts = [collections.Counter() for _ in range(THREADS)]
    threads = [threading.Thread(target=ask_at_rate,
                                args=(per_second / THREADS, start, start + seconds, count))
               for count in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = sum(counts, collections.Counter())
    kinds = ("answered", "refused", "reset", "lost", "late")
    print(f"connections={sum(total.values())}", *(f"{kind}={total[kind]}" for kind in kinds))


def garbage(connections):
    for n in range(connections):
        with socket.create_connection(ADDRESS, timeout=20) as peer:
            peer.sendall(os.urandom(1 + n % 40))
    print(f"connections={connections}")


if sys.argv[1] == "rate":
    rate(float(sys.argv[2]), float(sys.argv[3]))
else:
    garbage(int(sys.argv[2]))
