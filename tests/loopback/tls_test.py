"""TLS listeners: the protocols within TLS, certificates of clients, another certificate by a reload, and clients that
get no further than the handshake. And polyclock within TLS.

Usage: tls_test.py POLYCLOCKD POLYCLOCK
"""
import contextlib
import json
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from dt import Answer, query  # noqa: E402
from harness import Daemon, certificate_words, eventually, free_port, run  # noqa: E402

NAME = "polyclock.test"


class Files:
    """Certificates: a CA's, and by it those of two servers and of a client."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("CA", "stranger"):
            run(*certificate_words(name, self.cert(name.lower()), self.key(name.lower()), "-days", "2",
                                   "-addext", "keyUsage=critical,keyCertSign,cRLSign"))
        for name, days in (("first", "5"), ("second", "90"), ("client", "1"), ("address", "30")):
            host = "IP:127.0.0.1" if name == "address" else f"DNS:{NAME}"
            run(*certificate_words(name, self.cert(name), self.key(name), "-days", days,
                                   "-CA", self.cert("ca"), "-CAkey", self.key("ca"),
                                   "-addext", f"subjectAltName={host}",
                                   "-addext", "basicConstraints=critical,CA:false"))

    def cert(self, name):
        return f"{self.folder}/{name}.pem"

    def key(self, name):
        return f"{self.folder}/{name}.key"

    def keys(self, cert="first", key="first"):
        return f"?cert={self.cert(cert)}&key={self.key(key)}"

    def context(self, version=None, client=None):
        made = ssl.create_default_context(cafile=self.cert("ca"))
        made.set_alpn_protocols(["h2", "http/1.1"])
        if version:
            made.minimum_version = made.maximum_version = version
        if client:
            made.load_cert_chain(self.cert(client), self.key(client))
        return made


def connect(endpoint, context, before=b""):
    plain = socket.create_connection(endpoint, timeout=20)
    plain.sendall(before)
    return context.wrap_socket(plain, server_hostname=NAME)


def dt_text(peer, number=1):
    peer.sendall(query(number))
    return Answer(peer.makefile("rb"), number).text


def http_get(peer, target):
    peer.sendall(f"GET {target} HTTP/1.0\r\nHost: {NAME}\r\n\r\n".encode())
    return peer.makefile("rb").read().partition(b"\r\n\r\n")[2].decode()


def speaks_each_protocol(files, dt, http, text):
    for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
        context = files.context(version)
        with connect(dt, context) as peer:
            assert "T" in dt_text(peer) and peer.selected_alpn_protocol() is None
        with connect(http, context) as peer:
            assert peer.selected_alpn_protocol() == "http/1.1"
            assert json.loads(http_get(peer, "/api/ip"))["client_ip"] == "127.0.0.1"
        with connect(text, context) as peer:
            peer.sendall(b"time\r\n")
            assert peer.recv(200).endswith(b"\n")
    old = ["openssl", "s_client", "-connect", f"{dt[0]}:{dt[1]}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
    assert subprocess.run(old, input=b"", capture_output=True, check=False).returncode == 1


def is_as_without(files, dt, http):
    """Many requests at once, an end of the input, pushes."""
    context = files.context()
    with connect(dt, context) as peer:
        peer.sendall(b"".join(query(number) for number in range(2000)))
        stream = peer.makefile("rb")
        assert [bool(Answer(stream, number).text) for number in range(2000)] == [True] * 2000
    with connect(http, context) as peer:
        peer.sendall(b"GET /v1/events?style=iso HTTP/1.1\r\nHost: a\r\n\r\n")
        texts = (line for line in peer.makefile("rb") if line.startswith(b"data: "))
        assert len({next(texts) for _ in range(3)}) == 3
    with connect(dt, context) as idle:  # longer than a handshake may take
        time.sleep(1.5)
        assert dt_text(idle)


def ends_at(peer, start, least):
    with contextlib.suppress(ConnectionError):
        assert peer.recv(1000) == b""
    took = time.monotonic() - start
    assert least <= took < 6, took


def ends_without_a_handshake(dt):
    hello = bytes.fromhex("1603010200010001fc0303") + bytes(100)  # and 400 bytes never come
    start = time.monotonic()
    with socket.create_connection(dt, timeout=20) as silent, socket.create_connection(dt, timeout=20) as half:
        half.sendall(hello)
        for peer in (silent, half):
            ends_at(peer, start, 0.9)
    for garbage in (query(1), b"GET / HTTP/1.1\r\n\r\n", bytes(100)):
        with socket.create_connection(dt, timeout=20) as peer:
            peer.sendall(garbage)
            with contextlib.suppress(ConnectionError):
                assert len(peer.recv(1000)) <= 7, "an alert at most"


def counted(files, http, name):
    with connect(http, files.context()) as peer:
        lines = http_get(peer, "/metrics").splitlines()
    return next(int(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("polyclockd_" + name))


def serves(daemon_path, files):
    listeners = [f"{scheme}+tls://127.0.0.1:0{files.keys()}" for scheme in ("dt", "http", "text")]
    with Daemon(daemon_path, listeners, "--request-timeout", "1", "--threads", "1") as daemon:
        dt, http, text = daemon.endpoints
        speaks_each_protocol(files, dt, http, text)
        is_as_without(files, dt, http)
        ends_without_a_handshake(dt)
        eventually(lambda: counted(files, http, 'malformed_total{transport="stream"}') == 4)
        eventually(lambda: counted(files, http, 'refused_total{limit="request-timeout"}') == 2)
        pending = socket.create_connection(dt, timeout=20)
        time.sleep(0.1)
    assert pending.recv(10) == b"", "a drain waits for a handshake until its time is over"
    assert f"certificate '{files.cert('first')}' expires in 4 days" in daemon.log, daemon.log


def knows_its_clients(daemon_path, files):
    listeners = [f"dt+tls://127.0.0.1:0{files.keys()}&clients={files.cert('ca')}"]
    with Daemon(daemon_path, listeners) as daemon:
        with connect(daemon.endpoints[0], files.context(client="client")) as peer:
            assert dt_text(peer)
        with contextlib.suppress(ssl.SSLError, ConnectionError), \
                connect(daemon.endpoints[0], files.context()) as peer:
            raise AssertionError(dt_text(peer))


def knows_a_proxys_clients(daemon_path, files):
    with Daemon(daemon_path, [f"http+tls://127.0.0.1:0{files.keys()}&proxy=127.0.0.1"]) as daemon:
        line = b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 443\r\n"
        with connect(daemon.endpoints[0], files.context(), line) as peer:
            assert json.loads(http_get(peer, "/api/ip"))["client_ip"] == "192.0.2.7"


def makes_room(daemon_path, files):
    """Handshakes that do not go on are closed for those that do."""
    with Daemon(daemon_path, [f"dt+tls://127.0.0.1:0{files.keys()}"], "--connections-max", "8",
                "--request-timeout", "60", "--threads", "1") as daemon, contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(socket.create_connection(daemon.endpoints[0], timeout=20))
        for number in range(5):
            with connect(daemon.endpoints[0], files.context()) as peer:
                assert dt_text(peer, number)
        stack.close()


def served_name(port, files):
    with connect(("127.0.0.1", port), files.context()) as peer:
        return dict(pair[0] for pair in peer.getpeercert()["subject"])["commonName"]


def reloads(daemon_path, files):
    port = free_port()
    configuration = pathlib.Path(files.folder, "polyclockd.conf")
    log = pathlib.Path(files.folder, "log")

    def listen(*of):
        configuration.write_text(f"listen = dt+tls://127.0.0.1:{port}{files.keys(*of)}\n", encoding="ascii")

    def reload(told):
        daemon.send_signal(signal.SIGHUP)
        eventually(lambda: told in log.read_text(encoding="utf-8"))

    listen()
    with log.open("w") as output:
        daemon = subprocess.Popen([daemon_path, "--config", configuration], stderr=output)
    try:
        eventually(lambda: "ready" in log.read_text(encoding="utf-8"))
        with connect(("127.0.0.1", port), files.context()) as kept:
            assert dt_text(kept) and served_name(port, files) == "first"
            listen("second", "second")
            reload("configuration reloaded")
            assert dt_text(kept) and served_name(port, files) == "second"
            listen("first", "second")
            reload("does not fit the certificate")
            assert dt_text(kept) and served_name(port, files) == "second"
            pathlib.Path(files.cert("second")).unlink()
            listen("second", "second")
            reload(f"'{files.cert('second')}'")
            assert dt_text(kept) and served_name(port, files) == "second"
    finally:
        daemon.terminate()
        assert daemon.wait(20) == 0, log.read_text(encoding="utf-8")


CA_CONFIGURATION = """[ca]
default_ca = own
[own]
database = {folder}/index
new_certs_dir = {folder}
default_md = sha256
rand_serial = yes
policy = any
[any]
commonName = supplied
"""


def warns_of_certificates(daemon_path, files):
    configuration = pathlib.Path(files.folder, "ca.conf")
    configuration.write_text(CA_CONFIGURATION.format(folder=files.folder), encoding="ascii")
    pathlib.Path(files.folder, "index").touch()
    for name, begin, end, doubt in (("early", "20400101000000Z", "20410101000000Z", "is not valid yet"),
                                    ("late", "20200101000000Z", "20210101000000Z", "has expired")):
        request = pathlib.Path(files.folder, "request")
        run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={name}", "-keyout", files.key(name), "-out", request)
        run("openssl", "ca", "-batch", "-notext", "-config", configuration, "-cert", files.cert("ca"), "-keyfile",
            files.key("ca"), "-startdate", begin, "-enddate", end, "-in", request, "-out", files.cert(name))
        told = subprocess.run([daemon_path, "--check-config", "--config", "/dev/null", "--listen",
                               f"dt+tls://127.0.0.1:0{files.keys(name, name)}"], stderr=subprocess.PIPE, text=True,
                              check=False)
        assert told.returncode == 0, told
        assert told.stderr == f"polyclockd: warning: certificate '{files.cert(name)}' {doubt}\n", told


def names_what_is_wrong(daemon_path, files):
    wrong = ((f"?cert={files.cert('first')}", "needs the keys 'cert' and 'key'"),
             ("?cert=/nonexistent&key=/nonexistent", "'/nonexistent'"),
             (files.keys("first", "second"), "does not fit"),
             (files.keys("first", "first") + f"&clients={files.key('first')}", files.key("first")))
    for keys, word in wrong:
        told = subprocess.run([daemon_path, "--check-config", "--config", "/dev/null", "--listen",
                               f"dt+tls://127.0.0.1:0{keys}"], stderr=subprocess.PIPE, text=True, check=False)
        assert told.returncode == 2 and word in told.stderr, told


def client(path, *words):
    """Its status, and what it says, which is one line."""
    done = subprocess.run([path, *words], capture_output=True, text=True, check=False, timeout=20,
                          env={"LC_ALL": "C", "TZ": "UTC", "SSL_CERT_FILE": "/dev/null"})
    line = done.stdout + done.stderr
    assert line.count("\n") == 1 and (done.returncode == 0) == bool(done.stdout), done
    return done.returncode, line.strip()


def client_trusts(client_path, files, secure, plain):
    url = f"tls://127.0.0.1:{secure[1]}"
    trusted = ["--ca", files.cert("ca")]
    status, line = client(client_path, "time", "-s", url, *trusted)
    assert status == 0 and line.startswith("The current time is "), line
    # The one with the other name fails, and so the next one is asked at once.
    assert client(client_path, "--style", "iso", "-s", url.replace("127.0.0.1", "localhost"), "-s", url,
                  *trusted)[0] == 0
    assert client(client_path, "zones", "*/Auckland", "-s", url, *trusted) == (0, "Pacific/Auckland")
    wrong = ((url, "is signed by an unknown CA, 'CA'", ["--ca", files.cert("stranger")]),
             (url, "is signed by an unknown CA, 'CA'", []),
             (url.replace("127.0.0.1", "localhost"), "is not for localhost", trusted),
             (f"tls://127.0.0.1:{plain[1]}", "the server does not speak TLS on this port", trusted))
    for server, sentence, words in wrong:
        status, line = client(client_path, "-s", server, *words)
        assert status == 3 and line.startswith(f"polyclock: {server}: ") and line.endswith(sentence), line
    for words in (["-s", url, "--ca", "/nonexistent"], ["-s", url, "--ca", files.key("ca")], ["--ca", files.cert("ca")],
                  ["-s", url, "--cert", files.cert("client")], ["-s", url, "--udp"]):
        assert client(client_path, *words)[0] == 2, words


def client_without_tls(client_path, files):
    """A client that was copied without the program that has TLS says so, and asks others as always."""
    alone = shutil.copy(client_path, files.folder)
    status, line = client(alone, "-s", "tls://127.0.0.1:1")
    missing = pathlib.Path(files.folder).parent / "libexec/polyclock/polyclock-tls"
    assert (status, line) == (2, f"polyclock: cannot execute {missing}, which asks servers at tls://: "
                                 "No such file or directory"), line
    assert client(alone, "-s", "127.0.0.1:1")[0] == 3


def client_shows_its_certificate(client_path, files, demanding):
    words = ["date", "-s", f"tls://127.0.0.1:{demanding[1]}", "--ca", files.cert("ca")]
    status, line = client(client_path, *words)
    assert status == 3 and line.endswith("the server demands a certificate of the client"), line
    own = ["--cert", files.cert("client"), "--key", files.key("client")]
    status, line = client(client_path, *words, *own)
    assert status == 0 and line.startswith("Today's date is "), line


def client_watches(client_path, files, secure):
    words = [client_path, "--watch", "--style", "iso", "-s", f"tls://127.0.0.1:{secure[1]}", "--ca", files.cert("ca")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as watching:
        texts = [next(watching.stdout) for _ in range(3)]
        watching.send_signal(signal.SIGINT)
        assert watching.wait(20) == 0 and len(set(texts)) == 3, texts


def client_is_within_tls(daemon_path, client_path, files):
    own = f"?cert={files.cert('address')}&key={files.key('address')}"
    listeners = ["dt+tls://127.0.0.1:0" + own, "dt+tcp://127.0.0.1:0",
                 f"dt+tls://127.0.0.1:0{own}&clients={files.cert('ca')}"]
    with Daemon(daemon_path, listeners) as daemon:
        secure, plain, demanding = daemon.endpoints
        client_trusts(client_path, files, secure, plain)
        client_shows_its_certificate(client_path, files, demanding)
        client_watches(client_path, files, secure)
    client_without_tls(client_path, files)


def main(daemon_path, client_path):
    with tempfile.TemporaryDirectory() as folder:
        files = Files(folder)
        names_what_is_wrong(daemon_path, files)
        warns_of_certificates(daemon_path, files)
        serves(daemon_path, files)
        knows_its_clients(daemon_path, files)
        knows_a_proxys_clients(daemon_path, files)
        makes_room(daemon_path, files)
        reloads(daemon_path, files)
        client_is_within_tls(daemon_path, client_path, files)


if __name__ == "__main__":
    main(*sys.argv[1:])
