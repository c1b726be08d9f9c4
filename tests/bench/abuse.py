"""Measures what a well-behaved client notices while others abuse polyclockd, on one core, the clients on another.

Usage: abuse.py BUILD_FOLDER [SECONDS [CROWD...]]: of each measurement, 10 without it; crowds whose names contain one
of the words, or all; `short` stands for a few small ones with generous bounds.

Good clients ask on kept connections, 2,000 times a second, and on new ones, 100 times a second: DT where that is what
the crowd speaks, else HTTP. Prints a table, and fails where a figure is beyond what it must be. All on loopback; every
number is bounded.
"""
import contextlib
import itertools
import json
import os
import pathlib
import random
import selectors
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import run  # noqa: E402
from dt import query  # noqa: E402
import harness  # noqa: E402
from harness import certificate_words, daemon_words  # noqa: E402

PORT = 28820
LISTENER = f"dt+tcp://127.0.0.1:{PORT}"
HTTP_PORT = 28821
HTTP_LISTENER = f"http+tcp://127.0.0.1:{HTTP_PORT}"
TLS_PORT = 28822
HTTP_HEAD_MAX, HTTP_FIELDS_MAX = 8192, 64
RATE = 2000
LETTERS = "GyYQMLwWdDEeahHms"


def german_query(number):
    return query(number, "full", locale="de", zone="Europe/Berlin")


def http_request(target, *fields, host="clock.example"):
    return "\r\n".join([f"GET {target} HTTP/1.1", f"Host: {host}", *fields, "", ""]).encode()


class Abuse(threading.Thread):
    """A crowd of clients in a thread of its own, which ends with `stop`."""
    port = PORT

    @property
    def good_port(self):
        """Where the good clients are meanwhile."""
        return self.port

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
        peer.connect(("127.0.0.1", self.port))
        peer.setblocking(False)
        return peer

    def drop(self, key):
        """Closes a connection that `busy` watches."""
        self.busy.unregister(key.fileobj)
        key.fileobj.close()

    def close_all(self):
        for key in list(self.busy.get_map().values()):
            key.fileobj.close()

    def stop(self):
        self.over.set()
        self.join()


class Slowloris(Abuse):
    """A byte every four seconds."""
    interval = 4
    request = german_query(1)

    def run(self):
        packet = self.request
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
                if index % 100 == 0 and self.over.wait(self.interval * 100 / self.count):
                    break
        for peer, _ in peers:
            peer.close()


