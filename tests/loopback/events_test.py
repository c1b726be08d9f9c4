"""Events of the running daemon: at once, then at the instant of each change; until a drain, and within limits.

Usage: events_test.py POLYCLOCKD
"""
import contextlib
import json
import pathlib
import re
import signal
import socket
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, eventually  # noqa: E402

SECONDS = "/v1/events?style=iso&zone=UTC"
LATE_MAX = 0.5  # seconds, on a machine with other work


class Subscriber:
    def __init__(self, endpoint, target, version="1.1", **settings):
        self.socket = socket.create_connection(endpoint, timeout=20, **settings)
        self.socket.sendall(f"GET {target} HTTP/{version}\r\nHost: a\r\n\r\n".encode())
        self.input = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.input.close()
        self.socket.close()

    def head(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.input.readline()
            assert line, head
            head += line
        return head.decode()

    def chunk(self):
        """Without its frame; empty at the end of the stream."""
        size = int(self.input.readline(), 16)
        body = self.input.read(size)
        assert self.input.read(2) == b"\r\n"
        return body.decode()

    def event(self):
        """Its id and its object, and when it came; comments are left out."""
        while (chunk := self.chunk()) == ":\n\n":
            pass
        now = time.time()
        found = re.fullmatch(r"id: (\d+)\n(?:event: \d+\n)?data: (.*)\n\n", chunk)
        assert found, chunk
        return int(found[1]), json.loads(found[2]), now


def begins_at_once_and_goes_on(endpoint):
    with Subscriber(endpoint, SECONDS) as one:
        head = one.head()
        assert head.startswith("HTTP/1.1 200 OK\r\n") and "\r\nX-Accel-Buffering: no\r\n" in head, head
        retry = re.fullmatch(r"retry: (\d+)\n\n", one.chunk())
        assert retry and 2000 <= int(retry[1]) <= 7000, retry
        first, _, _ = one.event()
        for number in range(1, 4):
            second, data, now = one.event()
            assert second == first + number, (first, number, second)
            assert 0 <= now - second < LATE_MAX, (second, now)
            instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))
            assert data["text"] == instant, (data, instant)


def ends_with_its_peer(daemon, endpoint):
    with Subscriber(endpoint, SECONDS) as one:
        one.head()
        one.socket.shutdown(socket.SHUT_WR)
        assert one.input.read().endswith(b"\r\n0\r\n\r\n")
    with Subscriber(endpoint, SECONDS):
        pass
    eventually(lambda: subscribers(daemon.endpoints[0]) == 0)


def sample(endpoint, name):
    host, port = endpoint
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=20) as reply:
        found = re.search(rf"^polyclockd_{re.escape(name)} (\S+)$", reply.read().decode(), re.MULTILINE)
    return float(found[1]) if found else None


def subscribers(endpoint):
    return sample(endpoint, "subscribers")


def one_that_never_reads_delays_nobody(endpoint):
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(Subscriber(endpoint, SECONDS)) for _ in range(50)]
        reader = stack.enter_context(Subscriber(endpoint, SECONDS))
        reader.head()
        reader.chunk()
        for _ in range(4):
            second, _, now = reader.event()
        assert now - second < LATE_MAX
        eventually(lambda: subscribers(endpoint) == 51)
        assert silent


def is_never_idle(path):
    with Daemon(path, ["http+tcp://127.0.0.1:0?admin=yes"], "--idle-timeout", "1", "--subscribers-max", "2",
                "--connections-max", "4") as daemon:
        endpoint = daemon.endpoints[0]
        with Subscriber(endpoint, "/v1/events?what=date&style=iso") as days, Subscriber(endpoint, SECONDS) as one:
            for stream in (days, one):
                stream.head()
                stream.chunk()
                stream.event()
            with Subscriber(endpoint, SECONDS) as third:
                assert third.head().startswith("HTTP/1.1 503 ")
            # At the connection limit others make room, but no subscriber.
            crowd = [socket.create_connection(endpoint) for _ in range(6)]
            for _ in range(3):
                one.event()
            for peer in crowd:
                peer.close()
            eventually(lambda: subscribers(endpoint) == 2)
            assert sample(endpoint, "event_lateness_seconds_count") >= 2
            # A reload keeps subscriptions.
            daemon.process.send_signal(signal.SIGHUP)
            for _ in range(2):
                one.event()
            daemon.process.terminate()
            while one.chunk():
                pass
            assert days.input.read().endswith(b"0\r\n\r\n")


def main(path):
    with Daemon(path, ["http+tcp://127.0.0.1:0?admin=yes"]) as daemon:
        begins_at_once_and_goes_on(daemon.endpoints[0])
        ends_with_its_peer(daemon, daemon.endpoints[0])
        one_that_never_reads_delays_nobody(daemon.endpoints[0])
    is_never_idle(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
