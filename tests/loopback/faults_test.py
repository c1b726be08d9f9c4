"""Runs each exchange again and again, failing every system call of polyclockd's in turn, with every errno that it may have.

Usage: faults_test.py POLYCLOCKD FAULTS_LIBRARY

A fault may cost the one client its answer, never bring a wrong one, and afterwards all is as before: the next client is
answered, no descriptor is left behind, the processor rests. Then the wall clock jumps, and answers follow it.
"""
import calendar
import errno
import mmap
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from dt import Answer, query  # noqa: E402
from harness import Daemon, cpu_seconds, daemon_words, eventually  # noqa: E402

FUNCTIONS = {
    "accept": ["EMFILE", "ENFILE", "ENOMEM", "ECONNABORTED", "EINTR", "EPROTO", "EPERM"],
    "recv": ["ECONNRESET", "EAGAIN", "EINTR", "ENOMEM", "ETIMEDOUT"],
    "send": ["ECONNRESET", "EPIPE", "EAGAIN", "EINTR", "ENOBUFS"],
    "recvmmsg": ["EAGAIN", "EINTR", "ENOMEM", "ECONNREFUSED"],
    "sendmmsg": ["EAGAIN", "EINTR", "ENOBUFS", "EPERM", "EHOSTUNREACH"],
    "epoll_wait": ["EINTR"],
    "epoll_ctl": ["ENOMEM", "ENOSPC"],
    "shutdown": ["ENOTCONN"],
    "ioctl": ["EINVAL"],
    "open": ["EMFILE", "ENOENT", "EACCES"],
    "read": ["EIO", "EINTR"],
    "write": ["EAGAIN", "EPIPE"],
}
ROW = struct.Struct("=QQqQ")
LISTENERS = ["dt+tcp://127.0.0.1:0?zone=UTC", "dt+udp://127.0.0.1:0?zone=UTC",
             "daytime+tcp://127.0.0.1:0?zone=UTC", "text+tcp://127.0.0.1:0?zone=UTC&style=iso",
             "http+tcp://127.0.0.1:0?zone=UTC&style=iso"]
CLASSIC = bytes.fromhex("497e00010001")
REQUEST_TIMEOUT = 1


class Faults:
    """The rows that the preloaded library counts into and reads."""

    def __init__(self, path):
        path.write_bytes(bytes(ROW.size * (len(FUNCTIONS) + 1)))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        self.names = list(FUNCTIONS)

    def calls(self):
        return {name: ROW.unpack_from(self.memory, ROW.size * row)[0]
                for row, name in enumerate(self.names)}

    def arm(self, name, call, error):
        row = ROW.size * self.names.index(name)
        struct.pack_into("=q", self.memory, row + 16, error)
        struct.pack_into("=Q", self.memory, row + 8, self.calls()[name] + call)

    def disarm(self):
        for row in range(len(FUNCTIONS)):
            struct.pack_into("=Q", self.memory, ROW.size * row + 8, 0)

    def set_clock_ahead(self, seconds):
        struct.pack_into("=q", self.memory, ROW.size * len(FUNCTIONS) + 16, seconds)


def receive(peer, size):
    got = b""
    while len(got) < size and (part := peer.recv(size - len(got))):
        got += part
    return got


def connect(endpoint):
    peer = socket.create_connection(endpoint, timeout=2)
    peer.settimeout(2)
    return peer


def is_near(told, ahead=0):
    assert abs(calendar.timegm(told) - time.time() - ahead) <= 3, (told, ahead)


