"""Listeners with `proxy=`: what begins with a PROXY header is its client's, the rest is refused; by hand and behind
HAProxy.

Usage: proxy_test.py POLYCLOCKD
"""
import contextlib
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from dt import Answer, query  # noqa: E402
from harness import Daemon, accepts, eventually, free_port  # noqa: E402

PROXY = "127.0.0.2"
CLIENT = "192.0.2.7"
SIGNATURE = bytes.fromhex("0d0a0d0a000d0a515549540a")
LINE = f"PROXY TCP4 {CLIENT} 127.0.0.1 4711 18814\r\n".encode()
LOCAL = SIGNATURE + bytes.fromhex("20000000")
ASK_ADDRESS = b"GET /api/ip HTTP/1.0\r\nHost: test\r\n\r\n"
PER_ADDRESS = 8  # connections; more than those of which the daemon has not seen the end yet


def binary(client=CLIENT, fields=b""):
    addresses = socket.inet_aton(client) + socket.inet_aton("127.0.0.1") + bytes.fromhex("1267497e")
    return SIGNATURE + b"\x21\x11" + (len(addresses) + len(fields)).to_bytes(2, "big") + addresses + fields


def binary_v6(client):
    addresses = socket.inet_pton(socket.AF_INET6, client) + bytes(16) + bytes.fromhex("1267497e")
    return SIGNATURE + b"\x21\x21" + len(addresses).to_bytes(2, "big") + addresses


def connect(endpoint, source=PROXY):
    peer = socket.create_connection(endpoint, timeout=20, source_address=(source, 0))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return peer


def rest_of(peer):
    """All that comes until the end; a reset is one."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while more := peer.recv(4096):
            received += more
    return received


def address_told(endpoint, header, source=PROXY):
    """The client's address as the daemon knows it."""
    with connect(endpoint, source) as peer:
        peer.sendall(header + ASK_ADDRESS)
        return json.loads(rest_of(peer).split(b"\r\n\r\n", 1)[1])["client_ip"]


def dt_text(peer, number=1):
    peer.sendall(query(number))
    return Answer(peer.makefile("rb"), number).text


def tells_the_clients_address(http):
    assert address_told(http, LINE) == CLIENT
    assert address_told(http, binary()) == CLIENT
    assert address_told(http, binary(fields=b"\x04\x00\x05noop!")) == CLIENT
    assert address_told(http, binary(fields=b"\x04\xff\xf0" + bytes(65520))) == CLIENT
    assert address_told(http, binary_v6("2001:db8::7")) == "2001:db8::7"
    assert address_told(http, binary_v6("::ffff:192.0.2.9")) == "192.0.2.9"
    for of_the_proxy in (LOCAL, b"PROXY UNKNOWN\r\n", SIGNATURE + bytes.fromhex("2131 00d8") + bytes(216)):
        assert address_told(http, of_the_proxy) == PROXY, of_the_proxy


def takes_any_pieces(dt, text):
    for header in (LINE, binary(), LOCAL):
        with connect(dt) as peer:
            for byte in header + query(3):
                peer.sendall(bytes([byte]))
            assert "T" in Answer(peer.makefile("rb"), 3).text
        with connect(dt) as peer:  # with two requests in one packet
            peer.sendall(header + query(4) + query(5))
            stream = peer.makefile("rb")
            assert Answer(stream, 4).text and Answer(stream, 5).text
    with connect(text) as peer:
        peer.sendall(LINE + b"time\r\n")
        assert peer.recv(200).endswith(b"\n"), "a text"


def lets_the_server_speak_first(daytime):
    for header in (LINE, binary(), LOCAL, b"PROXY UNKNOWN\r\n"):
        with connect(daytime) as peer:
            peer.sendall(header)
            assert len(rest_of(peer)) > 10
    with connect(daytime) as peer:  # nothing before the header
        peer.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            raise AssertionError(peer.recv(1))


def refuses_others(dt, http, daytime):
    for endpoint in (dt, http, daytime):
        with connect(endpoint, "127.0.0.3") as peer:  # no proxy's, whatever it sends
            with contextlib.suppress(ConnectionError):
                peer.sendall(LINE + query(1))
            assert rest_of(peer) == b""
        for no_header in (query(1), b"GET / HTTP/1.1\r\n\r\n", b"time\r\n", LINE.lower(), binary()[:12] + b"\x31" + bytes(30)):
            with connect(endpoint) as peer:
                with contextlib.suppress(ConnectionError):
                    peer.sendall(no_header)
                assert rest_of(peer) == b"", no_header


