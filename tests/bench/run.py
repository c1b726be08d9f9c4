"""Measures polyclockd and the peers that are installed beside a bare epoll server, on a core of its own, the load
generator on another.

Usage: run.py BUILD_FOLDER [SECONDS [ROW...]]: SECONDS of each of the five alternating runs of a row; rows that
contain one of the words ROW, or all. Prints a table of ratios for README.
"""
import os
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from harness import cpu_seconds, daemon_words, status  # noqa: E402

RUNS = 5
SERVER_CORE, LOAD_CORE = "0", "1"
QUERY_PORT, DAYTIME_PORT, UDP_PORT, HTTP_PORT = 28814, 28013, 28815, 28080
PEER_BARE_PORT = 28904
NGINX_CONF = """worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000;
  server {{ listen 127.0.0.1:28921; return 200 "$time_iso8601\\n"; }} }}
"""
XINETD_CONF = """service daytime
{
  type = INTERNAL UNLISTED
  id = daytime-stream
  socket_type = stream
  protocol = tcp
  port = 28922
  bind = 127.0.0.1
  wait = no
  user = root
  cps = 1000000 1
  instances = UNLIMITED
  per_source = UNLIMITED
  log_type = FILE /dev/null
}
"""
BARE_PORTS = {"tcp": 28901, "udp": 28902, "once": 28903, "http": 28905}


def pinned(core, *words):
    return ["taskset", "-c", core, *map(str, words)]


def mean_of_hundred(*words):
    """Milliseconds of a run of the command."""
    start = time.monotonic()
    for _ in range(100):
        subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
    return (time.monotonic() - start) * 10


class Server:
    """A process on the server's core."""

    def __init__(self, *words, **options):
        self.process = subprocess.Popen(pinned(SERVER_CORE, *words), stdin=subprocess.DEVNULL,
                                        **options)

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def memory(self, key="VmRSS"):
        return status(self.process.pid, key)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def wait_for(port, kind=socket.SOCK_STREAM):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.connect(("127.0.0.1", port))
                return
            except OSError:
                time.sleep(0.02)
    raise AssertionError(f"nobody listens on {port}")


