"""Measures what a well-behaved client notices while others abuse polyclockd, on one core, the clients on another.

Usage: abuse.py BUILD_FOLDER [SECONDS]: of each measurement, 20 without it.

Prints a table, and fails where a figure is beyond what it must be. All on loopback; every number is bounded.
"""
import itertools
import os
import pathlib
import random
import selectors
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import run  # noqa: E402
from dt import query  # noqa: E402
from harness import daemon_words  # noqa: E402

PORT = 28820
LISTENER = f"dt+tcp://127.0.0.1:{PORT}"
RATE = 2000
LETTERS = "GyYQMLwWdDEeahHms"


def german_query(number):
    return query(number, "full", locale="de", zone="Europe/Berlin")


class Abuse(threading.Thread):
    """A crowd of clients in a thread of its own, which ends with `stop`."""

    def __init__(self, count):
        super().__init__(daemon=True)
        self.count = count
        self.over = threading.Event()
        self.busy = selectors.DefaultSelector()
        self.done = 0
        self.addresses = itertools.cycle(f"127.0.{n // 200}.{n % 200 + 2}" for n in range(4000))

    def open(self, **settings):
        peer = socket.socket()
        for option, value in settings.items():
            peer.setsockopt(socket.SOL_SOCKET, getattr(socket, option), value)
        peer.bind((next(self.addresses), 0))
        peer.connect(("127.0.0.1", PORT))
        peer.setblocking(False)
        return peer

    def stop(self):
        self.over.set()
        self.join()


class Slowloris(Abuse):
    """A byte every four seconds."""

    def run(self):
        packet = german_query(1)
        peers = [(self.open(), 0) for _ in range(self.count)]
        while not self.over.is_set():
            for index, (peer, at) in enumerate(peers):
                try:
                    peer.send(packet[at:at + 1])
                    peers[index] = peer, (at + 1) % len(packet)
                except OSError:
                    peer.close()
                    peers[index] = self.open(), 0
                self.done += 1
                if index % 100 == 0 and self.over.wait(4 * 100 / self.count):
                    break
        for peer, _ in peers:
            peer.close()


