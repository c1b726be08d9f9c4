"""Measures polyclockd's own TLS beside nginx and HAProxy that end TLS before it, and beside nginx that answers itself:
new connections, kept ones, and the memory of idle ones.

Usage: tls.py BUILD_FOLDER [SECONDS [ROW...]]: SECONDS of each run, 2 without it; rows that contain one of the words
ROW, or all.

The servers are on one core, the clients on the other; polyclockd, nginx and HAProxy have one worker each, which share
that core where one stands before the other. All have the same certificate (P-256), TLS 1.3, one cipher, no tickets,
and the client resumes no session; each connection comes from another network, since polyclockd gives one of them but a
quarter of its time. The servers of a row are measured in turn, in five rounds, each second one backwards; a figure is
the median of the rounds' ratios, with the least and the greatest. Prints a table, and fails where a figure is not what
it must be. All on loopback; every number is bounded.
"""
import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import run  # noqa: E402
import harness  # noqa: E402
from harness import certificate_words  # noqa: E402

ROUNDS = 5
HTTP, HTTPS, DT, DT_TLS = 28830, 28831, 28832, 28833  # polyclockd's
NGINX_ITSELF, NGINX, HAPROXY, HAPROXY_DT = 28834, 28835, 28836, 28837
OURS = "polyclockd"
HTTP_PORTS = {OURS: HTTPS, "nginx before it": NGINX, "HAProxy before it": HAPROXY, "nginx itself": NGINX_ITSELF}
DT_PORTS = {OURS: DT_TLS, "HAProxy before it": HAPROXY_DT}
IDLE = 2000
NGINX_CONF = f"""worker_processes 1; daemon off; pid {{folder}}/nginx.pid; error_log {{folder}}/nginx.log;
events {{{{ worker_connections 8192; }}}}
http {{{{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600;
  client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi;
  uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
  ssl_certificate {{folder}}/cert; ssl_certificate_key {{folder}}/key; ssl_protocols TLSv1.3;
  ssl_session_cache off;
  upstream polyclock {{{{ server 127.0.0.1:{HTTP}; keepalive 64; keepalive_requests 1000000000; }}}}
  server {{{{ listen 127.0.0.1:{NGINX_ITSELF} ssl; return 200 "{{body}}"; }}}}
  server {{{{ listen 127.0.0.1:{NGINX} ssl;
    location / {{{{ proxy_pass http://polyclock; proxy_http_version 1.1; proxy_set_header Connection ""; }}}} }}}} }}}}
"""
# A connection to polyclockd is used for other clients too, as nginx does it; in tcp mode none can be.
HAPROXY_CONF = f"""global
  nbthread 1
  maxconn 8192
  tune.ssl.cachesize 0
defaults
  timeout connect 5s
  timeout client 600s
  timeout server 600s
listen http
  mode http
  bind 127.0.0.1:{HAPROXY} ssl crt {{folder}}/both alpn http/1.1 ssl-min-ver TLSv1.3
  http-reuse always
  server a 127.0.0.1:{HTTP}
listen dt
  mode tcp
  bind 127.0.0.1:{HAPROXY_DT} ssl crt {{folder}}/both ssl-min-ver TLSv1.3
  server a 127.0.0.1:{DT}
"""
# By their own settings they would send those of sessions that are kept nowhere.
NO_TICKETS = """openssl_conf = all
[all]
ssl_conf = uses
[uses]
system_default = tls
[tls]
NumTickets = 0
"""


def family(process_id):
    """A process and those that it has started."""
    children = pathlib.Path(f"/proc/{process_id}/task/{process_id}/children").read_text(encoding="ascii")
    return [process_id, *map(int, children.split())]


