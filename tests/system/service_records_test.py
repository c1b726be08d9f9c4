"""polyclock -s srv:DOMAIN against a real name server, dnsmasq, and against some that are silent or wrong, in a
network namespace and with a resolv.conf of its own.

Usage: service_records_test.py POLYCLOCKD POLYCLOCK
"""
import collections
import contextlib
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, enter_network_namespace, eventually, run, skip  # noqa: E402

DNSMASQ = "127.0.0.1"
SILENT = "127.0.0.2"  # these are other name servers
STRANGE = "127.0.0.3"
HOSTS = {"a": "127.0.1.1", "b": "127.0.1.2", "c": "127.0.1.3"}
PORTS = {"a": 18815, "b": 18816, "c": 18817}
REFUSING, HOLE = 18900, 18901  # ports of every host
TARGETS_MAX = 64
# Under ThreadSanitizer a program with a thread that waits for a name server would take another second to end.
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TSAN_OPTIONS": "atexit_sleep_ms=0"}


def living(name):
    return f"{name}.example.org,{PORTS[name]}"


def dead(port=REFUSING):
    return f"a.example.org,{port}"


def record(domain, target, priority=0, weight=0, transport="tcp"):
    return f"--srv-host=_polyclock._{transport}.{domain}.example.org,{target},{priority},{weight}"


def records():
    yield from (f"--host-record={name}.example.org,{address}" for name, address in HOSTS.items())
    yield f"--host-record=both.example.org,{HOSTS['a']},::1"
    for name, priority in (("c", 300), ("b", 7), ("a", 8)):
        yield record("priority", living(name), priority, 65535 if name == "c" else 0)
        yield record("priority", living(name), 1000 - priority, transport="udp")
    yield record("weight", living("a"), 5, 3)
    yield record("weight", living("b"), 5, 1)
    yield record("weight", living("c"), 6, 65535)
    yield "--srv-host=_polyclock._tcp.none.example.org"
    yield "--host-record=_polyclock._tcp.other.example.org,127.0.0.1"
    for domain, first in (("refusing", dead()), ("hole", dead(HOLE)), ("unknown", "x.example.org,1"),
                          ("families", f"both.example.org,{PORTS['a']}")):
        yield record(domain, first, 1)
        yield record(domain, living("b"), 2)
    yield record("dead", dead(), 1)
    yield record("dead", dead(REFUSING + 100), 2)
    for number in range(TARGETS_MAX):
        if number:
            yield record("last", dead(20000 + number), 1)
        yield record("behind", dead(20000 + number), 1)
    yield record("last", living("c"), 2)
    yield record("behind", living("c"), 2)


@contextlib.contextmanager
def dnsmasq():
    words = ["dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=",
             "--bind-interfaces", f"--listen-address={DNSMASQ}", "--local=/example.org/", *records()]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        try:
            eventually(lambda: process.poll() is not None or is_open(DNSMASQ, 53))
            assert process.poll() is None, process.stderr.read()
            yield
        finally:
            process.terminate()


def is_open(address, port):
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


def own_files(folder):
    """Lets the C library ask the name server of a file that is returned, and nobody else."""
    server = pathlib.Path(folder, "resolv.conf")
    server.write_text(f"nameserver {DNSMASQ}\n", encoding="ascii")
    switch = pathlib.Path(folder, "nsswitch.conf")
    switch.write_text("hosts: files dns\n", encoding="ascii")
    for path in (server, switch):
        if not pathlib.Path("/etc", path.name).exists():
            skip(f"needs /etc/{path.name}, to be covered by another one")
        run("mount", "--bind", path, f"/etc/{path.name}")
    return server


