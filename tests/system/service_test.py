"""The packages under a real systemd, as in an operator's days: installed, started, reloaded, watched, killed, upgraded,
activated by sockets, purged.

Usage: service_test.py BUILD_FOLDER [--full]: 100,000 garbage connections instead of 5,000, 20 restarts under
load instead of 5, 100 crashes instead of 3. BUILD_FOLDER is a build's that cpack packs.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from box import Box
from harness import certificate_words  # box knows the way

LOAD = pathlib.Path(__file__).with_name("load.py")
CONFIGURATION = "/etc/polyclock/polyclockd.conf"
DROP_INS = "/etc/systemd/system/polyclockd.service.d"
EXAMPLES = "/usr/share/doc/polyclockd/examples"
# What lintian may say: CPack strips as strip(1) does, and only systemd is supported.
KNOWN_TAGS = {"I: binary-has-unneeded-section", "I: package-supports-alternative-init-but-no-init.d-script"}
# It takes the end of "hāwhe" in the te reo Māori words for English.
KNOWN_WORD = "spelling-error-in-binary whe when"
SOCKETS = ["polyclockd-dt.socket", "polyclockd-daytime.socket", "polyclockd-time.socket",
           "polyclockd-http.socket"]


def packages(build, folder):
    subprocess.run(["cpack", "--config", f"{build}/CPackConfig.cmake", "-B", folder], check=True,
                   stdout=subprocess.DEVNULL)
    found = sorted(pathlib.Path(folder).glob("*.deb"))
    assert [package.name.split("_")[0] for package in found] == ["polyclock", "polyclockd"], found
    return found


def lint(archives):
    told = subprocess.run(["lintian", "--profile", "debian", "--display-info", *archives],
                          stdout=subprocess.PIPE, text=True, check=False)
    lines = {re.sub(r"^(.): (\S+): (\S+).*", r"\1: \3", line)
             for line in told.stdout.splitlines() if re.match("[EWI]: ", line) and KNOWN_WORD not in line}
    assert lines <= KNOWN_TAGS, told.stdout
    print("lintian:", ", ".join(sorted(lines)) or "nothing")


def hardened(archives, folder):
    for archive in archives:
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
    for program in ("usr/sbin/polyclockd", "usr/bin/polyclock", "usr/libexec/polyclock/polyclock-tls"):
        # A program is marked for control-flow protection only where the C library's startup code has it, which
        # Debian 12's has not; our own code has.
        told = subprocess.run(["hardening-check", "--nocfprotection", f"{folder}/{program}"],
                              stdout=subprocess.PIPE, text=True, check=False)
        assert told.returncode == 0, told.stdout
    print("hardening-check: all programs pass")


class Machine(Box):
    def write(self, path, text):
        self.run("mkdir", "-p", pathlib.PurePosixPath(path).parent)
        self.run("tee", path, input=text)

    def systemctl(self, *words):
        return self.run("systemctl", *words)

    def property(self, name, unit="polyclockd.service"):
        return self.systemctl("show", "-P", name, unit).strip()

    def journal(self):
        return self.run("journalctl", "-u", "polyclockd.service", "-o", "cat", "--no-pager")

    def answer(self, *words):
        return self.run("polyclock", *words).strip()

    def eventually(self, condition, seconds=20):
        """How long it took."""
        start = time.monotonic()
        while not condition():
            assert time.monotonic() - start < seconds, self.journal()[-3000:]
            time.sleep(0.02)
        return time.monotonic() - start

    def answers(self):
        return self.try_run("polyclock", "-q", "-t", "1", "date").returncode == 0

    def load(self, *words):
        """A load generator at work inside, where this file may not be seen."""
        return subprocess.Popen(self.words(sys.executable, "-c", LOAD.read_text("utf-8"), *words),
                                stdout=subprocess.PIPE, text=True)


def installs(machine, archives):
    for archive in archives:
        machine.run("cp", archive, "/root/")
    machine.run("sh", "-c", "cd /root && DEBIAN_FRONTEND=noninteractive apt-get install -y "
                "--no-install-recommends ./polyclock*.deb")
    assert machine.property("ActiveState") == "active", "the package starts the service"
    machine.systemctl("start", "polyclockd")
    machine.eventually(machine.answers)
    machine.eventually(lambda: "tz database 20" in machine.property("StatusText"))
    status = machine.systemctl("status", "--no-pager", "polyclockd")
    assert "Active: active (running)" in status and "Status:" in status, status
    text = machine.answer("date", "-l", "de")
    assert text.startswith("Heute ist der "), text
    print(f"installed, active: {machine.property('StatusText')}; {text}")


def open_session(machine):
    """A client inside that asks one question for each line that it gets, over one connection."""
    program = ("import socket, sys\n"
               "peer = socket.create_connection(('127.0.0.1', 18814), timeout=10)\n"
               "for line in sys.stdin:\n"
               "    peer.sendall(bytes.fromhex('497e00010001'))\n"
               "    print(peer.recv(300)[13:].decode(), flush=True)\n")
    return subprocess.Popen(machine.words(sys.executable, "-c", program), text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def ask(session):
    session.stdin.write("\n")
    session.stdin.flush()
    return session.stdout.readline().strip()


def reloads(machine):
    session = open_session(machine)
    assert ask(session).startswith("Today's date is")
    machine.write(CONFIGURATION, "listen = dt+tcp://127.0.0.1:18814?locale=de\nidle-timeout = 50\n")
    machine.systemctl("reload", "polyclockd")
    assert ask(session).startswith("Heute ist der"), "the open session has the new language"
    machine.write(CONFIGURATION, "# a comment\nlisten = dt+tcp://127.0.0.1:18814\nidle-time = 5\n")
    failed = machine.try_run("systemctl", "reload", "polyclockd")
    assert failed.returncode != 0, failed.stdout
    assert f"{CONFIGURATION}:3: unknown key 'idle-time'; did you mean 'idle-timeout'?" in machine.journal()
    assert ask(session).startswith("Heute ist der")
    assert machine.answers()
    # A listener that cannot be had fails the reload too.
    machine.write(CONFIGURATION, "listen = dt+tcp://127.0.0.1:18814\nlisten = dt+unix:/nowhere/dt\n")
    failed = machine.try_run("systemctl", "reload", "polyclockd")
    assert failed.returncode != 0, failed.stdout
    assert "/nowhere/dt: bind: No such file or directory" in machine.property("StatusText")
    assert machine.answers()
    # Even if the daemon is told all the same, it keeps its state, and says so.
    machine.systemctl("kill", "--signal=HUP", "polyclockd")
    machine.eventually(lambda: "reload failed" in machine.property("StatusText"))
    # The README's configuration for a network takes the default's place without a restart.
    machine.write(CONFIGURATION, machine.run("cat", f"{EXAMPLES}/lan.conf"))
    machine.systemctl("reload", "polyclockd")
    machine.eventually(lambda: machine.answer("date", "--classic", "-s", "127.0.0.1:18815")
                       .startswith("Ko te rā"))
    machine.run("rm", CONFIGURATION)
    machine.systemctl("reload", "polyclockd")
    machine.eventually(lambda: "reload failed" not in machine.property("StatusText"))
    assert ask(session).startswith("Heute ist der"), "the session outlives its listener"
    session.stdin.close()
    session.wait(20)
    print("reload: an open session goes on, a wrong configuration is refused and named")


def exposure(machine):
    told = machine.run("systemd-analyze", "security", "--no-pager", "polyclockd.service")
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", told)[1])


def watchdog(machine):
    machine.write(f"{DROP_INS}/test.conf", "[Service]\nWatchdogSec=2\n")
    machine.systemctl("daemon-reload")
    machine.systemctl("restart", "polyclockd")
    time.sleep(3)
    before = machine.property("MainPID")
    assert machine.property("NRestarts") == "0", "it is alive"
    machine.run("kill", "-STOP", before)
    took = machine.eventually(lambda: machine.property("MainPID") not in (before, "0") and
                              machine.answers())
    assert "Watchdog timeout" in machine.journal()
    # A drain may take longer than the watchdog's time, though one worker has nothing left to do.
    machine.write(CONFIGURATION, "listen = dt+tcp://127.0.0.1:18814\ngrace-period = 4\n")
    machine.systemctl("reload", "polyclockd")
    half = ("import socket, time\npeer = socket.create_connection(('127.0.0.1', 18814))\n"
            "peer.sendall(b'I')\nprint('sent', flush=True)\ntime.sleep(60)\n")
    with subprocess.Popen(machine.words(sys.executable, "-c", half), stdout=subprocess.PIPE) as client:
        client.stdout.readline()
        start = time.monotonic()
        machine.systemctl("stop", "polyclockd")
        drained = time.monotonic() - start
        machine.run("pkill", "-f", "peer.sendall")
    assert drained > 3 and machine.property("Result") == "success", (drained, machine.journal()[-500:])
    machine.run("rm", CONFIGURATION)
    machine.run("rm", f"{DROP_INS}/test.conf")
    machine.systemctl("daemon-reload")
    machine.systemctl("restart", "polyclockd")
    print(f"watchdog: a stopped process is replaced and serves after {took:.1f} s (of 2 s), "
          f"a drain of {drained:.1f} s is not disturbed")


def killed(machine):
    machine.write(CONFIGURATION, "listen = dt+tcp://127.0.0.1:18814\n"
                  "listen = dt+unix:/run/polyclock/dt\n")
    machine.systemctl("reload", "polyclockd")
    load = machine.load("rate", "500", "3")
    time.sleep(1)
    machine.systemctl("kill", "--signal=KILL", "polyclockd")
    took = machine.eventually(lambda: machine.try_run(
        "polyclock", "-q", "-t", "1", "-s", "unix:/run/polyclock/dt", "date").returncode == 0)
    told = load.communicate(timeout=60)[0]
    assert machine.answers() and took < 1, took
    assert int(re.search(r"answered=(\d+)", told)[1]) > 500, told
    machine.run("rm", CONFIGURATION)
    machine.systemctl("restart", "polyclockd")
    print(f"kill -9 under load: back on TCP and on its Unix socket after {took:.2f} s")


def serves_within_tls(machine):
    """The example with a certificate that systemd hands over, and another one after a restart."""
    folder = "/etc/letsencrypt/live/clock.example.org"
    machine.run("mkdir", "-p", folder)
    machine.write(CONFIGURATION, machine.run("cat", f"{EXAMPLES}/tls/polyclockd.conf"))
    machine.write(f"{DROP_INS}/credentials.conf", machine.run("cat", f"{EXAMPLES}/tls/credentials.conf"))
    machine.systemctl("daemon-reload")
    for name in ("first", "second"):
        machine.run(*certificate_words(name, f"{folder}/fullchain.pem", f"{folder}/privkey.pem"))
        machine.systemctl("restart", "polyclockd")
        assert f"CN = {name}" in machine.run("openssl", "s_client", "-connect", "127.0.0.1:18843", input="")
        told = machine.run("curl", "-sk", "https://127.0.0.1:8443/v1/text?style=iso")
        assert '"style":"iso"' in told, told
    machine.run("rm", "-r", CONFIGURATION, f"{DROP_INS}/credentials.conf", folder)
    machine.systemctl("daemon-reload")
    machine.systemctl("restart", "polyclockd")
    print("TLS: a certificate that systemd hands over, and its successor")


def outlasts_failures(machine, crashes):
    """However often it dies, and however long another program has its port, it comes back."""
    for _ in range(crashes):
        machine.eventually(machine.answers)
        machine.systemctl("kill", "--signal=KILL", "polyclockd")
        machine.eventually(lambda: not machine.answers())
    machine.eventually(machine.answers)
    machine.systemctl("stop", "polyclockd")
    program = "import socket, time; held = socket.create_server(('127.0.0.1', 18814)); time.sleep(600)"
    with subprocess.Popen(machine.words(sys.executable, "-c", program)) as holder:
        machine.eventually(lambda: "18814" in machine.run("ss", "-Hltn"))
        machine.try_run("systemctl", "start", "polyclockd")
        machine.eventually(lambda: int(machine.property("NRestarts")) >= 8)
        assert "127.0.0.1:18814: bind: Address already in use" in machine.journal()
        machine.run("pkill", "-f", "socket.create_server")
        holder.wait(20)
    machine.eventually(machine.answers)
    print(f"failures: back after {crashes} crashes, and once another program leaves its port")


def awaits_address(machine):
    machine.write(CONFIGURATION, "listen = dt+tcp://127.0.0.1:18814\nlisten = dt+tcp://192.0.2.1:18814\n")
    machine.systemctl("restart", "polyclockd")
    machine.eventually(machine.answers)
    machine.run("ip", "address", "add", "192.0.2.1/32", "dev", "lo")
    took = machine.eventually(lambda: machine.try_run(
        "polyclock", "-q", "-t", "1", "-s", "192.0.2.1", "date").returncode == 0)
    machine.run("rm", CONFIGURATION)
    machine.systemctl("reload", "polyclockd")
    print(f"late address: served {took:.1f} s after it came, by the same process")


def upgrades(machine, archive, folder):
    """To a version that differs by its number alone."""
    tree = f"{folder}/upgrade"
    subprocess.run(["dpkg-deb", "-R", archive, tree], check=True)
    control = pathlib.Path(tree, "DEBIAN/control")
    control.write_text(re.sub(r"(?m)^Version: .*", "Version: 99", control.read_text("utf-8")), "utf-8")
    subprocess.run(["dpkg-deb", "-b", tree, f"{folder}/upgrade.deb"], check=True,
                   stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    machine.write(CONFIGURATION, "# the operator's\nlisten = dt+tcp://127.0.0.1:18814?locale=de\n")
    before = machine.property("MainPID")
    machine.run("cp", f"{folder}/upgrade.deb", "/root/")
    machine.run("sh", "-c", "DEBIAN_FRONTEND=noninteractive apt-get install -y /root/upgrade.deb")
    assert machine.property("MainPID") not in (before, "0"), "the new program runs"
    machine.eventually(machine.answers)
    assert machine.answer("date", "--classic").startswith("Heute"), "the operator's configuration stays"
    machine.run("rm", CONFIGURATION)
    machine.systemctl("reload", "polyclockd")
    print("upgrade: the new program runs, with the old configuration")


def upgrades_tzdata(machine):
    before = machine.answer("--json")
    assert '"tz_version":"2099z"' not in before
    machine.run("sh", "-c", "cd /usr/share/zoneinfo && sed '1s/.*/# version 2099z/' tzdata.zi >new "
                "&& mv new tzdata.zi")
    took = machine.eventually(lambda: '"tz_version":"2099z"' in machine.answer("--json"))
    assert took < 10 and machine.property("NRestarts") == "0", took
    reloads_before = machine.journal().count("configuration reloaded")
    machine.run("dpkg-trigger", "--by-package=tzdata", "/usr/share/zoneinfo")
    machine.run("dpkg", "--triggers-only", "-a")
    machine.eventually(
        lambda: machine.journal().count("configuration reloaded") > reloads_before)
    print(f"tzdata: the new version is told after {took:.1f} s, and its package triggers a reload")


def activated(machine, restarts):
    machine.systemctl("stop", "polyclockd")
    machine.write(f"{DROP_INS}/socket-activated.conf",
                  machine.run("cat", f"{EXAMPLES}/socket-activated.conf"))
    machine.systemctl("daemon-reload")
    machine.systemctl("start", *SOCKETS)
    assert machine.property("ActiveState") == "inactive"
    assert machine.answers(), machine.journal()[-3000:]
    assert machine.property("ActiveState") == "active"
    assert machine.answer("date", "-l", "mi").startswith("Ko te rā")
    for options in ([], ["--udp"]):
        assert re.search(r"20\d\d$", machine.answer("--daytime", "127.0.0.1", *options))
        assert re.match(r"20\d\d-", machine.answer("--time-protocol", "127.0.0.1", *options))
    fetched = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8814/?locale=mi').read())"
    assert machine.run("python3", "-c", fetched).startswith("b'Ko te r"), fetched
    score = exposure(machine)
    print(f"socket-activated: answers with an exposure of {score}")
    assert score <= 0.2, machine.run("systemd-analyze", "security", "--no-pager",
                                     "polyclockd.service")
    serves_network(machine)
    load = machine.load("rate", "2000", str(restarts * 0.5 + 1))
    for _ in range(restarts):
        machine.systemctl("restart", "polyclockd")
        time.sleep(0.2)
    told = load.communicate(timeout=120)[0].strip()
    print(f"{restarts} restarts under load: {told}")
    counts = dict(pair.split("=") for pair in told.split())
    assert int(counts["connections"]) > 1000 * restarts * 0.5, told
    assert counts["answered"] == counts["connections"], told
    machine.systemctl("stop", *SOCKETS, "polyclockd")
    machine.run("rm", "-r", DROP_INS)
    machine.systemctl("daemon-reload")
    machine.systemctl("enable", *SOCKETS)  # for the purge to find
    machine.systemctl("start", "polyclockd")


def serves_network(machine):
    """The example that serves a network through systemd's sockets; 127.0.0.2 is no address of the unit itself."""
    machine.systemctl("stop", *SOCKETS, "polyclockd")
    machine.write("/etc/systemd/system/polyclockd-dt.socket.d/socket-lan.conf",
                  machine.run("cat", f"{EXAMPLES}/socket-lan.conf"))
    example = machine.run("cat", f"{EXAMPLES}/socket-lan.conf")
    machine.write(CONFIGURATION, re.search(r"^# +(listen = .*)$", example, re.M)[1] + "\n")
    machine.systemctl("daemon-reload")
    machine.systemctl("start", "polyclockd-dt.socket")
    for options in ([], ["--udp"]):
        assert machine.answer("date", "-s", "127.0.0.2", *options), options
        assert machine.answer("date", "-s", "[::1]", *options), options
    assert "listening dt+tcp 0.0.0.0:18814" in machine.journal()
    assert "listening dt+udp [::]:18814" in machine.journal()
    machine.systemctl("stop", "polyclockd-dt.socket", "polyclockd")
    machine.run("rm", "-r", CONFIGURATION, "/etc/systemd/system/polyclockd-dt.socket.d")
    machine.systemctl("daemon-reload")
    machine.systemctl("start", *SOCKETS)
    assert machine.answers()
    print("sockets for a network: TCP and UDP, on all addresses")