class Measurement:
    def __init__(self, build, seconds, rows):
        self.bench = run.Bench(build, seconds, rows)
        self.folder = pathlib.Path(self.bench.folder.name)
        self.failures = 0
        self.servers = {}

    def make_certificate(self):
        harness.run(*certificate_words("a", self.folder / "cert", self.folder / "key"))
        parts = [(self.folder / name).read_text(encoding="ascii") for name in ("cert", "key")]
        (self.folder / "both").write_text("".join(parts), encoding="ascii")

    def start_servers(self, stack):
        """polyclockd, and what is installed; on the stack is what ends each."""
        self.make_certificate()
        keys = f"?cert={self.folder}/cert&key={self.folder}/key"
        self.add(stack, OURS, self.bench.start_polyclockd(
            [f"http+tcp://127.0.0.1:{HTTP}", f"http+tls://127.0.0.1:{HTTPS}{keys}",
             f"dt+tcp://127.0.0.1:{DT}", f"dt+tls://127.0.0.1:{DT_TLS}{keys}"],
            "--connections-max", "20000", "--idle-timeout", "600"))
        (self.folder / "openssl.cnf").write_text(NO_TICKETS, encoding="ascii")
        options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL,
                   "env": os.environ | {"OPENSSL_CONF": str(self.folder / "openssl.cnf")}}
        for name, port, words in (("nginx", NGINX, self.write_nginx), ("haproxy", HAPROXY, self.write_haproxy)):
            if not shutil.which(name):
                print(f"{name} is not installed: the rows beside it are left out")
                continue
            self.add(stack, name, run.Server(*words(), **options))
            run.wait_for(port)

    def add(self, stack, name, server):
        stack.callback(server.stop)
        self.servers[name] = server

    def write_nginx(self):
        """Its command. What it answers itself is as long as polyclockd's answer."""
        reply = self.folder / "reply"
        harness.run(self.bench.program("bench_load"), f"port={HTTP}", "kind=http", "connections=1", f"record={reply}")
        body = reply.read_bytes().partition(b"\r\n\r\n")[2]
        file = self.folder / "nginx.conf"
        file.write_text(NGINX_CONF.format(folder=self.folder, body="x" * len(body)), encoding="ascii")
        return "nginx", "-c", file

    def write_haproxy(self):
        file = self.folder / "haproxy.cfg"
        file.write_text(HAPROXY_CONF.format(folder=self.folder), encoding="ascii")
        return "haproxy", "-db", "-f", file

    def present(self, ports):
        """Those of the ports whose server runs."""
        return {name: port for name, port in ports.items() if name.split()[0].lower() in self.servers}

    def cpu_seconds(self):
        """Of all servers: those that are not measured rest."""
        return sum(harness.cpu_seconds(one) for server in self.servers.values()
                   for one in family(server.process.pid))

    def load(self, port, *words):
        """What the load generator tells, and the microseconds of the servers' processor for each request."""
        before = self.cpu_seconds()
        told = self.bench.load(port, *words, program="bench_tls_load")
        return told | {"server_us": (self.cpu_seconds() - before) / told["requests"] * 1e6}

    def rounds(self, ports, *words):
        """Of each round what `load` returns by the server's name."""
        order = list(ports)
        return [{name: self.load(ports[name], *words) for name in (reversed(order) if n % 2 else order)}
                for n in range(ROUNDS)]

    def tell(self, work, figure, must, *details, holds=True):
        self.failures += not holds
        mark = "" if must == "stated" else "yes" if holds else "NO"
        print(f"| {work} | {figure} | {must} | {mark} | {', '.join(details)} |", flush=True)

    def compare(self, work, key, musts, ports, *words):
        """A row for each server beside ours. `key`: of what the ratio is, of the rate or of the processor's time for
        each request; `musts`: the least ratio by server."""
        ports = self.present(ports)
        if not self.bench.wants(work) or len(ports) == 1:
            return
        rounds = self.rounds(ports, *words)
        for peer in [name for name in rounds[0] if name != OURS]:
            ratios = sorted(ratio(one[OURS][key], one[peer][key], key) for one in rounds)
            middle, least = statistics.median(ratios), musts.get(peer)
            self.tell(f"{work}, beside {peer}", f"{middle:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})",
                      f"≥ {least}" if least else "stated", described(rounds, OURS),
                      f"beside {described(rounds, peer)}", holds=not least or middle >= least)

    def latency(self, work, ports, *words):
        if not self.bench.wants(work):
            return
        rounds = self.rounds(self.present(ports), *words)
        for name in rounds[0]:
            p50, p99 = (median_of(rounds, name, key) / 1000 for key in ("p50", "p99"))
            self.tell(f"{work}: {name}", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", "stated",
                      spread_of(rounds, name, "p99"))

    def idle_memory(self, work, must):
        """Measured first, while no server has memory left over from other rows."""
        if not self.bench.wants(work):
            return
        figures = {name: self.grown(port) / IDLE * 1024 / 1000
                   for name, port in self.present(HTTP_PORTS).items() if name != "nginx itself"}
        ours = figures.pop(OURS)
        self.tell(work, f"{ours:.1f} kB", f"≤ {must} kB",
                  *(f"{name}, both together: {kilobytes:.1f} kB" for name, kilobytes in figures.items()),
                  holds=ours <= must)

    def grown(self, port):
        """The kB that idle connections take of the servers."""
        self.bench.load(port, "connections=1", "does=each", program="bench_tls_load")
        before = self.memory()
        words = run.pinned(run.LOAD_CORE, self.bench.program("bench_tls_load"), f"port={port}", "does=hold",
                           f"connections={IDLE}")
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout.readline() == "held\n"
            time.sleep(1)
            after = self.memory()
            holder.stdin.close()
        time.sleep(1)  # until they have gone
        return after - before

    def memory(self):
        return sum(harness.status(one, "VmRSS") for server in self.servers.values()
                   for one in family(server.process.pid))


