"""Ports 13 and 37 as they are, in a network namespace: nmap's scripts against our daemon, and our client against
the servers that Debian has, xinetd and openbsd-inetd.

Usage: real_ports_test.py POLYCLOCKD POLYCLOCK
"""
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, eventually, in_network_namespace, run  # noqa: E402

ADDRESS = "192.0.2.1"  # openbsd-inetd sends no datagram to 127.0.0.1
INETD = f"""\
{ADDRESS}:daytime stream tcp nowait root internal
{ADDRESS}:daytime dgram udp wait root internal
{ADDRESS}:time stream tcp nowait root internal
{ADDRESS}:time dgram udp wait root internal
"""
XINETD_SERVICE = """\
service {name}
{{
  type = INTERNAL
  id = {name}-{socket}
  socket_type = {socket}
  protocol = {protocol}
  user = root
  wait = {wait}
  bind = {address}
}}
"""


def is_now(moment):
    assert abs(time.mktime(moment) - time.mktime(time.gmtime())) < 5, moment


def nmap(daemon_path):
    listeners = [f"{protocol}+{transport}://127.0.0.1:{port}?zone=UTC" if protocol == "daytime" else
                 f"{protocol}+{transport}://127.0.0.1:{port}"
                 for protocol, port in (("daytime", 13), ("time", 37)) for transport in ("tcp", "udp")]
    with Daemon(daemon_path, listeners):
        for scan in ("-sT", "-sU"):
            told = run("nmap", "-n", "-Pn", scan, "-p", "13,37", "--script", "daytime,rfc868-time",
                       "127.0.0.1", env={"TZ": "UTC", "PATH": "/usr/bin:/bin"})
            daytime = re.search(r"daytime: (.*?)(\\x0D\\x0A|\\x0D|\s*)$", told, re.M)
            chime = re.search(r"rfc868-time: (\S+)", told)
            assert daytime and chime, told
            is_now(time.strptime(daytime[1].strip(), "%a %b %d %H:%M:%S %Y"))
            is_now(time.strptime(chime[1], "%Y-%m-%dT%H:%M:%S"))
            print(f"nmap {scan}: {daytime[1].strip()}, {chime[1]}")


def unpack(package, root):
    """Unpacks a Debian package and the libraries it needs; nothing is installed."""
    root.mkdir()
    needed = run("apt-cache", "depends", package)
    libraries = set(re.findall(r"Depends: (lib[^\s<>]+)", needed)) - {"libc6"}
    run("apt-get", "download", package, *libraries, cwd=root)
    for archive in root.glob("*.deb"):
        run("dpkg-deb", "-x", archive, root)


def libraries_of(root):
    return ":".join(map(str, [*root.glob("usr/lib/*-linux-gnu*"), *root.glob("lib/*-linux-gnu*")]))


def answers(port):
    try:
        socket.create_connection((ADDRESS, port), timeout=1).close()
        return True
    except ConnectionRefusedError:
        return False


def ask_old_server(client, name, daytime_form):
    for options in ([], ["--udp"]):
        line = run(client, "--daytime", ADDRESS, *options).strip()
        is_now(time.strptime(line, daytime_form))
        stamp = run(client, "--time-protocol", ADDRESS, *options).strip()
        is_now(time.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ"))
        print(f"{name} {' '.join(options)}: {line}, {stamp}")


def old_server(client, name, root, words, daytime_form):
    environment = {"LD_LIBRARY_PATH": libraries_of(root), "TZ": "UTC", "PATH": os.environ["PATH"]}
    server = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: answers(37))
        ask_old_server(client, name, daytime_form)
    finally:
        server.terminate()
        server.wait(20)
    eventually(lambda: not answers(37))


def inetd(client, root):
    configuration = root / "inetd.conf"
    configuration.write_text(INETD, encoding="ascii")
    old_server(client, "openbsd-inetd", root, [f"{root}/usr/sbin/inetd", "-d", "-i", configuration],
               "%a %b %d %H:%M:%S %Y")


def xinetd(client, root):
    configuration = root / "xinetd.conf"
    configuration.write_text("defaults\n{\n}\n" + "".join(
        XINETD_SERVICE.format(name=name, socket=socket_type, protocol=protocol, wait=wait,
                              address=ADDRESS)
        for name in ("daytime", "time")
        for socket_type, protocol, wait in (("stream", "tcp", "no"), ("dgram", "udp", "yes"))),
        encoding="ascii")
    old_server(client, "xinetd", root, [f"{root}/usr/sbin/xinetd", "-dontfork", "-f", configuration,
                                        "-pidfile", f"{root}/xinetd.pid"], "%d %b %Y %H:%M:%S UTC")


def inside(daemon_path, client_path, packages):
    packages = pathlib.Path(packages)
    nmap(daemon_path)
    run("ip", "address", "add", ADDRESS, "dev", "lo")
    inetd(client_path, packages / "openbsd-inetd")
    xinetd(client_path, packages / "xinetd")


def outside(daemon_path, client_path):
    with tempfile.TemporaryDirectory() as directory:
        packages = pathlib.Path(directory)
        for package in ("openbsd-inetd", "xinetd"):
            unpack(package, packages / package)
        words = in_network_namespace(sys.executable, __file__, daemon_path, client_path, packages)
        sys.exit(subprocess.run(words, check=False).returncode)


inside(*sys.argv[1:]) if len(sys.argv) > 3 else outside(*sys.argv[1:])
