"""A listener whose address comes after the daemon has started is served when it comes, in a network namespace.

Usage: late_address_test.py POLYCLOCKD POLYCLOCK
"""
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import daemon_words, enter_network_namespace, eventually, run  # noqa: E402

LATE = "192.0.2.1"
PORT = 18814
TAKEN_PORT = 18815
IP_FREEBIND = 15  # from linux/in.h


def main(polyclockd, polyclock):
    enter_network_namespace()

    def answers(server):
        return subprocess.run([polyclock, "-q", "-t", "1", "-s", server], check=False,
                              stdout=subprocess.DEVNULL).returncode == 0

    alone = subprocess.run(daemon_words(polyclockd, [f"dt+tcp://{LATE}:{PORT}"]), text=True,
                           stderr=subprocess.PIPE, timeout=20, check=False)
    assert alone.returncode == 1, alone
    assert alone.stderr == (f"polyclockd: dt+tcp {LATE}:{PORT}: bind: "
                            "Cannot assign requested address\n"), alone.stderr
    other = socket.socket()  # has the port of the address before there is one
    other.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
    other.bind((LATE, TAKEN_PORT))
    other.listen()
    listeners = [f"dt+tcp://127.0.0.1:{PORT}", f"dt+tcp://{LATE}:{PORT}", f"dt+udp://{LATE}:{PORT}",
                 f"dt+tcp://{LATE}:{TAKEN_PORT}"]
    missing = [f"{name}: bind: Cannot assign requested address" for name in listeners[1:]]
    taken = f"{listeners[3]}: bind: Address already in use"
    with tempfile.NamedTemporaryFile("w+") as errors:

        def log():
            return pathlib.Path(errors.name).read_text()

        def waiting():
            return re.findall("waiting for the address: (.*)", log().replace(" 192", "://192"))

        with subprocess.Popen(daemon_words(polyclockd, listeners), stderr=errors) as daemon:
            eventually(lambda: answers(f"127.0.0.1:{PORT}"))
            assert not answers(f"{LATE}:{PORT}")
            assert waiting() == missing, log()
            run("ip", "address", "add", f"{LATE}/32", "dev", "lo")
            eventually(lambda: answers(f"{LATE}:{PORT}"))
            eventually(lambda: waiting() == [*missing, taken])
            other.close()
            eventually(lambda: answers(f"{LATE}:{TAKEN_PORT}"))
            # A reload keeps what has come.
            run(polyclockd, "--reload", daemon.pid)
            assert answers(f"{LATE}:{PORT}")
            daemon.terminate()
            daemon.wait(30)
        said = log()
    assert daemon.returncode == 0, said
    assert f"\nlistening dt+tcp {LATE}:{PORT}\n" in said, said
    assert f"\nlistening dt+udp {LATE}:{PORT}\n" in said, said
    print("a late address is served when it comes")


main(*sys.argv[1:])
