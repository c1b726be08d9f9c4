"""Three daemons and 60 clients that ask 3,000 times a second, as the command-line client does: what is lost, and the
worst answer, where one is killed, one hangs, and each is drained and restarted, by the clients' lists and by HAProxy.

Usage: failover.py BUILD_FOLDER
"""
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from fleet import HOSTS, PROXY, Proxy, add_addresses, members  # noqa: E402
from harness import enter_network_namespace, eventually  # noqa: E402

RATE = "3000"
SECONDS = 12


def kill(daemons):
    time.sleep(2)
    daemons[1].process.kill()
    daemons[1].process.wait(20)
    time.sleep(3)
    daemons[1].start()


def hang(daemons):
    time.sleep(2)
    daemons[1].process.send_signal(signal.SIGSTOP)
    time.sleep(4)
    daemons[1].process.send_signal(signal.SIGCONT)


def restart_in_turn(daemons):
    for one in daemons:
        one.stop()
        one.start()
        time.sleep(2)  # until the checks have seen it


def measure(build, daemons, servers, happens):
    load = subprocess.Popen([f"{build}/tests/bench/bench_failover", RATE, str(SECONDS), *servers],
                            stdout=subprocess.PIPE, text=True)
    event = threading.Thread(target=happens, args=(daemons,))
    event.start()
    told = load.communicate(timeout=120)[0]
    event.join()
    return dict(pair.split("=") for pair in told.split())


def row(name, got, more=""):
    print(f"| {name} | {got['lost']} of {got['asked']} | {float(got['worst_ms']):.0f} ms | "
          f"{float(got['p99_us']) / 1000:.1f} ms |{more}", flush=True)


def main(build):
    enter_network_namespace()
    add_addresses()
    # 60 hosts have more ports than one, which keeps each for a minute after its use.
    pathlib.Path("/proc/sys/net/ipv4/tcp_tw_reuse").write_text("1", encoding="ascii")
    pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("10000 65000", encoding="ascii")
    print("| what happens | lost | worst | p99 |\n| --- | --- | --- | --- |")
    cases = (("nothing", lambda _: None), ("one is killed", kill), ("one hangs for 4 s", hang),
             ("each is drained and restarted", restart_in_turn))
    with tempfile.TemporaryDirectory() as folder, \
            members(f"{build}/apps/polyclockd", folder, "haproxy", ("18814?proxy=192.0.2.10", "18814")) as daemons:
        for name, happens in cases:
            row(f"lists of three: {name}", measure(build, daemons, HOSTS, happens))
    with tempfile.TemporaryDirectory() as folder, members(f"{build}/apps/polyclockd", folder, "haproxy") as daemons, \
            Proxy(folder) as proxy:
        for name, happens in cases:
            eventually(lambda: proxy.all_are("UP"))
            row(f"HAProxy, named twice: {name}", measure(build, daemons, (PROXY, PROXY), happens))
        eventually(lambda: proxy.all_are("UP"))
        row("HAProxy, no second try: each is drained and restarted",
            measure(build, daemons, (PROXY,), restart_in_turn))


if __name__ == "__main__":
    main(*sys.argv[1:])