def is_now(text, ahead=0):
    is_near(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"), ahead)


class Exchanges:
    """Each asks and checks; a broken connection or silence is no wrong answer."""

    def __init__(self, daemon):
        self.dt, self.udp, self.daytime, self.text, self.http = daemon.endpoints
        self.daemon = daemon

    def one_query(self):
        with connect(self.dt) as peer:
            peer.sendall(query(1))
            is_now(Answer(peer.makefile("rb"), 1).text)

    def pipelined_queries(self):
        with connect(self.dt) as peer:
            peer.sendall(b"".join(map(query, range(1, 301))))
            stream = peer.makefile("rb")
            for number in range(1, 301):
                is_now(Answer(stream, number).text)

    def split_query(self):
        with connect(self.dt) as peer:
            for part in (query(2)[:9], query(2)[9:]):
                peer.sendall(part)
                time.sleep(0.005)
            peer.shutdown(socket.SHUT_WR)
            is_now(Answer(peer.makefile("rb"), 2).text)
            assert peer.recv(1) == b""

    def garbage(self):
        with connect(self.dt) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
            reply = receive(peer, 4096)
            assert reply == b"" or reply[3] == 5, reply

    def datagram(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(0.25)
            peer.connect(self.udp)
            peer.send(CLASSIC)
            reply = peer.recv(512)
            assert time.strftime("%B", time.gmtime()) in reply[13:].decode(), reply

    def one_daytime(self):
        with connect(self.daytime) as peer:
            line = receive(peer, 512).decode()
            if line:
                is_near(time.strptime(line.strip(), "%a %b %d %H:%M:%S %Y"))

    def text_conversation(self):
        with connect(self.text) as peer:
            peer.sendall(b"now\r\nlocale mi\r\nnow\r\nbye\r\n")
            lines = receive(peer, 4096).decode().split("\r\n")
            if len(lines) > 4:
                is_now(lines[0])
                is_now(lines[2])

    def http_requests(self):
        """A short response and a long one, whose body is sent from where it stands."""
        with connect(self.http) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/zones HTTP/1.0\r\n\r\n")
            text, _, zones = receive(peer, 1 << 20).partition(b"Z\nHTTP/1.1 200 OK\r\n")
            if zones.endswith(b"]"):
                is_now(text.rpartition(b"\r\n\r\n")[2].decode())
                assert b'"Europe/Berlin"' in zones, zones

    def reload(self):
        self.daemon.process.send_signal(signal.SIGHUP)
        time.sleep(0.15)
        self.one_query()

    def all(self):
        return [self.one_query, self.pipelined_queries, self.split_query, self.garbage,
                self.datagram, self.one_daytime, self.text_conversation, self.http_requests]


class Trial:
    def __init__(self, daemon, faults):
        self.daemon, self.faults = daemon, faults
        self.exchanges = Exchanges(daemon)
        self.injected = 0
        self.one_by_one()  # warm
        self.descriptors = self.count_descriptors()

    def count_descriptors(self):
        return len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))

    def one_by_one(self):
        for exchange in self.exchanges.all():
            exchange()

    def attempt(self, exchange, name, call, error):
        self.faults.arm(name, call, getattr(errno, error))
        try:
            exchange()
        except OSError:
            pass  # the client has noticed
        finally:
            self.faults.disarm()
        self.injected += 1
        assert self.daemon.process.poll() is None, (exchange.__name__, name, call, error)

    def recover(self, after):
        """The next clients are served, however short of anything the server has been."""
        end = time.monotonic() + 10
        while True:
            try:
                return self.one_by_one()
            except OSError:
                assert time.monotonic() < end, after

    def run(self, exchange, calls_max=40, names=FUNCTIONS):
        before = self.faults.calls()
        exchange()
        made = {name: min(count - before[name], calls_max)
                for name, count in self.faults.calls().items()}
        for name in names:
            for call in range(1, made[name] + 1):
                for error in FUNCTIONS[name]:
                    self.attempt(exchange, name, call, error)
            if made[name]:
                self.recover((exchange.__name__, name))
        eventually(lambda: self.count_descriptors() <= self.descriptors)
        print(f"{exchange.__name__}: {sum(made.values())} calls", flush=True)

    def rests(self):
        before = cpu_seconds(self.daemon.process.pid)
        time.sleep(1)
        assert cpu_seconds(self.daemon.process.pid) - before < 0.3, "the processor does not rest"

    def pause_of_datagrams(self):
        """It ends, although a session's deadline lets the worker look up within it."""
        with connect(self.exchanges.dt) as peer:
            peer.sendall(query(1)[:5])
            time.sleep(REQUEST_TIMEOUT - 0.05)
            self.attempt(self.exchanges.datagram, "recvmmsg", 1, "ENOMEM")
        eventually(self.datagram_is_answered, 5)

    def datagram_is_answered(self):
        try:
            self.exchanges.datagram()
        except OSError:
            return False
        return True

    def jump(self):
        """Forth and back, by seconds and by decades; the answers go with it, and so does until when they are valid."""
        for ahead in (1, -1, 3600, -3600, 86400, -86400, 10 * 365 * 86400, -20 * 365 * 86400, 0):
            self.faults.set_clock_ahead(ahead)
            for number, style in enumerate(("iso", "iso", "full"), 1):
                with connect(self.exchanges.dt) as peer:
                    peer.sendall(query(number, style))
                    answer = Answer(peer.makefile("rb"), number)
                    if style == "iso":
                        is_now(answer.text, ahead)
                    assert 0 <= answer.valid_until - time.time() - ahead <= 2, (vars(answer), ahead)
            self.injected += 1


