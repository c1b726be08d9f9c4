"""Runs polyclockd among good and bad clients for some minutes, and tells whether anything grows or is answered wrong.

Usage: soak.py BUILD_FOLDER [MINUTES]: 10 without it.

Good: 100,000 queries a second (half of what one core answers), and one client that checks each of its answers against
Python's zoneinfo. Bad: slowloris, slow readers, garbage, inventors; connections that come and go; a reload every minute.
"""
import datetime
import itertools
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import abuse  # noqa: E402
import run  # noqa: E402
from dt import Answer, query  # noqa: E402

RATE = 100_000


class Checker(threading.Thread):
    """Asks for the ISO time of every zone in turn; counts the answers that are wrong."""

    def __init__(self):
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.asked = 0
        self.wrong = []

    def run(self):
        zones = itertools.cycle(sorted(zoneinfo.available_timezones() & set(abuse.ZONES)))
        with socket.create_connection(("127.0.0.1", abuse.PORT), timeout=10) as peer:
            stream = peer.makefile("rb")
            while not self.over.wait(0.005):
                self.check(peer, stream, next(zones))

    def check(self, peer, stream, zone):
        before = datetime.datetime.now(datetime.timezone.utc)
        self.asked += 1
        peer.sendall(query(self.asked, zone=zone))
        told = Answer(stream, self.asked).text
        after = datetime.datetime.now(datetime.timezone.utc)
        place = zoneinfo.ZoneInfo(zone)
        wanted = {at.astimezone(place).isoformat(timespec="seconds") for at in (before, after)}
        if told.replace("Z", "+00:00") not in wanted:
            self.wrong.append((zone, told, wanted))


def state(server):
    return (f"RSS {server.memory() / 1024:.1f} MiB",
            f"{len(os.listdir(f'/proc/{server.process.pid}/fd'))} descriptors")


def drain_log(server):
    for _ in server.process.stderr:
        pass


def main(build, minutes="10"):
    run.raise_descriptor_limit()
    seconds = float(minutes) * 60
    bench = run.Bench(build, seconds, ())
    server = bench.start_polyclockd([abuse.LISTENER], "--connections-max", "20000")
    os.sched_setaffinity(0, {int(run.LOAD_CORE)})
    threading.Thread(target=drain_log, args=[server], daemon=True).start()
    crowds = [abuse.Slowloris(500), abuse.SlowReader(50), abuse.Garbage(50), abuse.Inventor(2)]
    checker = Checker()
    for thread in (*crowds, checker):
        thread.start()
    time.sleep(min(30, seconds / 4))  # every buffer and cache has been used
    print("begin:", *state(server), sep="  ", flush=True)
    load = subprocess.Popen(run.pinned(run.LOAD_CORE, bench.program("bench_load"),
                                       f"port={abuse.PORT}", "kind=query", "connections=64",
                                       f"rate={RATE}", f"seconds={seconds}"),
                            stdout=subprocess.PIPE, text=True)
    begin = time.monotonic()
    while load.poll() is None:
        time.sleep(min(60, seconds / 4))
        server.process.send_signal(signal.SIGHUP)
        print(f"{time.monotonic() - begin:5.0f} s:", *state(server), sep="  ", flush=True)
    checker.over.set()
    checker.join()
    for crowd in crowds:
        crowd.stop()
    time.sleep(8)
    print("end:  ", *state(server), sep="  ")
    print("good clients:", load.stdout.read().strip())
    print(f"checked: {checker.asked} answers, {len(checker.wrong)} wrong", *checker.wrong[:3])
    print("bad clients:", *(f"{type(crowd).__name__} {crowd.done}" for crowd in crowds))
    server.stop()
    return 1 if load.returncode or checker.wrong or server.process.returncode else 0


sys.exit(main(*sys.argv[1:]))
