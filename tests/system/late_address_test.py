"""A listener whose address comes after the daemon has started is served when it comes, in a network namespace.

Usage: late_address_test.py POLYCLOCKD POLYCLOCK
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import daemon_words, enter_network_namespace, eventually, run  # noqa: E402

LATE = "192.0.2.1"
PORT = 18814


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
    listeners = [f"dt+tcp://127.0.0.1:{PORT}", f"dt+tcp://{LATE}:{PORT}", f"dt+udp://{LATE}:{PORT}"]
    with subprocess.Popen(daemon_words(polyclockd, listeners), stderr=subprocess.PIPE,
                          text=True) as daemon:
        eventually(lambda: answers(f"127.0.0.1:{PORT}"))
        assert not answers(f"{LATE}:{PORT}")
        run("ip", "address", "add", f"{LATE}/32", "dev", "lo")
        eventually(lambda: answers(f"{LATE}:{PORT}"))
        # A reload keeps what has come.
        run(polyclockd, "--reload", daemon.pid)
        assert answers(f"{LATE}:{PORT}")
        daemon.terminate()
        log = daemon.communicate(timeout=30)[1]
    assert daemon.returncode == 0, log
    assert log.count("waiting for the address: ") == 2, log
    assert f"\nlistening dt+tcp {LATE}:{PORT}\n" in log, log
    assert f"\nlistening dt+udp {LATE}:{PORT}\n" in log, log
    print("a late address is served when it comes")


main(*sys.argv[1:])