def ratio(ours, theirs, key):
    return theirs / ours if key == "server_us" else ours / theirs


def median_of(rounds, name, key):
    return statistics.median(one[name][key] for one in rounds)


def spread_of(rounds, name, key):
    values = sorted(one[name][key] / 1000 for one in rounds)
    return f"{key} of the rounds {values[0]:.1f} to {values[-1]:.1f} ms"


def described(rounds, name):
    rate, cost, p50, p99, busy = (median_of(rounds, name, key)
                                  for key in ("per_second", "server_us", "p50", "p99", "busy"))
    return (f"{cost:,.1f} µs each, so {1e6 / cost:,.0f}/s by the whole core; {rate:,.0f}/s, p50 {p50 / 1000:.1f} ms, "
            f"p99 {p99 / 1000:.1f} ms, clients {busy * 100:.0f} % busy")


def main(build, seconds="2", *rows):
    if not pathlib.Path(build, "tests/bench/bench_tls_load").exists():
        harness.skip("the build is one without TLS")
    run.raise_descriptor_limit()
    measure = Measurement(build, float(seconds), rows)
    with contextlib.ExitStack() as stack:
        measure.start_servers(stack)
        print("| work | polyclockd | must | holds | servers' processor, rate, time until the answer |\n"
              "| --- | --- | --- | --- | --- |")
        measure.idle_memory(f"{IDLE:,} idle connections, each", 16)
        bars = {"nginx before it": 0.9, "HAProxy before it": 0.9}
        each = ("does=each", "connections=16")
        # The client's part of a handshake takes longer than the server's, so that rates alone are the clients'.
        measure.compare("HTTPS, a connection for each request: by processor", "server_us", bars, HTTP_PORTS, *each)
        measure.compare("DT within TLS, a connection for each query: by processor", "server_us", bars, DT_PORTS,
                        "kind=dt", *each)
        measure.latency("HTTPS, 500 new connections a second", HTTP_PORTS, "does=each", "rate=500")
        measure.compare("HTTPS, 64 kept connections: by rate", "per_second", bars | {"nginx itself": 0.9},
                        HTTP_PORTS, "does=keep", "connections=64")
    return measure.failures


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