class Client:
    def __init__(self, path):
        self.path = path

    def run(self, *words, **environment):
        """The result, and the seconds that it took."""
        start = time.monotonic()
        done = subprocess.run([self.path, *words], capture_output=True, text=True, check=False, timeout=60,
                              env={**ENVIRONMENT, **environment})
        return done, time.monotonic() - start

    def winner(self, domain, *words):
        """The server that replied, and the seconds until then."""
        done, seconds = self.run("--json", "-s", f"srv:{domain}.example.org", *words)
        assert done.returncode == 0 and done.stderr == "", done
        return json.loads(done.stdout)["server"], seconds

    def fails(self, domain, why, *words):
        """With that reason; returns the seconds."""
        done, seconds = self.run("-s", f"srv:{domain}.example.org", *words)
        assert done.returncode == 3 and done.stdout == "", done
        assert done.stderr == f"polyclock: srv:{domain}.example.org: {why}\n", done.stderr
        return seconds


def server(name):
    return f"{name}.example.org:{PORTS[name]}"


def order(client):
    assert {client.winner("priority")[0] for _ in range(20)} == {server("b")}
    assert {client.winner("priority", "--udp")[0] for _ in range(20)} == {server("c")}
    tries = 200
    won = collections.Counter(client.winner("weight")[0] for _ in range(tries))
    print(f"weights 3 and 1 of {tries}: {won[server('a')]} and {won[server('b')]}")
    assert won[server("a")] + won[server("b")] == tries, won
    assert 115 <= won[server("a")] <= 185, won  # 150 and more than five standard deviations


def dead_targets(client):
    for domain, least in (("priority", 0), ("refusing", 0), ("unknown", 0), ("hole", 0.25)):
        name, seconds = min((client.winner(domain) for _ in range(5)), key=lambda found: found[1])
        if domain == "priority":
            undisturbed = seconds
        print(f"first target {domain}: the answer comes after {seconds:.3f} s")
        assert name == server("b") and least <= seconds < undisturbed + least + 0.1, (domain, name, seconds)
    # Nothing listens on ::1, which the C library prefers.
    assert client.winner("families")[0] == f"both.example.org:{PORTS['a']}"
    client.fails("dead", f"a.example.org:{REFUSING + 100}: Connection refused")
    # More than a datagram holds, and more than are tried.
    name, seconds = client.winner("last")
    print(f"{TARGETS_MAX - 1} targets refuse: the next answer comes after {seconds:.3f} s")
    assert name == server("c"), name
    done, _ = client.run("-s", "srv:behind.example.org")
    assert done.returncode == 3 and "Connection refused" in done.stderr, done


def no_service(client):
    tcp = "_polyclock._tcp"
    client.fails("none", f"{tcp}.none.example.org: the domain has no such service")
    client.fails("nowhere", f"{tcp}.nowhere.example.org: no such name")
    client.fails("other", f"{tcp}.other.example.org: no SRV records")
    client.fails("weight", "_polyclock._udp.weight.example.org: no such name", "--udp")
    client.fails("x..y", f"{tcp}.x..y.example.org: invalid domain name")
    long = ".".join(["x" * 63] * 4)
    client.fails(long, f"{tcp}.{long}.example.org: invalid domain name")


def beside_others(client):
    address = f"{HOSTS['c']}:{PORTS['c']}"
    assert client.winner("none", "-s", address)[0] == address
    assert client.winner("weight", "-s", address)[0] != address
    done, _ = client.run("-s", "srv:none.example.org", "-s", f"{HOSTS['c']}:{REFUSING}")
    assert done.returncode == 3 and done.stderr == (
        "polyclock: srv:none.example.org: _polyclock._tcp.none.example.org: the domain has no such service; "
        f"{HOSTS['c']}:{REFUSING}: Connection refused\n"), done
    done, _ = client.run("-I", "-u", "--at", "@0", POLYCLOCK_SERVER="srv:priority.example.org")
    assert done.stdout == "1970-01-01T00:00:00Z\n", done
    done, _ = client.run("-l", "xx", "-s", "srv:priority.example.org")
    assert done.returncode == 1 and done.stderr == f"polyclock: {server('b')}: unknown locale 'xx'\n", done
    with subprocess.Popen([client.path, "--watch", "--style", "iso", "-u", "-s", "srv:priority.example.org"],
                          stdout=subprocess.PIPE, text=True) as watch:
        lines = [watch.stdout.readline() for _ in range(2)]
        watch.terminate()
    assert all(line.endswith("Z\n") for line in lines), lines


