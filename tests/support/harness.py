"""The real daemon for tests that are scripts, and network namespaces for those that need them."""
import contextlib
import functools
import os
import random
import re
import socket
import subprocess
import sys
import time

SKIPPED = 77  # ctest's SKIP_RETURN_CODE
ZONEINFO = "/usr/share/zoneinfo"


def daemon_words(path, listeners, *options):
    """The words of the command that starts it."""
    words = [path, "--config", "/dev/null", *options]
    for url in listeners:
        words += ["--listen", url]
    return words


def status(process_id, key):
    """A number of /proc/PID/status, such as VmRSS in kB."""
    with open(f"/proc/{process_id}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(key + ":"))


def cpu_seconds(process_id):
    """What the process has had of the processors so far."""
    with open(f"/proc/{process_id}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port():
    """A TCP port of 127.0.0.1, below those that the system gives away: no test beside this one is given it."""
    for port in random.sample(range(20000, 32000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Daemon:
    """A running polyclockd; `endpoints` are its listeners in order, `(host, port)` or a path."""

    def __init__(self, path, listeners, *options):
        self.process = subprocess.Popen(daemon_words(path, listeners, *options),
                                        stderr=subprocess.PIPE, text=True)
        self.endpoints = [self._endpoint() for _ in listeners]
        assert self.process.stderr.readline() == "ready\n"

    def _endpoint(self):
        line = self.process.stderr.readline().strip()
        found = re.fullmatch(r"listening \S+ (?:\[?(.+?)\]?:(\d+)|(/\S+))", line)
        assert found, line
        host, port, path = found.groups()
        return path or (host, int(port))

    def status(self, key):
        return status(self.process.pid, key)

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        self.process.terminate()
        log = self.process.communicate(timeout=60)[1]
        if failure:
            print(log[-4000:])
            return
        assert self.process.returncode == 0, (self.process.returncode, log[-4000:])
        self.log = log


def eventually(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.01)


def run(*words, **options):
    """What a command prints on both outputs; it must succeed."""
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120, **options)
    assert done.returncode == 0, (words, done.returncode, done.stdout)
    return done.stdout


@functools.cache
def zone_links(directory):
    """The targets of the links in tzdata.zi, by the links' names."""
    with open(os.path.join(directory, "tzdata.zi"), encoding="ascii") as lines:
        return {words[2]: words[1] for words in map(str.split, lines) if words[0] == "L"}


def zone_with_file(name, directory=ZONEINFO):
    """The name by which an oracle finds the zone: a link's target where the link has no file, as on some systems."""
    while not os.path.exists(os.path.join(directory, name)):
        name = zone_links(directory)[name]
    return name


def certificate_words(name, cert, key, *more):
    """The words of a command that makes a certificate and its key, which signs it unless `more` says otherwise."""
    return ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={name}", "-out", cert, "-keyout", key, *more]


def skip(why):
    print("skipped:", why)
    sys.exit(SKIPPED)


def in_network_namespace(*words, also=()):
    """The words of a command that runs as root of a network namespace with no link but loopback.

    also: options of unshare for more namespaces.
    """
    unshare = ["unshare", "--net", *also]
    if os.getuid() != 0:
        unshare += ["--user", "--map-root-user"]
    if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        skip("needs namespaces, which may not be made here")
    return [*unshare, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *map(str, words)]


def enter_network_namespace(also=()):
    """Runs this script anew in a network namespace of its own, and in those of the options of unshare."""
    marker = "POLYCLOCK_TEST_NAMESPACE"
    if marker in os.environ:
        return
    os.environ[marker] = "here"
    words = in_network_namespace(sys.executable, *sys.argv, also=also)
    os.execvp(words[0], words)
