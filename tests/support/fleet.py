"""Three daemons behind HAProxy or nginx, as config/examples has them, in a network namespace."""
import contextlib
import csv
import pathlib
import signal
import socket
import subprocess
import threading
import time

from harness import certificate_words, eventually, run

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "config/examples"
PROXY = "192.0.2.10"
HOSTS = ("192.0.2.11", "192.0.2.12", "192.0.2.13")


def add_addresses():
    for address in (PROXY, *HOSTS):
        run("ip", "address", "add", f"{address}/32", "dev", "lo")


class Member:
    """The daemon of one host, by the configuration of the first one."""

    def __init__(self, path, folder, host, configuration):
        self.host = host
        self.file = pathlib.Path(folder, f"{host}.conf")
        self.file.write_text(configuration.replace(HOSTS[0], host), encoding="ascii")
        self.path = path
        self.start()

    def start(self):
        log = open(f"{self.file}.log", "a", encoding="utf-8")
        self.process = subprocess.Popen([self.path, "--config", self.file, "--threads", "1"], stderr=log)
        log.close()
        eventually(lambda: f"listening http+tcp {self.host}" in self.log())

    def log(self):
        return pathlib.Path(f"{self.file}.log").read_text(encoding="utf-8")

    def stop(self):
        """The end of its drain."""
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        assert self.process.wait(30) == 0, self.log()[-2000:]


@contextlib.contextmanager
def members(path, folder, example, replace=("", "")):
    """`replace`: a text in the example's configuration, and another one for it."""
    configuration = (EXAMPLES / example / "polyclockd.conf").read_text(encoding="ascii").replace(*replace)
    started = []
    try:
        for host in HOSTS:
            started.append(Member(path, folder, host, configuration))
        yield started
    finally:
        for one in started:
            if one.process.poll() is None:
                one.process.kill()
                one.process.wait(20)


def make_certificate(folder):
    """A certificate for the name polyclock.test, followed by its key."""
    file = pathlib.Path(folder, "polyclock.pem")
    run(*certificate_words("polyclock.test", f"{folder}/certificate.pem", f"{folder}/key.pem", "-days", "1",
                           "-addext", "subjectAltName=DNS:polyclock.test"))
    file.write_text("".join(pathlib.Path(folder, name).read_text(encoding="ascii")
                            for name in ("certificate.pem", "key.pem")), encoding="ascii")
    return file


class Proxy:
    """HAProxy by the example's configuration; `states` tells what its checks have found."""

    def __init__(self, folder):
        text = (EXAMPLES / "haproxy/haproxy.cfg").read_text(encoding="ascii")
        text = text.replace("/etc/haproxy/polyclock.pem", str(make_certificate(folder)))
        self.socket = f"{folder}/haproxy.socket"
        file = pathlib.Path(folder, "haproxy.cfg")
        file.write_text(f"global\n  stats socket {self.socket}\n\n{text}", encoding="ascii")
        run("haproxy", "-c", "-f", file)
        self.process = subprocess.Popen(["haproxy", "-db", "-f", file], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def states(self, section):
        """By server, such as {"a": "UP"}."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as peer:
            peer.connect(self.socket)
            peer.sendall(b"show stat\n")
            lines = peer.makefile(encoding="ascii").read().lstrip("# ").splitlines()
            return {row["svname"]: row["status"] for row in csv.DictReader(lines)
                    if row["pxname"] == section and row["svname"] not in ("FRONTEND", "BACKEND")}
        return {}

    def all_are(self, state, names="abc"):
        return all(self.states(section).get(name) == state for section in ("dt", "http") for name in names)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


class Asking(threading.Thread):
    """Calls `ask(number)`, which raises where there is no answer, each 5 ms and never twice; at the end none is lost."""

    def __init__(self, ask):
        super().__init__(daemon=True)
        self.ask = ask
        self.over = threading.Event()
        self.answered = 0
        self.worst = 0
        self.lost = []

    def run(self):
        while not self.over.wait(0.005):
            start = time.monotonic()
            try:
                self.ask(self.answered)
                self.answered += 1
            except (OSError, AssertionError) as why:
                self.lost.append(why)
            self.worst = max(self.worst, time.monotonic() - start)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        assert not self.lost and self.answered > 50, (self.answered, self.lost[:3])
