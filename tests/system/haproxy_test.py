"""config/examples/haproxy with a real HAProxy: three daemons, of which one is killed, one hangs and one is restarted.

Usage: haproxy_test.py POLYCLOCKD POLYCLOCK
"""
import json
import pathlib
import shutil
import signal
import socket
import ssl
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from dt import Answer, query  # noqa: E402
from fleet import PROXY, Asking, Proxy, add_addresses, members  # noqa: E402
from harness import enter_network_namespace, eventually, run, skip  # noqa: E402

CLIENT = "127.0.0.77"


def http(target, secure=None):
    port = 443 if secure else 80
    with socket.create_connection((PROXY, port), timeout=20, source_address=(CLIENT, 0)) as plain:
        peer = secure.wrap_socket(plain, server_hostname="polyclock.test") if secure else plain
        peer.sendall(f"GET {target} HTTP/1.0\r\nHost: polyclock.test\r\n\r\n".encode())
        head, _, body = peer.makefile("rb").read().partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()


def serves(client, secure):
    assert run(client, "-s", PROXY, "-l", "de").startswith("Heute ist der ")
    with socket.create_connection((PROXY, 18843), timeout=20) as plain:
        peer = secure.wrap_socket(plain, server_hostname="polyclock.test")
        peer.sendall(query(1, zone="Europe/Berlin"))
        assert "T" in Answer(peer.makefile("rb"), 1).text
    for context in (None, secure):
        status, body = http("/api/ip", context)
        assert status == 200 and json.loads(body)["client_ip"] == CLIENT, body
        assert http("/readyz", context)[0] == 403


def ask(number):
    """Through the proxy, on a connection of its own."""
    with socket.create_connection((PROXY, 18814), timeout=5) as peer:
        peer.sendall(query(number))
        assert Answer(peer.makefile("rb"), number).text


def restarts_in_turn(proxy, daemons):
    with Asking(ask) as asking:
        for name, one in zip("abc", daemons):
            one.stop()
            one.start()
            eventually(lambda: proxy.all_are("UP"))
    print(f"restarted in turn: {asking.answered} answers, 0 lost")


def notices_what_is_gone(proxy, daemons):
    daemons[0].process.send_signal(signal.SIGSTOP)
    daemons[1].process.kill()
    daemons[1].process.wait(20)
    eventually(lambda: proxy.all_are("DOWN", "ab"))
    with Asking(ask) as asking:
        eventually(lambda: asking.answered > 100)
    daemons[0].process.send_signal(signal.SIGCONT)
    daemons[1].start()
    eventually(lambda: proxy.all_are("UP"))


def main(daemon_path, client):
    if not shutil.which("haproxy"):
        skip("haproxy is not installed")
    enter_network_namespace()
    add_addresses()
    secure = ssl.create_default_context()
    with tempfile.TemporaryDirectory() as folder, members(daemon_path, folder, "haproxy") as daemons, \
            Proxy(folder) as proxy:
        secure.load_verify_locations(f"{folder}/certificate.pem")
        eventually(lambda: proxy.all_are("UP"))
        serves(client, secure)
        restarts_in_turn(proxy, daemons)
        notices_what_is_gone(proxy, daemons)
        for one in daemons:
            assert "PROXY" not in one.log() and "refused" not in one.log(), one.log()


if __name__ == "__main__":
    main(*sys.argv[1:])