class SlowReader(Abuse):
    """A megabyte of queries from each, and none reads an answer; who is thrown out comes again."""
    request = staticmethod(german_query)

    def run(self):
        packets = b"".join(map(self.request, range(1_000_000 // len(self.request(1)))))
        for _ in range(self.count):
            self.add()
        while not self.over.is_set():
            for key, _ in self.busy.select(0.1):
                try:
                    key.data[0] += key.fileobj.send(packets[key.data[0]:key.data[0] + 16384])
                except OSError:
                    self.drop(key)
                    self.add()
        self.close_all()

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
        self.close_all()

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


class Asker(Abuse):
    """Asks one question after another, each when the one before has been answered."""

    def __init__(self, count, reconnecting=False, at_once=1):
        super().__init__(count)
        self.reconnecting = reconnecting
        self.at_once = at_once
        self.chance = random.Random(9)

    def question(self):
        raise NotImplementedError

    def ask(self, peer):
        peer.send(b"".join(self.question() for _ in range(self.at_once)))
        self.busy.register(peer, selectors.EVENT_READ)

    def run(self):
        for _ in range(self.count):
            self.ask(self.open())
        while not self.over.is_set():
            for key, _ in self.busy.select(0.1):
                peer = key.fileobj
                self.busy.unregister(peer)
                try:
                    self.done += bool(peer.recv(1 << 18))
                    if self.reconnecting:
                        peer.close()
                        peer = self.open()
                    self.ask(peer)
                except OSError:
                    peer.close()
                    self.ask(self.open())
        self.close_all()


class Dear(Asker):
    """Questions that take long to answer, each for another instant."""

    STYLES = [("skeleton:GVVVV", "zh-u-ca-chinese"), ("skeleton:yzzzz", "de"),
              ("skeleton:QQQQ", "en-u-ca-hebrew")]
    FAR = 4102444800  # 2100

    def question(self, size_min=0):
        style, locale = self.chance.choice(self.STYLES)
        return query(self.done, style, instant=self.chance.randrange(self.FAR), size_min=size_min,
                     locale=locale, zone=self.chance.choice(ZONES))


class DearDatagrams(Dear):
    """The same by datagram, `count` a second."""

    def run(self):
        peers = []
        for _ in range(32):
            peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            peer.bind((next(self.addresses), 0))
            peer.connect(("127.0.0.1", PORT))
            peers.append(peer)
        while not self.over.wait(0.01):
            for _ in range(self.count // 100):
                peers[self.done % len(peers)].send(self.question(1024))
                self.done += 1
        for peer in peers:
            peer.close()


class SlowHead(Slowloris):
    """A byte every second; of every other head half of what it may be comes at once."""
    port = HTTP_PORT
    interval = 1
    request = http_request("/v1/text")
    beginning = b"GET / HTTP/1.1\r\nX-Filler: ".ljust(HTTP_HEAD_MAX // 2, b"a")

    def open(self, **settings):
        peer = super().open(**settings)
        if self.done % 2:
            peer.send(self.beginning)
        self.done += 1
        return peer


class Pipeliner(SlowReader):
    """The same for HTTP."""
    port = HTTP_PORT

    @staticmethod
    def request(_):
        return http_request("/v1/text?locale=de")


class Kept(Abuse):
    """A connection for each request, which is never used again."""
    port = HTTP_PORT

    def run(self):
        peers = []
        while not self.over.wait(0.0005):
            if len(peers) == self.count:
                continue
            peers.append(self.open())
            peers[-1].send(http_request("/v1/text"))
            self.done += 1
        for peer in peers:
            peer.close()


class LongHead(Asker):
    """As long as heads may be, by each of the fields that are read, by one that is not, and by the target."""
    port = HTTP_PORT
    FILLERS = [("Accept-Language", "a;q=0,"), ("Accept", "a/b;q=0,"), ("If-None-Match", '"0123456789abcdef",'),
               ("X-Filler", "a")]
    TARGETS = ["/v1/text", "/v1/time?" + "&".join(["clock=UTC"] * 16)]

    def question(self):
        name, filler = self.chance.choice(self.FILLERS)
        target = self.chance.choice(self.TARGETS)
        if self.chance.randrange(5) == 0:
            return http_request("/".ljust(HTTP_HEAD_MAX - len(http_request("")), "a"))
        room = HTTP_HEAD_MAX - len(http_request(target, f"{name}: "))
        return http_request(target, f"{name}: " + (filler * room)[:room])


class ManyFields(Asker):
    """As many fields as a head may have."""
    port = HTTP_PORT

    def question(self):
        return http_request("/v1/text", *(f"X-{self.done}-{n}: a" for n in range(HTTP_FIELDS_MAX - 1)))


class OtherHost(Asker):
    """Each request with another Host, so that no response is given again."""
    port = HTTP_PORT

    def question(self):
        return http_request("/v1/text?locale=de", host=f"clock-{self.chance.getrandbits(64)}.example")


class FullPipelines(Abuse):
    """The same, as much as the socket takes, and every answer is read."""
    port = HTTP_PORT

    def run(self):
        requests = [http_request("/v1/text?locale=de", host=f"clock-{n}.example") for n in range(20000)]
        blocks = [b"".join(requests[n:n + 500]) for n in range(0, len(requests), 500)]
        for n in range(self.count):
            self.busy.register(self.open(), selectors.EVENT_READ | selectors.EVENT_WRITE, [n % len(blocks), 0])
        while not self.over.is_set():
            for key, ready in self.busy.select(0.1):
                peer, (block, sent) = key.fileobj, key.data
                if ready & selectors.EVENT_READ:
                    self.done += peer.recv(1 << 18).count(b"HTTP/1.1 200 ")
                if ready & selectors.EVENT_WRITE:
                    sent += peer.send(blocks[block][sent:])
                    is_over = sent == len(blocks[block])
                    key.data[:] = [(block + 1) % len(blocks), 0] if is_over else [block, sent]
        self.close_all()


class Batch(Asker):
    """Sixteen times in one request, of which each is cached."""
    port = HTTP_PORT

    def clock(self):
        return "UTC"

    def question(self):
        return http_request("/v1/time?" + "&".join(f"clock={self.clock()}" for _ in range(16)))


class UnknownZones(Batch):
    """Sixteen zones that there are not."""

    def clock(self):
        return f"Mars/Base{self.chance.getrandbits(32)}"


class ColdLocales(Batch):
    """Sixteen locales that have to be loaded."""
    CALENDARS = ["buddhist", "chinese", "coptic", "gregory", "hebrew", "indian", "islamic", "persian", "roc"]
    DIGITS = ["arab", "beng", "deva", "fullwide", "khmr", "laoo", "latn", "mymr", "thai", "tibt"]

    def run(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v1/locales") as reply:
            self.locales = json.load(reply)
        super().run()

    def clock(self):
        zone, locale, calendar, digits = map(self.chance.choice, (ZONES, self.locales, self.CALENDARS, self.DIGITS))
        return f"{zone};{locale}-u-ca-{calendar}-nu-{digits};full"


ZONES = names("Z")
LANGUAGES = ["en", "de", "mi", "fr", "ja", "zh", "ar", "fa", "th", "hi", "ru", "he", "ko", "pt", "es", "it",
             "am", "bn", "cy", "da", "el", "fi", "ga", "hu", "id", "ka", "lo", "my", "ne", "pl", "ro", "sw"]


class Handshakes(Abuse):
    """Only begins them: what the server replies costs it a key exchange and a signature. Then another connection."""
    port = TLS_PORT
    good_port = PORT

    def run(self):
        sent = ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname="a").do_handshake()
        self.hello = sent.read()
        for _ in range(self.count):
            self.add()
        while not self.over.is_set():
            for key, _ in self.busy.select(0.1):
                with contextlib.suppress(OSError):
                    self.done += len(key.fileobj.recv(65536)) > 200
                self.drop(key)
                self.add()
        self.close_all()

    def add(self):
        peer = self.open()
        peer.send(self.hello)
        self.busy.register(peer, selectors.EVENT_READ)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("inf")


def new_connections(seconds, port):
    """Asks on a new connection each 10 ms; prints the p99 in µs, how many were asked and how many lost."""
    question = german_query(1) if port == PORT else http_request("/v1/text?locale=de")
    reply_begin = question[:2] if port == PORT else b"HTTP/1.1 200 "
    took, lost = [], 0
    start = time.monotonic()
    while time.monotonic() < start + seconds:
        begin = time.monotonic()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=3) as peer:
                peer.sendall(question)
                lost += not peer.recv(4096).startswith(reply_begin)
            took.append((time.monotonic() - begin) * 1e6)
        except OSError:
            lost += 1
        time.sleep(max(0, begin + 0.01 - time.monotonic()))
    print(percentile(took, 0.99), len(took) + lost, lost)


class Watchdog(threading.Thread):
    """Stands for systemd: how late the daemon's pings come at most, of which one is due each second."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(folder + "/notify")
        os.environ.update(NOTIFY_SOCKET=folder + "/notify", WATCHDOG_USEC="2000000")
        self.last = None
        self.late = 0.0

    def run(self):
        while message := self.socket.recv(4096):
            now = time.monotonic()
            if message == b"STOPPING=1":
                self.last = None
            elif message == b"WATCHDOG=1":
                self.late = max(self.late, now - (self.last or now) - 1)
                self.last = now


class Measurement:
    def __init__(self, build, seconds, words):
        self.short = "short" in words
        self.words = [word for word in words if word != "short"]
        self.bench = run.Bench(build, seconds, ())
        self.tls_listener = f"dt+tls://127.0.0.1:{TLS_PORT}" + self.make_certificate(self.bench.folder.name)
        self.watchdog = Watchdog(self.bench.folder.name)
        self.watchdog.start()
        self.failures = 0
        self.p99_max = 200_000 if self.short else 5_000

    @staticmethod
    def make_certificate(folder):
        """The listener's keys."""
        harness.run(*certificate_words("a", f"{folder}/cert", f"{folder}/key"))
        return f"?cert={folder}/cert&key={folder}/key"

    def good_clients(self, port=PORT):
        """Of the kept connections and of new ones: p99 in µs, how many requests, how many of them lost."""
        load = self.bench.program("bench_load")
        kind = "query" if port == PORT else "http"
        # Those on new connections are a script, whose start must not delay the others.
        first, second = ([["chrt", "-f", priority] for priority in ("20", "10")]
                         if os.getuid() == 0 else ([], []))
        kept = subprocess.Popen(
            [*first, *run.pinned(run.LOAD_CORE, load, f"port={port}", f"kind={kind}", "connections=16",
                                 f"rate={RATE}", f"seconds={self.bench.seconds}")],
            stdout=subprocess.PIPE, text=True)
        new = subprocess.Popen([*second, sys.executable, __file__, "new-connections",
                                str(self.bench.seconds), str(port)], stdout=subprocess.PIPE, text=True)
        values = dict(pair.split("=") for pair in kept.communicate()[0].split())
        requests = int(values["requests"])
        unsent = requests < RATE * self.bench.seconds * (0.9 if self.short else 0.999)
        p99, asked, lost = map(float, new.communicate()[0].split())
        return [(float(values["p99"]), requests, int(values["errors"]) + unsent), (p99, asked, lost)]

    def tell(self, what, figure, must, holds):
        self.failures += not holds
        print(f"| {what} | {figure} | {must} | {'yes' if holds else 'NO'} |", flush=True)

    def under(self, what, *crowds, memory_max=64):
        """The good clients with and without the crowds."""
        if self.words and not any(word in what for word in self.words):
            return
        server = self.bench.start_polyclockd([LISTENER, LISTENER.replace("tcp", "udp"), HTTP_LISTENER,
                                              self.tls_listener],
                                             "--connections-max", "20000", "--udp-rate", "0")
        port = crowds[0].good_port
        try:
            quiet = self.good_clients(port)
            before = server.memory()
            self.watchdog.late = 0.0
            for crowd in crowds:
                crowd.start()
            time.sleep(1 if self.short else 3)
            busy = self.good_clients(port)
            grown = (server.memory("VmHWM") - before) / 1024
            done = sum(crowd.done for crowd in crowds)
        finally:
            for crowd in crowds:
                crowd.stop()
            late = self.watchdog.late
            server.stop()
        self.tell(f"**{what}**: acts", f"{done:,}", "> 0", done > 0)
        for kind, before, now in zip(("kept", "new"), quiet, busy):
            limit = max(self.p99_max, 3 * before[0])
            self.tell(f"{kind} connections: p99", f"{before[0]:.0f} µs, then {now[0]:.0f} µs",
                      f"≤ {self.p99_max // 1000} ms or 3 times", now[0] <= limit)
            self.tell(f"{kind} connections: lost", f"{now[2]:.0f} of {now[1]:,.0f}", "0", now[2] == 0)
        self.tell("watchdog's ping late by", f"{late:.2f} s", "≤ 1 s", late <= 1)
        self.tell("memory", f"{grown:+.1f} MiB", f"< {memory_max} MiB", grown < memory_max)

    def after_slow_readers(self, count):
        """What they leave behind."""
        if self.words and "left" not in self.words:
            return
        server = self.bench.start_polyclockd([LISTENER], "--connections-max", "20000")
        self.good_clients()
        before = server.memory()
        crowd = SlowReader(count)
        crowd.start()
        time.sleep(15)
        most = (server.memory() - before) / 1024
        crowd.stop()
        time.sleep(10)
        left = (server.memory() - before) / 1024
        server.stop()
        self.tell(f"**{count:,} slow readers, 10 s after they left**: memory",
                  f"{most:+.1f} MiB, then {left:+.1f} MiB", "< 32 MiB", left < 32)

    def few_descriptors(self):
        """1,000 clients where there are 256 descriptors."""
        if self.words and "descriptors" not in self.words:
            return
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


def main(build, seconds="10", *words):
    if build == "new-connections":
        return new_connections(float(seconds), int(words[0]))
    run.raise_descriptor_limit()
    os.sched_setaffinity(0, {int(run.LOAD_CORE)})
    measure = Measurement(build, float(seconds), words)
    print("| abuse | figure | must | holds |\n| --- | --- | --- | --- |")
    if measure.short:
        measure.under("slowloris, slow readers, garbage", Slowloris(300), SlowReader(50), Garbage(50))
        measure.under("dear questions", Dear(8), Dear(8, reconnecting=True), DearDatagrams(100))
        measure.under("HTTP: slow heads, pipeliners, connections kept", SlowHead(300), Pipeliner(50), Kept(300))
        measure.under("HTTP: heads, hosts, batches", LongHead(8), ManyFields(8), OtherHost(8, at_once=16),
                      UnknownZones(8), ColdLocales(8, reconnecting=True), memory_max=128)
        return measure.failures
    measure.under("5,000 slowloris, 500 slow readers, 500 garbage",
                  Slowloris(5000), SlowReader(500), Garbage(500))
    measure.under("32 with dear questions", Dear(32))
    measure.under("32 reconnecting for each dear question", Dear(32, reconnecting=True))
    measure.under("1,000 dear datagrams a second", DearDatagrams(1000))
    measure.under("160 dear questions in one write", Dear(1, at_once=160))
    measure.under("8 inventors", Inventor(8))
    measure.under("1,000 inventors", Inventor(1000))
    measure.under("HTTP: 2,000 slow heads, 500 pipeliners", SlowHead(2000), Pipeliner(500))
    measure.under("HTTP: 5,000 connections kept after one request", Kept(5000))
    measure.under("HTTP: 200 with heads of 8 KiB", LongHead(200))
    measure.under("HTTP: 200 with heads of 64 fields", ManyFields(200))
    measure.under("HTTP: 200 with another Host each time, 16 in one write", OtherHost(200, at_once=16))
    measure.under("HTTP: 200 with another Host each time, as many as the sockets take", FullPipelines(200))
    measure.under("HTTP: 200 with batches of 16 cached times", Batch(200))
    measure.under("HTTP: 32 with batches of 16 unknown zones", UnknownZones(32))
    measure.under("HTTP: 32 with batches of 16 cold locales", ColdLocales(32), memory_max=128)
    measure.under("HTTP: 32 reconnecting for each batch of 16 cold locales", ColdLocales(32, reconnecting=True),
                  memory_max=128)
    measure.under("TLS: 1,000 that only begin handshakes", Handshakes(1000))
    measure.after_slow_readers(8000)
    measure.few_descriptors()
    return measure.failures


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
