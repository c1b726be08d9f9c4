"""How late events are with many subscribers, what each costs, and what silent ones do to others. All on loopback.

Usage: push.py BUILD_FOLDER [SECONDS [soak]]: SECONDS of each row (10); `soak` runs for so long with subscribers that
come and go, reloads and changes of the tz database, and checks each text. Prints a table, and fails where a figure is
beyond what it must be.
"""
import datetime
import os
import pathlib
import random
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import cpu_seconds, status  # noqa: E402

SERVER_CORE, LOAD_CORE = "0", "1"
HTTP_PORT, DT_PORT = 28871, 28872
MINUTES = "/v1/events?locale=mi&zone=Pacific/Auckland"
SECOND_TEXTS = "/v1/events?style=iso&zone=UTC"


class Server:
    def __init__(self, build, *options):
        program = pathlib.Path(build, "apps/polyclockd")
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, program, "--config", "/dev/null", "--threads", "1", "--connections-max",
             "15000", "--subscribers-max", "15000", "--zone", "UTC", *options,
             "--listen", f"http+tcp://127.0.0.1:{HTTP_PORT}", "--listen", f"dt+tcp://127.0.0.1:{DT_PORT}"],
            stderr=subprocess.PIPE, text=True)
        while self.process.stderr.readline() != "ready\n":
            assert self.process.poll() is None
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def memory(self):
        return status(self.process.pid, "VmRSS") * 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(60) == 0


class Measurement:
    def __init__(self, build):
        self.build = build
        self.failures = 0
        print("| work | figure | must | holds |\n| --- | --- | --- | --- |")

    def tell(self, what, figure, must, holds):
        self.failures += not holds
        print(f"| {what} | {figure} | {must} | {'yes' if holds else 'NO'} |", flush=True)

    def program(self, name):
        return pathlib.Path(self.build, "tests/bench", name)

    def subscribers(self, *words):
        return subprocess.Popen(["taskset", "-c", LOAD_CORE, self.program("bench_subscribers"), f"port={HTTP_PORT}",
                                 *words], stdout=subprocess.PIPE, text=True)

    def good_client(self, seconds):
        first = ["chrt", "-f", "20"] if os.getuid() == 0 else []
        told = subprocess.run([*first, "taskset", "-c", LOAD_CORE, self.program("bench_load"), f"port={DT_PORT}",
                               "kind=query", "connections=16", "rate=1000", f"seconds={seconds}"],
                              stdout=subprocess.PIPE, text=True, check=True)
        return values(told.stdout)


def values(text):
    return {key: float(value) for key, value in (pair.split("=") for pair in text.split())}


def to_the_minute(before):
    time.sleep((60 - before - time.time()) % 60)


def minute_texts(measure, minutes):
    with Server(measure.build) as server:
        to_the_minute(25)
        begin = server.memory()
        crowd = measure.subscribers("count=10000", f"seconds={minutes * 60 - 20}", f"target={MINUTES}")
        time.sleep(15)
        each = (server.memory() - begin) / 10000
        # The second in which all of them get their text.
        to_the_minute(0.5)
        good = measure.good_client(1.5)
        told = values(crowd.communicate()[0])
    measure.tell("10,000 subscribers, a text of minutes: p50 and last", f"{told['p50']:.0f} and {told['last']:.0f} ms",
                 "≤ 60, 150", told["p50"] <= 60 and told["last"] <= 150)
    measure.tell(f"events lost or twice over {told['instants']:.0f} minutes", f"{told['missed'] + told['twice']:.0f}",
                 "0", told["missed"] + told["twice"] + told["ended"] == 0)
    measure.tell("a good client's requests around that second: p99", f"{good['p99'] / 1000:.1f} ms", "≤ 5 ms",
                 good["p99"] <= 5000 and good["errors"] == 0)
    measure.tell("resident for each HTTP subscriber", f"{each:.0f} bytes", "≤ 1,200", each <= 1200)