def ends_late_headers(dt):
    start = time.monotonic()
    with connect(dt) as silent, connect(dt) as half, connect(dt) as fields:
        half.sendall(LINE[:20])
        fields.sendall(binary(fields=bytes(1000))[:500])
        for peer in (silent, half, fields):
            assert rest_of(peer) == b""
    took = time.monotonic() - start
    assert 0.9 < took < 5, took


def counts_the_clients_addresses(dt):
    crowd = binary("203.0.113.5")
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(dt)) for _ in range(PER_ADDRESS)]
        for peer in held:
            peer.sendall(crowd)
            assert dt_text(peer)
        one_more = stack.enter_context(connect(dt))
        with contextlib.suppress(ConnectionError):
            one_more.sendall(crowd + query(1))
        assert rest_of(one_more) == b""
        for host in range(1, 9):  # through the same proxy
            other = stack.enter_context(connect(dt))
            other.sendall(binary(f"198.51.100.{host}"))
            assert dt_text(other)


def counted(http, name):
    with connect(http) as peer:
        peer.sendall(LOCAL + b"GET /metrics HTTP/1.0\r\nHost: test\r\n\r\n")
        lines = rest_of(peer).decode().splitlines()
    return next(int(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("polyclockd_" + name))


def by_hand(daemon_path):
    keys = f"?proxy={PROXY}&proxy=198.51.100.0/24"
    schemes = ("dt", "http", "daytime", "text")
    listeners = [f"{scheme}+tcp://127.0.0.1:0{keys}" for scheme in schemes]
    options = ("--request-timeout", "1", "--connections-max-per-address", str(PER_ADDRESS), "--threads", "2")
    with Daemon(daemon_path, listeners, *options) as daemon:
        dt, http, daytime, text = daemon.endpoints
        tells_the_clients_address(http)
        takes_any_pieces(dt, text)
        lets_the_server_speak_first(daytime)
        refuses_others(dt, http, daytime)
        counts_the_clients_addresses(dt)
        ends_late_headers(dt)
        eventually(lambda: counted(http, 'refused_total{limit="proxy"}') == 3)
        eventually(lambda: counted(http, 'refused_total{limit="request-timeout"}') == 3)
        eventually(lambda: counted(http, 'malformed_total{transport="stream"}') == 15)
        eventually(lambda: counted(http, 'refused_total{limit="connections-max-per-address"}') == 1)
        pending = connect(dt)
        pending.sendall(LINE[:20])
    assert rest_of(pending) == b"", "a drain waits for a header until its time is over"
    assert "refused, for it is no proxy's: a connection from 127.0.0.3" in daemon.log, daemon.log
    assert f"proxy {PROXY} sent no PROXY header" in daemon.log, daemon.log


HAPROXY = """defaults
  mode tcp
  timeout connect 1s
  timeout client 75s
  timeout server 75s
  default-server source {proxy} check inter 100ms {send}
listen dt
  bind 127.0.0.1:{dt_port}
  option tcp-check
  tcp-check connect send-proxy
  tcp-check send-binary 497e00010001
  tcp-check expect binary 497e0002
  server a 127.0.0.1:{dt}
listen http
  bind 127.0.0.1:{http_port}
  server a 127.0.0.1:{http}
"""


def behind_haproxy(daemon_path, send):
    listeners = [f"{scheme}+tcp://127.0.0.1:0?proxy={PROXY}" for scheme in ("dt", "http")]
    with Daemon(daemon_path, listeners) as daemon, tempfile.TemporaryDirectory() as folder:
        dt, http = daemon.endpoints
        ports = {"dt_port": free_port(), "http_port": free_port()}
        file = pathlib.Path(folder, "haproxy.cfg")
        file.write_text(HAPROXY.format(proxy=PROXY, send=send, dt=dt[1], http=http[1], **ports), encoding="ascii")
        proxy = subprocess.Popen(["haproxy", "-db", "-f", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            eventually(lambda: accepts(ports["dt_port"]))
            told = address_told(("127.0.0.1", ports["http_port"]), b"", "127.0.0.77")
            assert told == "127.0.0.77", told
            for number in range(1, 4):
                with connect(("127.0.0.1", ports["dt_port"]), "127.0.0.77") as peer:
                    assert dt_text(peer, number)
            time.sleep(0.5)  # its checks
        finally:
            proxy.send_signal(signal.SIGTERM)
            proxy.wait(20)
    assert "PROXY" not in daemon.log and "refused" not in daemon.log, daemon.log


def main(daemon_path):
    by_hand(daemon_path)
    if not shutil.which("haproxy"):
        print("left out: haproxy is not installed")
        return
    behind_haproxy(daemon_path, "send-proxy")
    behind_haproxy(daemon_path, "send-proxy-v2")


if __name__ == "__main__":
    main(*sys.argv[1:])
