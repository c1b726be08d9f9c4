"""Clients that were there before: rdate, busybox, Perl's Net::Time, nc, each against our daemon.

Usage: old_clients_test.py POLYCLOCKD POLYCLOCK
"""
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, run  # noqa: E402

UTC = {"TZ": "UTC", "LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
NET_TIME = "use Net::Time qw(inet_time inet_daytime); my $told = {}('{}', '{}', 5); print $told // die"


def is_now(text, pattern):
    told = time.mktime(time.strptime(re.sub(r"\s+", " ", text.strip()), pattern))
    assert abs(told - time.mktime(time.gmtime())) < 5, text
    print(text.strip())


def perl(function, endpoint, transport):
    host, port = endpoint
    return run("perl", "-e", NET_TIME.format(function, f"{host}:{port}", transport), env=UTC)


def rdate(endpoints):
    for transport, options in (("tcp", ["-p"]), ("udp", ["-p", "-u"])):
        host, port = endpoints["time", transport]
        is_now(run("rdate", *options, "-o", port, host, env=UTC), "%a %b %d %H:%M:%S UTC %Y")


def busybox(endpoints):
    host, port = endpoints["time", "tcp"]
    is_now(run("busybox", "rdate", "-p", f"{host}:{port}", env=UTC), "%a %b %d %H:%M:%S %Y")


def net_time(endpoints):
    for transport in ("tcp", "udp"):
        seconds = int(perl("inet_time", endpoints["time", transport], transport))
        assert abs(seconds - time.time()) < 5, seconds
        is_now(perl("inet_daytime", endpoints["daytime", transport], transport),
               "%a %b %d %H:%M:%S %Y")


def nc(endpoints):
    is_now(run("nc", "-d", *endpoints["daytime", "tcp"], env=UTC), "%a %b %d %H:%M:%S %Y")
    said = run("nc", "-N", *endpoints["text", "tcp"], env=UTC, input="date\nlocale de\ntime\nbye\n")
    assert re.fullmatch(r"Today's date is .*\nSprache: de\nDie Uhrzeit ist \d\d:\d\d\n"
                        "Auf Wiedersehen\n", said), said


def our_client(client, endpoints):
    for transport, options in (("tcp", []), ("udp", ["--udp"])):
        host, port = endpoints["daytime", transport]
        is_now(run(client, "--daytime", f"{host}:{port}", *options), "%a %b %d %H:%M:%S %Y")
        host, port = endpoints["time", transport]
        is_now(run(client, "--time-protocol", f"{host}:{port}", *options), "%Y-%m-%dT%H:%M:%SZ")


def main(daemon_path, client_path):
    kinds = [("time", "tcp"), ("time", "udp"), ("daytime", "tcp"), ("daytime", "udp"),
             ("text", "tcp")]
    listeners = [f"{protocol}+{transport}://127.0.0.1:0" for protocol, transport in kinds]
    with Daemon(daemon_path, listeners, "--zone", "UTC") as daemon:
        endpoints = dict(zip(kinds, daemon.endpoints))
        for clients in (rdate, busybox, net_time, nc):
            clients(endpoints)
        our_client(client_path, endpoints)


main(*sys.argv[1:])