def endures_garbage(machine, connections):
    before = machine.journal().count("\n")
    told = machine.load("garbage", str(connections)).communicate(timeout=300)[0].strip()
    assert machine.answers()
    lines = machine.journal().count("\n") - before
    print(f"garbage: {told}, {lines} lines in the journal")
    assert lines < 100


def remains(machine):
    found = machine.run("find", "/", "-xdev", "-iname", "*polyclock*", "-not", "-name", "*.deb")
    return set(found.split("\n"))


def purges(machine, before):
    machine.run("sh", "-c", "DEBIAN_FRONTEND=noninteractive apt-get purge -y polyclock polyclockd")
    left = remains(machine) - before
    assert not left, left
    assert machine.try_run("systemctl", "is-active", "polyclockd").stdout.strip() == "inactive"
    print("purge: nothing is left")


def main(build, *options):
    full = "--full" in options
    with Machine() as machine, tempfile.TemporaryDirectory(dir="/var/lib") as folder:
        archives = packages(build, folder)
        lint(archives)
        hardened(archives, folder)
        before = remains(machine)
        installs(machine, archives)
        score = exposure(machine)
        print(f"own sockets: an exposure of {score}")
        assert score <= 1.0, score
        reloads(machine)
        watchdog(machine)
        killed(machine)
        serves_within_tls(machine)
        outlasts_failures(machine, 100 if full else 3)
        awaits_address(machine)
        upgrades(machine, archives[1], folder)
        upgrades_tzdata(machine)
        activated(machine, 20 if full else 5)
        endures_garbage(machine, 100_000 if full else 5_000)
        purges(machine, before)


main(*sys.argv[1:])