def answers_rightly(lines):
    port = re.search(r"^listening dt\+tcp\S* \S+:(\d+)$", "".join(lines), re.MULTILINE)[1]
    for _ in range(3):
        try:
            with connect(("127.0.0.1", int(port))) as peer:
                peer.sendall(query(3))
                return is_now(Answer(peer.makefile("rb"), 3).text)
        except OSError as failure:
            last = failure  # the fault was still to come
    raise last


def start_with_faults(daemon_path, folder):
    """Fails what starting does, call by call: it serves rightly or says why not."""
    injected = served = 0
    counted = Faults(folder / "start")
    with Daemon(daemon_path, LISTENERS) as daemon:
        made = counted.calls()
        Exchanges(daemon).one_query()
    for name, errors in FUNCTIONS.items():
        if name == "write":
            continue  # the lines that this waits for
        step = max(1, made[name] // 25)
        # Asio's reactor does not look at what adding its own two descriptors brought.
        first = 3 if name == "epoll_ctl" else 1
        for call in range(first, made[name] + 1, step):
            faults = Faults(folder / "start")
            faults.arm(name, call, getattr(errno, errors[0]))
            process = subprocess.Popen(daemon_words(daemon_path, LISTENERS, "--threads", "1"),
                                       stderr=subprocess.PIPE, text=True)
            watchdog = threading.Timer(20, process.kill)
            watchdog.start()
            lines = []
            for line in process.stderr:
                lines.append(line)
                if line == "ready\n":
                    break
            injected += 1
            if "ready\n" in lines:
                served += 1
                try:
                    answers_rightly(lines)
                except OSError as failure:
                    raise AssertionError((name, call, lines)) from failure
                process.terminate()
            process.communicate(timeout=30)
            watchdog.cancel()
            assert process.returncode in (0, 1, 2), (name, call, process.returncode, lines)
            assert process.returncode == 0 or lines, (name, call)
    print(f"start: {injected} faults, served after {served}")
    return injected


def main(daemon_path, library):
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        faults = Faults(folder / "faults")
        os.environ["LD_PRELOAD"] = library
        os.environ["POLYCLOCK_FAULTS"] = str(folder / "faults")
        options = ["--threads", "1", "--udp-rate", "0", "--request-timeout", str(REQUEST_TIMEOUT),
                   "--idle-timeout", "2"]  # ends a session whose end of input was lost
        with Daemon(daemon_path, LISTENERS, *options) as daemon:
            del os.environ["LD_PRELOAD"]
            trial = Trial(daemon, faults)
            for exchange in trial.exchanges.all():
                trial.run(exchange)
            trial.run(trial.exchanges.reload, 12, ["open", "read"])
            trial.pause_of_datagrams()
            trial.jump()
            trial.recover("everything")
            trial.rests()
        os.environ.update(LD_PRELOAD=library, POLYCLOCK_FAULTS=str(folder / "start"))
        injected = trial.injected + start_with_faults(daemon_path, folder)
    print(f"{injected} faults, all survived")


main(*sys.argv[1:])