class Bench:
    def __init__(self, build, seconds, rows):
        self.build = pathlib.Path(build)
        self.seconds = seconds
        self.rows = rows
        self.folder = tempfile.TemporaryDirectory()
        self.servers = []

    def program(self, name):
        return self.build / ("tests/bench" if name.startswith("bench_") else "apps") / name

    def start_polyclockd(self, listeners, *options, threads=1):
        words = daemon_words(self.program("polyclockd"), listeners, "--threads", str(threads),
                             *options)
        server = Server(*words, stderr=subprocess.PIPE, text=True)
        while (line := server.process.stderr.readline()) != "ready\n":
            assert line, "polyclockd did not start"
        return server

    def start_servers(self):
        self.polyclockd = self.start_polyclockd(
            [f"dt+tcp://127.0.0.1:{QUERY_PORT}", f"dt+udp://127.0.0.1:{UDP_PORT}",
             f"daytime+tcp://127.0.0.1:{DAYTIME_PORT}", f"http+tcp://127.0.0.1:{HTTP_PORT}"],
            "--udp-rate", "0", "--connections-max", "20000", "--zone", "UTC")
        self.bare = {name: self.start_bare(kind, BARE_PORTS[name], source, asked)
                     for name, kind, source, asked in (("tcp", "tcp", QUERY_PORT, "query"),
                                                       ("udp", "udp", UDP_PORT, "classic"),
                                                       ("once", "once", DAYTIME_PORT, "once"),
                                                       ("http", "tcp", HTTP_PORT, "http"))}
        time.sleep(0.2)

    def start_bare(self, kind, port, source, asked):
        """A bare server that answers requests of the kind `asked` as the one on the port `source` does."""
        load = self.program("bench_load")
        reply = pathlib.Path(self.folder.name, asked)
        subprocess.run([load, f"port={source}", f"kind={asked}", "connections=1", f"record={reply}"],
                       check=True)
        size = subprocess.run([load, f"size_of={asked}"], stdout=subprocess.PIPE, text=True,
                              check=True).stdout.strip()
        server = Server(self.program("bench_bare_server"), kind, port, size, reply)
        if kind != "udp":
            wait_for(port)
        return server

    def stop_servers(self):
        for server in (self.polyclockd, *self.bare.values()):
            server.stop()

    def load(self, port, *words, program="bench_load"):
        told = subprocess.run(pinned(LOAD_CORE, self.program(program), f"port={port}",
                                     f"seconds={self.seconds}", *words),
                              stdout=subprocess.PIPE, text=True, check=False)
        values = dict(pair.split("=") for pair in told.stdout.split())
        assert told.returncode == 0, (words, told.stdout)
        return {key: float(value) for key, value in values.items()}

    def alternate(self, one, other):
        """Of what two calls return, called in turn: the median ratio, and the median of each."""
        results = [(one(), other()) for _ in range(RUNS)]
        ratio = statistics.median(a / b for a, b in results)
        return [ratio, *(statistics.median(column) for column in zip(*results))]

    def wants(self, name):
        return not self.rows or any(row in name for row in self.rows)

    def tell(self, name, figure, must, *details):
        print(f"| {name} | {figure} | {must} | {', '.join(details)} |", flush=True)

    def throughput(self, name, must, port, bare_kind, *words):
        if not self.wants(name):
            return
        ratio, ours, bare = self.alternate(
            lambda: self.load(port, *words)["per_second"],
            lambda: self.load(BARE_PORTS[bare_kind], *words)["per_second"])
        self.tell(name, f"{ratio:.2f} of bare", must, f"{ours:,.0f}/s", f"bare {bare:,.0f}/s")

    def against_first_row(self, name, must, kind, *words):
        if not self.wants(name):
            return
        ratio, other, first = self.alternate(
            lambda: self.load(QUERY_PORT, f"kind={kind}", *words)["per_second"],
            lambda: self.load(QUERY_PORT, "kind=query", *words)["per_second"])
        self.tell(name, f"{ratio:.2f} of one question", must, f"{other:,.0f}/s")

    def cpu_per_connection(self, name, must):
        if not self.wants(name):
            return
        ratio, ours, bare = self.alternate(lambda: self.cost(self.polyclockd, DAYTIME_PORT),
                                    lambda: self.cost(self.bare["once"], BARE_PORTS["once"]))
        self.tell(name, f"{ratio:.2f} of bare", must, f"{ours:.1f} µs", f"bare {bare:.1f} µs")

    def latency(self, name, must, rate):
        if not self.wants(name):
            return
        words = ("kind=query", "connections=64", f"rate={rate}")
        ratio, ours, bare = self.alternate(lambda: self.load(QUERY_PORT, *words)["p99"],
                                    lambda: self.load(BARE_PORTS["tcp"], *words)["p99"])
        self.tell(name, f"{ratio:.2f} of bare", must, f"p99 {ours:.0f} µs",
                  f"bare {bare:.0f} µs")

    def peer(self, name, kind, port, words):
        """A server that answers lines, beside a bare one that sends its answer."""
        if not self.wants(name) or not shutil.which(words[0]):
            return
        server = Server(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(port)
        bare = self.start_bare("tcp", PEER_BARE_PORT, port, kind)
        for connections, depth in ((64, 1), (1000, 1), (64, 16)):
            asked = (f"kind={kind}", f"connections={connections}", f"depth={depth}")
            ratio, theirs, _ = self.alternate(lambda: self.load(port, *asked)["per_second"],
                                            lambda: self.load(PEER_BARE_PORT, *asked)["per_second"])
            self.tell(f"{name}: {connections} connections, {depth} in flight",
                      f"{ratio:.2f} of bare", "", f"{theirs:,.0f}/s")
        for one in (server, bare):
            one.stop()

    def http(self):
        for connections, depth, must in ((64, 1, "≥ 0.90"), (1000, 1, "≥ 0.90"), (64, 16, "stated")):
            self.throughput(f"HTTP /v1/text: {connections} connections, {depth} in flight", must,
                            HTTP_PORT, "http", "kind=http", f"connections={connections}",
                            f"depth={depth}")
        self.beside(
            "HTTP: a browser's head instead of curl's", "≥ 0.90", "of curl's",
            lambda: self.load(HTTP_PORT, "kind=browser", "connections=64")["per_second"],
            lambda: self.load(HTTP_PORT, "kind=http", "connections=64")["per_second"])
        if not self.wants("HTTP: nginx") or not shutil.which("nginx"):
            return
        nginx = Server("nginx", "-c", self.write_nginx())
        wait_for(28921)
        for connections, depth, must in ((64, 1, "≥ 1.15"), (1000, 1, "≥ 1.10"), (64, 16, "≥ 5")):
            asked = ("kind=http", f"connections={connections}", f"depth={depth}")
            self.beside(f"HTTP: nginx `$time_iso8601`, {connections} connections, {depth} in flight",
                        must, "of nginx", lambda: self.load(HTTP_PORT, *asked)["per_second"],
                        lambda: self.load(28921, *asked)["per_second"])
        nginx.stop()

    def beside(self, name, must, unit, one, other):
        if not self.wants(name):
            return
        ratio, ours, theirs = self.alternate(one, other)
        self.tell(name, f"{ratio:.2f} {unit}", must, f"{ours:,.0f}/s", f"beside {theirs:,.0f}/s")

    def write_nginx(self):
        nginx = pathlib.Path(self.folder.name, "nginx.conf")
        nginx.write_text(NGINX_CONF.format(folder=self.folder.name), encoding="utf-8")
        return nginx

    def peers(self):
        self.peer("redis-server `TIME`", "redis", 28920,
                  ["redis-server", "--port", "28920", "--save", "", "--bind", "127.0.0.1"])
        self.peer("nginx `$time_iso8601`", "http", 28921, ["nginx", "-c", str(self.write_nginx())])
        xinetd = pathlib.Path(self.folder.name, "xinetd.conf")
        xinetd.write_text(XINETD_CONF, encoding="utf-8")
        name = "xinetd daytime: a connection for each request"
        if not self.wants(name) or not shutil.which("xinetd"):
            return
        server = Server("xinetd", "-dontfork", "-f", xinetd, stderr=subprocess.DEVNULL)
        wait_for(28922)
        ratio, theirs, _ = self.alternate(lambda: self.cost(server, 28922),
                                      lambda: self.cost(self.bare["once"], BARE_PORTS["once"]))
        server.stop()
        self.tell(name, f"{ratio:.2f} of bare", "", f"{theirs:.1f} µs")

    def cost(self, server, port):
        """Microseconds of the server's processor for a connection that brings its line and ends."""
        before = server.cpu_seconds()
        requests = self.load(port, "kind=once", "connections=16")["requests"]
        return (server.cpu_seconds() - before) / requests * 1e6

    def idle_memory(self, name, must, count):
        if not self.wants(name):
            return
        server = self.start_polyclockd(["dt+tcp://127.0.0.1:28816"], "--connections-max", "20000")
        peers = []
        before = server.memory()
        for n in range(count):
            peer = socket.socket()
            peer.bind((f"127.0.0.{2 + n % 100}", 0))
            peer.connect(("127.0.0.1", 28816))
            peer.sendall(bytes.fromhex("497e00010001"))
            peer.recv(300)
            peers.append(peer)
        time.sleep(5)
        after = server.memory()
        for peer in peers:
            peer.close()
        server.stop()
        self.tell(name, f"{(after - before) * 1024 / count:.0f} bytes", must)

    def until_ready(self, listeners):
        """Milliseconds from a daemon's start until it is ready."""
        start = time.monotonic()
        server = self.start_polyclockd(listeners)
        took = time.monotonic() - start
        server.stop()
        return took * 1000

    def start_time(self, name, must):
        if not self.wants(name):
            return
        times = [self.until_ready(["dt+tcp://127.0.0.1:28817"]) for _ in range(4 * RUNS)]
        self.tell(name, f"{statistics.median(times):.1f} ms", must)

    def client_run(self, port):
        return mean_of_hundred(self.program("polyclock"), "date", "-s", f"127.0.0.1:{port}")

    def command_time(self, name, must):
        if not self.wants(name):
            return
        ratio, ours, date = self.alternate(lambda: self.client_run(QUERY_PORT),
                                           lambda: mean_of_hundred(shutil.which("date")))
        self.tell(name, f"{ratio:.2f} of date", must, f"{ours:.2f} ms", f"date {date:.2f} ms")

    def resident(self, name):
        if not self.wants(name):
            return
        server = self.start_polyclockd(["dt+tcp://127.0.0.1:28818"])
        locales = subprocess.run([self.program("polyclock"), "locales", "-s", "127.0.0.1:28818"],
                                 stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        sizes = []
        for chosen in (["en", "mi", "de"], locales[::len(locales) // 300][:300]):
            for locale in chosen:
                subprocess.run([self.program("polyclock"), "-s", "127.0.0.1:28818", "--style",
                                "full", "-l", locale], stdout=subprocess.DEVNULL, check=True)
            sizes.append(server.memory() / 1024)
        server.stop()
        self.tell(name, f"{sizes[0]:.1f} MiB, {sizes[1]:.1f} MiB", "stated")


    def resident_at_start(self, name, must):
        if not self.wants(name):
            return
        server = self.start_polyclockd(["dt+tcp://127.0.0.1:28819"], threads=64)
        self.tell(name, f"{server.memory() * 1024 / 1e6:.1f} MB", must)
        server.stop()


def raise_descriptor_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 32768)), hard))


