"""Events behind what people put in front of a daemon: nginx, HAProxy and varnish pass each on at once.

Usage: events_proxy_test.py POLYCLOCKD
"""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "loopback")]
from events_test import SECONDS, Subscriber  # noqa: E402
from harness import Daemon, accepts, eventually, free_port, skip  # noqa: E402

TICKS = 5
DELAY_MAX = 0.05  # seconds, of the best tick; the others on a machine with other work:
DELAY_EVER = 0.5

NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{origin}; {more} }} }}
}}
"""
HAPROXY = """defaults
  mode http
  option http-no-delay
  timeout connect 5s
  timeout client 20s
  timeout server 20s
listen clock
  bind 127.0.0.1:{port}
  server polyclockd 127.0.0.1:{origin}
"""
VARNISH = """vcl 4.1;
backend polyclockd {{ .host = "127.0.0.1"; .port = "{origin}"; .between_bytes_timeout = 20s; }}
sub vcl_recv {{ if (req.url ~ "^/v1/events") {{ return (pass); }} }}
"""


@contextlib.contextmanager
def running(words, port, **options):
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, **options)
    try:
        eventually(lambda: accepts(port) or process.poll() is not None)
        yield process
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def nginx(folder, origin, more=""):
    port = free_port()
    file = pathlib.Path(folder, "nginx.conf")
    file.write_text(NGINX.format(folder=folder, port=port, origin=origin, more=more), encoding="ascii")
    with running(["nginx", "-c", file, "-p", folder], port):
        yield port


def nginx_1_1(folder, origin):
    return nginx(folder, origin, 'proxy_http_version 1.1; proxy_set_header Connection "";')


@contextlib.contextmanager
def haproxy(folder, origin):
    port = free_port()
    file = pathlib.Path(folder, "haproxy.cfg")
    file.write_text(HAPROXY.format(port=port, origin=origin), encoding="ascii")
    with running(["haproxy", "-db", "-f", file], port):
        yield port


@contextlib.contextmanager
def varnish(folder, origin):
    port = free_port()
    file = pathlib.Path(folder, "clock.vcl")
    file.write_text(VARNISH.format(origin=origin), encoding="ascii")
    with running(["varnishd", "-F", "-n", f"{folder}/varnish", "-a", f"127.0.0.1:{port}", "-f", file,
                  "-j", "none", "-s", "malloc,8m"], port) as process:
        # In some roots it cannot compile what it is told.
        yield None if process.poll() is not None else port


def delays(port):
    with Subscriber(("127.0.0.1", port), SECONDS) as one:
        head = one.head()
        assert head.startswith("HTTP/1.1 200"), head
        assert "chunked" in head.lower(), head  # nginx, which asks by HTTP/1.0, makes them itself
        found = []
        last = None
        while len(found) <= TICKS:
            second, now = next_event(one)
            assert last in (None, second - 1), (last, second)
            last = second
            found.append(now - second)
        return found[1:]


def next_event(one):
    """However the proxy cuts the stream into chunks."""
    while True:
        for line in chunk_lines(one):
            if line.startswith("id: "):
                return int(line[4:]), time.time()


def chunk_lines(one):
    size = int(one.input.readline(), 16)
    text = one.input.read(size).decode()
    one.input.read(2)
    return text.splitlines()


def main(polyclockd):
    os.environ["PATH"] += ":/usr/sbin"
    proxies = {"nginx": nginx, "nginx by HTTP/1.1": nginx_1_1, "haproxy": haproxy, "varnishd": varnish}
    shown = 0
    with Daemon(polyclockd, ["http+tcp://127.0.0.1:0"]) as daemon:
        origin = daemon.endpoints[0][1]
        for name, proxy in proxies.items():
            if not shutil.which(name.split()[0]):
                print(f"left out: {name} is not installed")
                continue
            with tempfile.TemporaryDirectory() as folder, proxy(folder, origin) as port:
                if port is None:
                    print(f"left out: {name} does not start here")
                    continue
                late = delays(port)
            print(f"{name}: events after", *(f"{one * 1000:.0f}" for one in sorted(late)), "ms")
            assert min(late) <= DELAY_MAX and max(late) <= DELAY_EVER, (name, late)
            shown += 1
    if not shown:
        skip("no proxy is installed")


if __name__ == "__main__":
    main(*sys.argv[1:])