class SlowReader(Abuse):
    """A megabyte of queries from each, and none reads an answer; who is thrown out comes again."""

    def run(self):
        packets = b"".join(map(german_query, range(1_000_000 // len(german_query(1)))))
        for _ in range(self.count):
            self.add()
        while not self.over.is_set():
            for key, _ in self.busy.select(0.1):
                try:
                    key.data[0] += key.fileobj.send(packets[key.data[0]:key.data[0] + 16384])
                except OSError:
                    self.busy.unregister(key.fileobj)
                    key.fileobj.close()
                    self.add()
        for key in list(self.busy.get_map().values()):
            key.fileobj.close()

    def add(self):
        self.busy.register(self.open(SO_RCVBUF=4096), selectors.EVENT_WRITE, [0])
        self.done += 1
        time.sleep(0.001)


class Garbage(Abuse):
    """Bytes of no protocol, then another connection, at most 500 a second in all."""

    def run(self):
        chance = random.Random(6)
        peers = []
        while not self.over.wait(0.002):
            peer = self.open()
            try:
                peer.send(chance.randbytes(chance.randrange(1, 2000)))
            except OSError:
                pass
            peers.append(peer)
            self.done += 1
            if len(peers) > self.count:
                peers.pop(0).close()
        for peer in peers:
            peer.close()


class Inventor(Abuse):
    """Invented locales, every zone and random skeletons, sent on as answers come, as fast as they do."""

    def run(self):
        chance = random.Random(7)
        packets = [self.invent(chance, n) for n in range(20000)]
        for _ in range(self.count):
            peer = self.open()
            self.busy.register(peer, selectors.EVENT_READ | selectors.EVENT_WRITE,
                               [chance.randrange(len(packets)), b""])
        while not self.over.is_set():
            for key, events in self.busy.select(0.1):
                if events & selectors.EVENT_READ:
                    self.done += len(key.fileobj.recv(1 << 20)) > 0
                if events & selectors.EVENT_WRITE:
                    self.send(key, packets)
            time.sleep(0.0005)
        for key in list(self.busy.get_map().values()):
            key.fileobj.close()

    @staticmethod
    def send(key, packets):
        at, rest = key.data
        if not rest:
            rest = b"".join(packets[at:at + 50])
            at = (at + 50) % len(packets)
        try:
            sent = key.fileobj.send(rest)
        except BlockingIOError:
            sent = 0
        key.data[:] = at, rest[sent:]

    @staticmethod
    def invent(chance, number):
        language = chance.choice(LANGUAGES)
        locale = chance.choice([language, f"{language}-u-nu-latn-x-{number}",
                                f"{language}-u-ca-buddhist-x-{number}", f"qq-{number}"])
        skeleton = "".join(chance.choice(LETTERS) for _ in range(chance.randrange(1, 9)))
        style = chance.choice(["full", "skeleton:" + skeleton])
        return query(number, style, locale=locale[:60], zone=chance.choice(ZONES))


def names(kind):
    with open("/usr/share/zoneinfo/tzdata.zi", encoding="utf-8") as lines:
        found = [line.split()[1] for line in lines if line.startswith(kind + " ")]
    return [name for name in found if name != "Factory"]  # no place on earth


ZONES = names("Z")
LANGUAGES = ["en", "de", "mi", "fr", "ja", "zh", "ar", "fa", "th", "hi", "ru", "he", "ko", "pt", "es", "it",
             "am", "bn", "cy", "da", "el", "fi", "ga", "hu", "id", "ka", "lo", "my", "ne", "pl", "ro", "sw"]


class Measurement:
    def __init__(self, build, seconds):
        self.bench = run.Bench(build, seconds, ())
        self.failures = 0

    def good_client(self):
        load = self.bench.program("bench_load")
        words = ["chrt", "-f", "10", *run.pinned(run.LOAD_CORE, load, f"port={PORT}", "kind=query",
                                                 "connections=16", f"rate={RATE}",
                                                 f"seconds={self.bench.seconds}")]
        told = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
        values = dict(pair.split("=") for pair in told.stdout.split())
        return float(values["p99"]), int(values["requests"]), int(values["errors"])

    def tell(self, what, figure, must, holds):
        self.failures += not holds
        print(f"| {what} | {figure} | {must} | {'yes' if holds else 'NO'} |", flush=True)

    def under(self, what, crowds, must, limit):
        """The good client with and without the crowds; `limit` of its quiet p99 is the p99 allowed."""
        server = self.bench.start_polyclockd([LISTENER], "--connections-max", "20000")
        try:
            quiet, _, _ = self.good_client()
            before = server.memory()
            for crowd in crowds:
                crowd.start()
            time.sleep(3)
            busy, requests, errors = self.good_client()
            grown = (server.memory("VmHWM") - before) / 1024
            done = sum(crowd.done for crowd in crowds)
        finally:
            for crowd in crowds:
                crowd.stop()
            server.stop()
        asked = RATE * self.bench.seconds
        lost = errors + (requests < asked * 0.999)
        self.tell(f"{what} ({done:,} acts)", f"p99 {quiet:.0f} µs, then {busy:.0f} µs", must,
                  busy <= limit(quiet))
        self.tell(f"{what}: requests lost", f"{lost} of {requests:,}", "0", lost == 0)
        self.tell(f"{what}: memory", f"{grown:+.1f} MiB", "< 64 MiB", grown < 64)

    def few_descriptors(self):
        """1,000 clients where there are 256 descriptors."""
        log = open(self.bench.folder.name + "/log", "w+", encoding="utf-8")
        server = run.Server("prlimit", "--nofile=256", *daemon_words(
            self.bench.program("polyclockd"), [LISTENER], "--threads", "1"), stderr=log)
        run.wait_for(PORT)
        peers = []
        for _ in range(1000):
            peer = socket.socket()
            peer.settimeout(60)
            peer.connect(("127.0.0.1", PORT))
            peer.sendall(german_query(1))
            peers.append(peer)
        time.sleep(1)
        before = server.cpu_seconds()
        time.sleep(5)
        cpu = (server.cpu_seconds() - before) / 5 * 100
        served = 0
        for peer in peers:
            served += len(peer.recv(4096)) > 0
            peer.close()
        server.stop()
        log.seek(0)
        lines = len(log.readlines())
        self.tell("256 descriptors, 1,000 clients: CPU while full", f"{cpu:.1f} %", "< 5 %", cpu < 5)
        self.tell("256 descriptors: served in the end", f"{served} of 1000", "all", served == 1000)
        self.tell("256 descriptors: lines in the log", lines, "< 10", lines < 10)


def main(build, seconds="20"):
    run.raise_descriptor_limit()
    os.sched_setaffinity(0, {int(run.LOAD_CORE)})
    measurement = Measurement(build, float(seconds))
    print("| abuse | figure | must | holds |\n| --- | --- | --- | --- |")
    measurement.under("10,000 slowloris, 1,000 slow readers, 1,000 garbage",
                      [Slowloris(10000), SlowReader(1000), Garbage(1000)], "≤ 3 times",
                      lambda quiet: 3 * quiet)
    measurement.under("8 inventors", [Inventor(8)], "< 5 ms", lambda quiet: 5000)
    measurement.few_descriptors()
    return 1 if measurement.failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