def main(build, seconds="2", *rows):
    raise_descriptor_limit()
    bench = Bench(build, float(seconds), rows)
    with open("/proc/cpuinfo", encoding="ascii") as lines:
        model = re.search(r"model name\s*: (.*)", lines.read())[1]
    print(f"{model}, Linux {os.uname().release}, {RUNS} alternating runs of {seconds} s\n")
    print("| work | polyclockd | must | absolute |\n| --- | --- | --- | --- |")
    bench.start_servers()
    try:
        for connections in (64, 1000):
            bench.throughput(f"{connections} connections, 1 in flight", "≥ 0.93", QUERY_PORT, "tcp",
                             "kind=query", f"connections={connections}")
        for depth, must in ((16, "≥ 0.78"), (64, "≥ 0.60")):
            bench.throughput(f"64 connections, {depth} in flight", must, QUERY_PORT, "tcp",
                             "kind=query", "connections=64", f"depth={depth}")
        bench.against_first_row("256 questions in rotation", "≥ 0.95", "triples", "connections=64")
        bench.against_first_row("every query another instant, 64 in flight", "stated", "instants",
                                "connections=64", "depth=64")
        bench.cpu_per_connection("a connection for each request (daytime)", "≤ 1.20")
        bench.throughput("UDP classic, 64 clients", "≥ 0.95", UDP_PORT, "udp", "kind=classic",
                         "connections=64")
        bench.latency("100,000 requests/s", "≤ 1.20", 100_000)
        bench.command_time("`polyclock date`", "≤ 2.3")
        bench.idle_memory("10,000 idle connections, each", "≤ 1,000", 10_000)
        bench.start_time("from the start to `ready`", "≤ 20 ms")
        bench.resident("resident after 3 locales, after 300")
        bench.resident_at_start("resident after the start, 64 threads", "≤ 60 MB")
        bench.http()
        bench.peers()
    finally:
        bench.stop_servers()


if __name__ == "__main__":
    main(*sys.argv[1:])