def second_texts(measure, seconds, unread=0):
    with Server(measure.build) as server:
        begin = server.memory()
        told = values(measure.subscribers(f"count={1000 + unread}", f"unread={unread}", f"seconds={seconds}",
                                          f"target={SECOND_TEXTS}").communicate()[0])
        grown = (server.memory() - begin) / 2**20
        spent = cpu_seconds(server.process.pid)
    others = f", {unread} more that never read" if unread else ""
    measure.tell(f"1,000 subscribers, a text of seconds{others}: p99", f"{told['p99']:.1f} ms", "≤ 25 ms",
                 told["p99"] <= 25 and told["missed"] + told["twice"] == 0)
    measure.tell("memory, processor time", f"{grown:+.1f} MiB, {spent:.1f} s", "≤ 16 MiB", grown <= 16)


class Watcher:
    """One subscriber to a zone's ISO text: each is right at the second from which it holds."""

    def __init__(self, zone):
        self.zone = zoneinfo.ZoneInfo(zone)
        self.socket = socket.create_connection(("127.0.0.1", HTTP_PORT), timeout=20)
        target = "/v1/events?style=iso&zone=" + urllib.parse.quote(zone)
        self.socket.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        self.rest = b""
        self.second = None
        self.last = 0
        self.texts = self.wrong = 0

    def read(self):
        bytes_read = self.socket.recv(65536)
        if not bytes_read:
            return False
        *lines, self.rest = (self.rest + bytes_read).split(b"\n")
        for line in lines:
            if line.startswith(b"id: "):
                self.second = int(line[4:])
            elif line.startswith(b'data: {"text":"'):
                self.check(line[15:line.index(b'"', 15)].decode())
        return True

    def check(self, text):
        moment = datetime.datetime.fromtimestamp(self.second, self.zone)
        expected = moment.isoformat(timespec="seconds").replace("+00:00", text[19:] if text.endswith("Z") else "+00:00")
        self.texts += 1
        self.wrong += text != expected or self.second <= self.last
        self.last = self.second


def soak(measure, seconds, count=2000):
    chance = random.Random(5)
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc"))
    texts = wrong = lost = 0
    with tempfile.TemporaryDirectory() as folder:
        zones = pathlib.Path(folder, "zoneinfo")
        shutil.copytree("/usr/share/zoneinfo", zones, symlinks=True)
        with Server(measure.build, "--zoneinfo", str(zones)) as server:
            busy = selectors.DefaultSelector()
            watchers = []

            def begin():
                one = Watcher(chance.choice(names))
                busy.register(one.socket, selectors.EVENT_READ, one)
                watchers.append(one)

            def end(one):
                nonlocal texts, wrong
                texts, wrong = texts + one.texts, wrong + one.wrong
                busy.unregister(one.socket)
                one.socket.close()
                watchers.remove(one)

            for _ in range(count):
                begin()
            start = time.monotonic()
            figures, next_figure, next_change, next_reload = [], 20, 10, 7
            while (now := time.monotonic() - start) < seconds:
                for key, _ in busy.select(0.05):
                    if not key.data.read():
                        lost += 1
                        end(key.data)
                        begin()
                for _ in range(2):
                    end(chance.choice(watchers))
                    begin()
                if now >= next_reload:
                    server.process.send_signal(signal.SIGHUP)
                    next_reload += 7
                if now >= next_change:
                    (zones / "tzdata.zi").touch()
                    next_change += 10
                if now >= next_figure:
                    figures.append((server.memory() / 2**20, server.descriptors()))
                    next_figure += 20
            for one in list(watchers):
                end(one)
    measure.tell(f"{count} subscribers that come and go for {seconds} s: texts", f"{texts:,}", "> 0", texts > 0)
    measure.tell("wrong, or not in order; streams that ended", f"{wrong}, {lost}", "0, 0", wrong + lost == 0)
    memory, descriptors = zip(*figures)
    settled = memory[len(memory) // 3]
    measure.tell("memory, at first and at last", f"{settled:.1f} and {memory[-1]:.1f} MiB", "flat",
                 memory[-1] <= settled * 1.1 + 1)
    measure.tell("descriptors, least and most", f"{min(descriptors)} and {max(descriptors)}", "flat",
                 max(descriptors) - min(descriptors) <= 100)


def main(build, seconds="10", *words):
    measure = Measurement(build)
    if "soak" in words:
        soak(measure, int(seconds))
    else:
        minute_texts(measure, 3)
        second_texts(measure, int(seconds))
        second_texts(measure, int(seconds), unread=500)
    sys.exit(measure.failures > 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