def silent_name_server(client, resolv_conf):
    resolv_conf.write_text(f"nameserver {SILENT}\n", encoding="ascii")
    client.fails("x", "_polyclock._tcp.x.example.org: no answer from a name server")  # nobody is there
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((SILENT, 53))
        for timeout in (0.3, 1):
            seconds = client.fails("x", "timed out while looking up the name", "-t", str(timeout))
            print(f"a silent name server: the end comes after {seconds:.3f} s of {timeout} s")
            assert timeout <= seconds < timeout + 0.5, seconds
        address = f"{HOSTS['c']}:{PORTS['c']}"
        name, seconds = client.winner("x", "-s", address)
        assert name == address and 0.25 <= seconds < 1, (name, seconds)


# What a name server may say behind the question: the code, the number of records, their bytes.
RECORD = struct.pack("!HHHI", 0xC00C, 33, 1, 1)  # its length and data follow
MALFORMED = "malformed answer from a name server"
STRANGE_ANSWERS = [
    (0, 1, RECORD + struct.pack("!HHHH", 6, 1, 1, 1), MALFORMED),  # no name
    (0, 1, RECORD + struct.pack("!HHHHH", 8, 1, 1, 1, 0xC0FF), MALFORMED),  # a name beyond the end
    (0, 1, RECORD + struct.pack("!H", 500), MALFORMED),  # cut off
    (0, 9, RECORD + struct.pack("!HHHHB", 7, 1, 1, 1, 0), MALFORMED),  # fewer records
    (0, 0, b"", "no SRV records"),
    (3, 0, b"", "no such name"),
    (1, 0, b"", "error 1 from a name server"),
    (2, 0, b"", "no answer from a name server"),  # as the C library sees it, which would ask another one
    (5, 0, b"", "no answer from a name server"),
]


def answer(name_server, code, count, body):
    """To each query, until an empty datagram comes."""
    while True:
        query, sender = name_server.recvfrom(512)
        if not query:
            return
        name_server.sendto(query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, count, 0, 0) + query[12:] + body, sender)


def strange_name_server(client, resolv_conf):
    resolv_conf.write_text(f"nameserver {STRANGE}\n", encoding="ascii")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as name_server:
        name_server.bind((STRANGE, 53))
        for code, count, body, why in STRANGE_ANSWERS:
            thread = threading.Thread(target=answer, args=(name_server, code, count, body))
            thread.start()
            try:
                client.fails("x", f"_polyclock._tcp.x.example.org: {why}")
            finally:
                name_server.sendto(b"", (STRANGE, 53))
                thread.join()
    print(f"{len(STRANGE_ANSWERS)} strange answers: a sentence for each")


def main(polyclockd, polyclock):
    if not shutil.which("dnsmasq"):
        skip("needs dnsmasq")
    enter_network_namespace(also=["--mount"])
    client = Client(polyclock)
    with contextlib.ExitStack() as stack:
        resolv_conf = own_files(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, address in HOSTS.items():
            listeners = [f"dt+{transport}://{address}:{PORTS[name]}" for transport in ("tcp", "udp")]
            stack.enter_context(Daemon(polyclockd, listeners))
        stack.enter_context(socket.create_server((HOSTS["a"], HOLE)))
        with dnsmasq():
            order(client)
            dead_targets(client)
            no_service(client)
            beside_others(client)
        silent_name_server(client, resolv_conf)
        strange_name_server(client, resolv_conf)


main(*sys.argv[1:])
