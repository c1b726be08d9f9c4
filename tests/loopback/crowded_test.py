"""At the connection limit: who holds its connections without asking anything, on whatever listener and as often as they
are closed, keeps no other client out; and subscribers leave some places.

Usage: crowded_test.py POLYCLOCKD
"""
import contextlib
import pathlib
import socket
import ssl
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, certificate_words, run  # noqa: E402

PLACES = 16
CLASSIC_DATE = bytes.fromhex("497e00010001")
WATCH = bytes.fromhex("497e000a") + b"\x01\x00" + (12).to_bytes(2, "big") + (7).to_bytes(4, "big")
PROXY_LINE = b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n"


def within_tls(begin):
    """A holder that agrees on keys, and then sends what no whole record is."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    def hold(peer):
        within = context.wrap_socket(peer)
        plain = socket.socket(fileno=within.detach())
        plain.sendall(begin)
        return plain
    return hold


def sending(begin):
    def hold(peer):
        peer.sendall(begin)
        return peer
    return hold


class Holder(threading.Thread):
    """Holds as many connections as there are places, and opens each again that is closed."""

    def __init__(self, endpoint, hold):
        super().__init__(daemon=True)
        self.endpoint, self.hold = endpoint, hold
        self.ended = threading.Event()
        self.filled = threading.Event()

    def open(self):
        peer = socket.create_connection(self.endpoint, timeout=1)
        return self.hold(peer)

    def run(self):
        peers = []
        while not self.ended.is_set():
            with contextlib.suppress(OSError):
                while len(peers) < PLACES:
                    peers.append(self.open())
            self.filled.set()
            peers = [peer for peer in peers if not self.is_closed(peer)]
            time.sleep(0.02)
        for peer in peers:
            peer.close()

    @staticmethod
    def is_closed(peer):
        peer.setblocking(False)
        try:
            return peer.recv(65536) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True


def is_answered(endpoint):
    with contextlib.suppress(OSError), socket.create_connection(endpoint, timeout=4) as peer:
        peer.sendall(CLASSIC_DATE)
        return len(peer.recv(300)) > 14
    return False


def lets_others_in(name, daemon_path, listener, hold):
    with Daemon(daemon_path, ["dt+tcp://127.0.0.1:0", listener], "--threads", "2",
                "--connections-max", str(PLACES), "--request-timeout", "60") as daemon:
        other, held = daemon.endpoints
        holder = Holder(held, hold)
        holder.start()
        assert holder.filled.wait(20)
        answered = sum(is_answered(other) for _ in range(5))
        holder.ended.set()
        holder.join(20)
    assert answered == 5, (name, answered)
    print(f"{name}: another client is answered")


def main(daemon_path):
    with tempfile.TemporaryDirectory() as folder:
        cert, key = f"{folder}/cert.pem", f"{folder}/key.pem"
        run(*certificate_words("localhost", cert, key, "-days", "2"))
        tls = f"http+tls://127.0.0.1:0?cert={cert}&key={key}"
        http = "http+tcp://127.0.0.1:0"
        behind_proxy = http + "?proxy=127.0.0.1"
        for name, listener, hold in (
                ("silent", http, sending(b"")),
                ("half a packet", "dt+tcp://127.0.0.1:0", sending(CLASSIC_DATE[:2])),
                ("half a head", http, sending(b"GET / HTTP/1.1\r\nHost:")),
                ("half a line", "text+tcp://127.0.0.1:0", sending(b"da")),
                ("half a ClientHello", tls, sending(b"\x16\x03\x01")),
                ("half a record", tls, within_tls(b"\x17\x03\x03")),
                ("no PROXY header", behind_proxy, sending(b"")),
                ("half a PROXY header", behind_proxy, sending(PROXY_LINE[:9])),
                ("nothing behind a PROXY header", behind_proxy, sending(PROXY_LINE)),
                ("watches", "dt+tcp://127.0.0.1:0", sending(WATCH)),
                ("events", http, sending(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n"))):
            lets_others_in(name, daemon_path, listener, hold)


if __name__ == "__main__":
    main(*sys.argv[1:])
