"""Who gets answers by datagram, from real addresses in network namespaces: the allow list, the source ports that
get none, the token buckets.

Usage: datagram_sources_test.py POLYCLOCKD [--full]: floods for 10 s instead of 2, from a million
addresses instead of a hundred thousand.
"""
import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, enter_network_namespace, eventually, run  # noqa: E402

DATE = struct.pack("!3H", 0x497E, 1, 1)
RATE = 500  # answers a second


def query():
    """An extended query for a date, as long as a datagram's reply may be."""
    fields = struct.pack("!HHB", 1, 1, 1)
    padding = 1024 - 12 - len(fields) - 4
    fields += struct.pack("!HH", 0, padding) + bytes(padding)
    return struct.pack("!HHBBHI", 0x497E, 3, 1, 0, 1024, 7) + fields


def asked(endpoint, source, packet=DATE, wait=0.25):
    """The reply to a datagram from that address and port, or nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.settimeout(wait)
        client.bind(source)
        client.sendto(packet, endpoint)
        try:
            reply, sender = client.recvfrom(4096)
        except TimeoutError:
            return None
        assert sender == endpoint, sender
        return reply


def asked_again(endpoint, source, attempts=20):
    """The reply to one of several datagrams: a full queue may have cost the first ones."""
    return next(filter(None, (asked(endpoint, source) for _ in range(attempts))), None)


def source_ports(daemon):
    dt, daytime, chime = daemon.endpoints
    for endpoint, packet in ((dt, DATE), (daytime, b"?"), (chime, b"")):
        assert asked(endpoint, ("127.0.0.1", 0), packet, wait=5)
        for port in (7, 13, 19, 37, 1023, dt[1], daytime[1], chime[1]):
            assert asked(endpoint, ("127.0.0.2", port), packet) is None, port
        assert asked(endpoint, ("127.0.0.1", 1024), packet, wait=5)
    print("source ports below 1024 and our own: no reply")


def lengths(daemon):
    endpoint = daemon.endpoints[0]
    whole = query()
    reply = asked(endpoint, ("127.0.0.1", 0), whole, wait=5)
    assert reply[:4] == struct.pack("!HH", 0x497E, 4) and len(reply) <= len(whole), reply
    short = struct.pack("!HHBBHI", 0x497E, 3, 1, 0, 1023, 7) + whole[12:17] + \
        struct.pack("!HH", 0, 1002) + bytes(1002)
    for packet in (short, whole[:500], whole + b"\0", whole[:12] + b"\xff" * 1012):
        assert asked(endpoint, ("127.0.0.1", 0), packet) is None, len(packet)
    print("an extended query shorter than the longest reply: no reply")


class Neighbour:
    """Another host: a network namespace of its own behind a veth pair, 10.9.0.2 next to 10.9.0.1."""

    def __enter__(self):
        self.process = subprocess.Popen(["unshare", "--net", "sleep", "300"])
        own = os.readlink("/proc/self/ns/net")
        eventually(lambda: os.readlink(f"/proc/{self.process.pid}/ns/net") != own)
        run("ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns",
            self.process.pid)
        run("ip", "address", "add", "10.9.0.1/24", "dev", "here")
        run("ip", "link", "set", "here", "up")
        self.run("ip", "address", "add", "10.9.0.2/24", "dev", "there")
        self.run("ip", "link", "set", "there", "up")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def run(self, *words):
        return run("nsenter", f"--net=/proc/{self.process.pid}/ns/net", *words)

    def ask(self, endpoint):
        """What a datagram from there brings back, in hex; empty: nothing."""
        program = ("import socket, sys; client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                   "client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1); "
                   "client.settimeout(1); client.sendto(bytes.fromhex(sys.argv[3]), "
                   "(sys.argv[1], int(sys.argv[2])))\n"
                   "try: print(client.recv(4096).hex())\n"
                   "except TimeoutError: pass")
        return self.run(sys.executable, "-c", program, *endpoint, DATE.hex()).strip()


def allow_list(daemon_path):
    with Neighbour() as neighbour:
        # Also the broadcast address of 10.9.0.0/24.
        run("ip", "address", "add", "10.9.0.255/16", "dev", "here")
        listeners = ["dt+udp://0.0.0.0:0", "dt+udp://0.0.0.0:0?allow=10.9.0.0/24",
                     "dt+udp://0.0.0.0:0?allow=10.9.0.3&allow=192.0.2.0/24",
                     "dt+udp://10.9.0.1:0?allow=10.9.0.0/24",
                     "dt+udp://10.9.0.255:0?allow=10.9.0.0/24"]
        with Daemon(daemon_path, listeners) as daemon:
            ports = [port for _, port in daemon.endpoints]
            assert neighbour.ask(("10.9.0.1", ports[0])) == ""
            assert neighbour.ask(("10.9.0.1", ports[1])).startswith("497e0002")
            assert neighbour.ask(("10.9.0.1", ports[2])) == ""
            assert asked(("127.0.0.1", ports[0]), ("127.0.0.1", 0), wait=5)
            assert asked(("127.0.0.1", ports[1]), ("127.0.0.1", 0)) is None
            assert neighbour.ask(("10.9.0.1", ports[3])).startswith("497e0002")
            assert neighbour.ask(("10.9.0.255", ports[3])) == ""
            assert neighbour.ask(("10.9.0.255", ports[4])) == ""
            for broadcast in ("10.9.0.255", "255.255.255.255"):
                if broadcast == "255.255.255.255":
                    neighbour.run("ip", "route", "add", "255.255.255.255", "dev", "there")
                assert neighbour.ask((broadcast, ports[1])) == "", broadcast
            # The reply comes from the address that was asked, whichever the route prefers.
            run("ip", "address", "add", "10.9.0.77/24", "dev", "here")
            neighbour_saw = neighbour.ask(("10.9.0.77", ports[1]))
            assert neighbour_saw.startswith("497e0002"), neighbour_saw
            assert asked(("127.0.0.77", ports[0]), ("127.0.0.1", 0), wait=5)
    print("the allow list decides, loopback alone without one")


class Prefix(threading.Thread):
    """Asks from many addresses of one /24, at so many datagrams a second and never so many at once that
    they would fill a queue; counts the replies.
    """

    burst = 50

    def __init__(self, endpoint, prefix, rate, seconds):
        super().__init__()
        self.endpoint, self.prefix, self.rate, self.seconds = endpoint, prefix, rate, seconds
        self.sent = self.replies = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.setblocking(False)

    def run(self):
        start = time.monotonic()
        while (passed := time.monotonic() - start) < self.seconds:
            for _ in range(min(self.burst, int(passed * self.rate) - self.sent)):
                source = f"{self.prefix}.{self.sent % 254 + 1}"
                send_from(self.socket, source, self.endpoint)
                self.sent += 1
            self.collect()
            time.sleep(0.002)
        time.sleep(0.5)
        self.collect()

    def collect(self):
        try:
            while self.socket.recv(4096):
                self.replies += 1
        except BlockingIOError:
            pass


def send_from(client, source, endpoint):
    info = struct.pack("@i4s4s", 0, socket.inet_aton(source), bytes(4))
    client.sendmsg([DATE], [(socket.IPPROTO_IP, 8, info)], 0, endpoint)  # 8: IP_PKTINFO


def rounds(first, second, datagram, seconds=1):
    """How often a datagram goes round between two servers 5 ms apart, each taken for the other's client."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as relay:
        relay.settimeout(0.3)
        count = 0
        end = time.monotonic() + seconds
        servers = (first, second)
        while time.monotonic() < end:
            relay.sendto(datagram, servers[count % 2])
            try:
                datagram = relay.recv(4096)
            except TimeoutError:
                return count
            time.sleep(0.005)
            count += 1
        return count


