"""A daemon that avahi-daemon announces, as config/examples/avahi says, is found from another host and asked.

Usage: avahi_test.py POLYCLOCKD POLYCLOCK
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))
from harness import daemon_words, eventually, run, skip  # noqa: E402
from namespaces import Host, enter_namespaces, make_network  # noqa: E402

EXAMPLE = HERE.parent.parent / "config/examples/avahi"
TYPE = "_polyclock._tcp"
PORT = 18814
# What it announces beside its services is not of interest here.
CONFIGURATION = """[server]
host-name={name}
allow-interfaces={interface}
enable-dbus={dbus}
[publish]
publish-hinfo=no
publish-workstation=no
"""
# It writes below /run and reads services in one folder: $1 is ours, then the words of the command follow.
OWN_PLACES = 'mount -t tmpfs tmpfs /run && mount --bind "$1" /etc/avahi/services && shift && exec "$@"'


def avahi_words(folder, services, **settings):
    """A command that runs an avahi-daemon beside others."""
    file = folder / f"{settings['name']}.conf"
    file.write_text(CONFIGURATION.format(**settings), "ascii")
    return ["unshare", "--mount", "sh", "-c", OWN_PLACES, "sh", str(services), "avahi-daemon", "--no-drop-root",
            "--no-chroot", "--no-rlimits", "--file", str(file)]


def start(words, log):
    return subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT)


def found():
    """Interface, family, name, type, domain, host, address and port of each."""
    told = subprocess.run(["avahi-browse", "--resolve", "--terminate", "--parsable", TYPE], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, timeout=30, check=False)
    lines = [line.split(";")[1:9] for line in told.stdout.splitlines() if line.startswith("=;")]
    return lines if {family for _, family, *_ in lines} == {"IPv4", "IPv6"} else []


def asks(polyclock, told):
    interface, _, name, kind, domain, hostname, address, port = told
    assert (kind, domain, hostname, port) == (TYPE, "local", "clock.local", str(PORT)), told
    address = f"[{address}%{interface}]" if ":" in address else address
    text = run(polyclock, "date", "-l", "mi", "-s", f"{address}:{port}").strip()
    assert text.startswith("Ko te rā"), text
    print(f"found {name} at {address}:{port}: {text}")


def browses(folder, log, polyclock):
    """This host has an avahi-daemon of its own, which avahi-browse asks by its bus."""
    bus = f"unix:path={folder}/bus"
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = bus
    start(["dbus-daemon", "--session", "--nofork", "--nopidfile", "--address", bus], log)
    eventually((folder / "bus").exists)
    (folder / "none").mkdir()
    start(avahi_words(folder, folder / "none", name="client", interface="bridge", dbus="yes"), log)
    eventually(found)
    everything = found()
    assert everything
    for told in everything:
        asks(polyclock, told)


def inside(folder, polyclockd, polyclock):
    make_network()
    host = Host(2)
    listeners = re.findall(r"listen = (\S+)", (EXAMPLE / "polyclock.service").read_text("utf-8"))
    with (folder / "log").open("w") as log:
        start(host.words(*daemon_words(polyclockd, listeners)), log)
        start(host.words(*avahi_words(folder, EXAMPLE, name="clock", interface="eth0", dbus="no")), log)
        try:
            browses(folder, log, polyclock)
        except BaseException:
            print((folder / "log").read_text("utf-8"))
            raise


def main(polyclockd, polyclock):
    os.environ["PATH"] += ":/usr/sbin"
    for program in ("avahi-browse", "avahi-daemon", "dbus-daemon"):
        if not shutil.which(program):
            skip(f"needs {program}")
    enter_namespaces()
    with tempfile.TemporaryDirectory() as folder:
        inside(pathlib.Path(folder), polyclockd, polyclock)


main(*sys.argv[1:])
