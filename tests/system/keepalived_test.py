"""Two hosts behind one address, as config/examples/keepalived says: how long is it without an answer while the
address goes over and back?

Usage: keepalived_test.py POLYCLOCKD POLYCLOCK
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))
import dt  # noqa: E402
from harness import eventually, run, skip  # noqa: E402
from namespaces import Host, enter_namespaces, make_network  # noqa: E402

EXAMPLE = HERE.parent.parent / "config/examples/keepalived"
ADDRESS = ("192.0.2.10", 18814)
INTERVAL = 0.01
TRY_MAX = 0.05
PAUSE_MAX = 4


class Server(Host):
    """A host with a daemon, whose zone is told apart by its offset, and with keepalived."""

    def __init__(self, folder, number, polyclockd, priority):
        super().__init__(number)
        self.offset = f"+0{number}:00"
        self.daemon_words = [polyclockd, "--config", EXAMPLE / "polyclockd.conf", "--zone", f"Etc/GMT-{number}"]
        text = (EXAMPLE / "keepalived.conf").read_text("utf-8")
        own = {"/usr/bin/polyclock": f"{folder}/polyclock", "priority 100": f"priority {priority}"}
        for word, replacement in own.items():
            assert word in text, word
            text = text.replace(word, replacement)
        self.configuration = folder / f"{number}.conf"
        self.configuration.write_text(text, "utf-8")
        self.log = folder / f"{number}.log"
        self.start_daemon()
        self.start_keepalived(folder / f"{number}.pid")

    def start_daemon(self):
        self.daemon = subprocess.Popen(self.words(*self.daemon_words), stderr=subprocess.DEVNULL)

    def start_keepalived(self, pid):
        options = ["-f", self.configuration, "--pid", pid, "--vrrp_pid", f"{pid}.vrrp", "--vrrp"]
        self.keepalived = subprocess.Popen(
            self.words("keepalived", "--dont-fork", "--log-console", "--log-detail", *options),
            stdout=self.log.open("w"), stderr=subprocess.STDOUT)

    def kill_daemon(self):
        self.daemon.kill()
        self.daemon.wait()


class Client(threading.Thread):
    """Asks the one address each 10 ms, by a connection each, and notes when answers came and the last one's text."""

    def __init__(self):
        super().__init__(daemon=True)
        self.times = [time.monotonic()]
        self.text = ""
        self.start()

    def run(self):
        due = time.monotonic()
        while True:
            due = max(due + INTERVAL, time.monotonic())
            time.sleep(max(0, due - time.monotonic()))
            try:
                self.text = self.ask()
                self.times.append(time.monotonic())
            except OSError:
                pass

    @staticmethod
    def ask():
        with socket.create_connection(ADDRESS, timeout=TRY_MAX) as peer:
            peer.sendall(dt.query(1))
            return dt.Answer(peer.makefile("rb"), 1).text

    def is_answered_by(self, server):
        return self.text.endswith(server.offset)

    def pause(self, server, action):
        """The longest one from the action until a second after that server answers, in seconds."""
        first = len(self.times) - 1
        action()
        eventually(lambda: self.is_answered_by(server))
        time.sleep(1)
        assert self.is_answered_by(server), self.text
        times = self.times[first:]
        return max(after - before for before, after in zip(times, times[1:]))


def pauses(client, first, second):
    """What happens to the first server, each with the pause that it makes."""
    yield "daemon killed", client.pause(second, first.kill_daemon)
    yield "daemon back", client.pause(first, first.start_daemon)
    yield "link down", client.pause(second, lambda: first.set_link("down"))
    yield "link back", client.pause(first, lambda: first.set_link("up"))


def inside(folder, polyclockd, polyclock):
    folder.chmod(0o755)
    shutil.copy(polyclock, folder / "polyclock")  # the user of the script may not reach the build
    make_network()
    first, second = Server(folder, 3, polyclockd, 150), Server(folder, 2, polyclockd, 100)
    client = Client()
    try:
        eventually(lambda: client.is_answered_by(first))
        told = run(polyclock, "--udp", "--style", "iso", "-s", f"{ADDRESS[0]}:{ADDRESS[1]}")
        assert told.strip().endswith(first.offset), told
        for what, seconds in pauses(client, first, second):
            print(f"{what}: {seconds:.2f} s without an answer")
            assert seconds <= PAUSE_MAX, what
    except BaseException:
        print(first.log.read_text("utf-8"), second.log.read_text("utf-8"))
        raise


def main(polyclockd, polyclock):
    os.environ["PATH"] += ":/usr/sbin"
    if not shutil.which("keepalived"):
        skip("needs keepalived")
    enter_namespaces()
    with tempfile.TemporaryDirectory() as folder:
        inside(pathlib.Path(folder), polyclockd, polyclock)


main(*sys.argv[1:])