def loops(daemon_path):
    """One forged datagram makes no two daemons reply to each other."""
    listeners = ["daytime+udp://127.0.0.1:0?zone=UTC", "daytime+udp://127.0.0.1:0?locale=mi",
                 "daytime+udp://127.0.0.1:0?locale=ja&style=full", "time+udp://127.0.0.1:0"]
    with Daemon(daemon_path, listeners) as one, Daemon(daemon_path, listeners) as other:
        for first in one.endpoints:
            for second in other.endpoints:
                for datagram in (b"", b"\n", b"\r\n", b"dummy"):
                    count = rounds(first, second, datagram)
                    assert count <= 1, (first, second, datagram, count)
        assert rounds(one.endpoints[0], other.endpoints[0], b"Fri Nov 20 21:49:44 2026\r\n") == 0
        for question in (b"", b"\n", b"\r\n", b"dummy", b"what time is it?"):
            assert asked(one.endpoints[0], ("127.0.0.1", 0), question, wait=5), question
    print("replies of other servers: no reply")


def token_buckets(daemon_path, seconds):
    with Daemon(daemon_path, ["dt+udp://127.0.0.1:0?allow=10.0.0.0/8"], "--udp-rate",
                str(RATE)) as daemon:
        greedy = Prefix(daemon.endpoints[0], "10.1.1", 10_000, seconds)
        modest = Prefix(daemon.endpoints[0], "10.2.2", 100, seconds)
        for thread in (greedy, modest):
            thread.start()
        for thread in (greedy, modest):
            thread.join()
        print(f"in {seconds} s: {greedy.replies} of {greedy.sent} from 10.1.1.0/24, "
              f"{modest.replies} of {modest.sent} from 10.2.2.0/24")
        # A full bucket to begin with, then the rate.
        assert RATE * seconds <= greedy.replies <= RATE * (seconds + 1.2), greedy.replies
        assert modest.replies == modest.sent


def growth_max(daemon_path):
    """In kB. AddressSanitizer's allocator retains freed blocks."""
    return 8192 if b"__asan_init" in pathlib.Path(daemon_path).read_bytes() else 256


def many_sources(daemon_path, count):
    with Daemon(daemon_path, ["dt+udp://127.0.0.1:0?allow=10.0.0.0/8"]) as daemon:
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        send_from(client, "10.0.0.1", daemon.endpoints[0])
        assert client.recv(4096)
        before = 0
        for n in range(count):
            if n == count // 10:  # every page of the table has been touched
                before = daemon.status("VmRSS")
            scattered = n * 2654435761 % (1 << 24)  # Knuth's multiplier: every address once
            send_from(client, f"10.{scattered >> 16}.{scattered >> 8 & 255}.{scattered & 255}",
                      daemon.endpoints[0])
        assert asked_again(daemon.endpoints[0], ("10.77.77.77", 0))
        after = daemon.status("VmRSS")
        print(f"{count} source addresses: {before} kB before, {after} kB after")
        assert after - before < growth_max(daemon_path), (before, after)


def main(daemon_path, *options):
    enter_network_namespace()
    full = "--full" in options
    run("ip", "address", "add", "10.0.0.0/8", "dev", "lo")
    listeners = ["dt+udp://127.0.0.1:0", "daytime+udp://127.0.0.1:0", "time+udp://127.0.0.1:0"]
    with Daemon(daemon_path, listeners) as daemon:
        source_ports(daemon)
        lengths(daemon)
    loops(daemon_path)
    token_buckets(daemon_path, 10 if full else 2)
    many_sources(daemon_path, 1_000_000 if full else 100_000)
    run("ip", "address", "delete", "10.0.0.0/8", "dev", "lo")
    allow_list(daemon_path)


main(*sys.argv[1:])
