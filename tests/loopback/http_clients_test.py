"""The HTTP clients that people have, each against our daemon: curl, wget, busybox, Python, Node, MicroPython, a
browser's fetch from another origin, and a sketch for an ESP32. Runs the examples of HTTP.md too.

Usage: http_clients_test.py POLYCLOCKD
"""
import contextlib
import datetime
import email.utils
import functools
import http.client
import io
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import types
import urllib.error
import urllib.request
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, run, zone_with_file  # noqa: E402

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parent.parent / "lib" / "service" / "http" / "HTTP.md"
# No proxy, no settings of the user's.
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
SENTENCES = {
    "en": "Today's date is {month} {day}, {year}. The current time is {clock}",
    "mi": "Ko te rā o tēnei rā ko {month} {day}, {year}. Ko te wā o tēnei wā {clock}",
    "de": "Heute ist der {day}. {month} {year}. Die Uhrzeit ist {clock}",
}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "mi": "Kohitātea Hui-tanguru Poutū-te-rangi Paenga-whāwhā Haratua Pipiri Hōngongoi Here-turi-kōkā Mahuru "
          "Whiringa-ā-nuku Whiringa-ā-rangi Hakihea",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
API_FIELDS = ["utc_offset", "timezone", "day_of_week", "day_of_year", "datetime", "utc_datetime", "unixtime",
              "raw_offset", "week_number", "dst", "abbreviation", "dst_offset", "dst_from", "dst_until", "client_ip"]
FIXED = "/v1/text?zone=Europe/Berlin&at=2026-11-20T09:05:07Z"  # the same answer at any time


def local_time(seconds, zone):
    return datetime.datetime.fromtimestamp(seconds, zoneinfo.ZoneInfo(zone_with_file(zone)))


def sentence(language, zone, seconds):
    local = local_time(seconds, zone)
    return SENTENCES[language].format(month=MONTHS[language].split()[local.month - 1], day=local.day,
                                      year=local.year, clock=f"{local:%H:%M}")


def is_now(text, language, zone):
    """It may have been asked for before the minute ended."""
    now = time.time()
    expected = {sentence(language, zone, now - ago) for ago in (0, 20)}
    assert text in expected, (text, expected)
    print(f"  {text}")


def is_time(answer, zone):
    """Whether an object of worldtimeapi's holds the time of now."""
    assert list(answer) == API_FIELDS, answer
    assert abs(answer["unixtime"] - time.time()) < 20, answer
    local = local_time(answer["unixtime"], zone)
    assert answer["datetime"][:19] == f"{local:%Y-%m-%dT%H:%M:%S}", answer
    offset = f"{local:%z}"
    assert answer["utc_offset"] == answer["datetime"][26:] == f"{offset[:3]}:{offset[3:5]}", answer


def curl(*words):
    return run("curl", "-sS", "--max-time", "20", *words, env=ENVIRONMENT)


def head_of(text):
    """Of `curl -i`: all lines but the date, sorted."""
    return sorted(line for line in text.split("\n\n")[0].splitlines() if not line.startswith("Date:"))


def uses_curl(url, directory):
    print("curl: Accept-Language, HTTP/1.0, HEAD, a kept connection, entity tags")
    for language, field in (("mi", "mi-NZ,mi;q=0.9,en;q=0.5"), ("de", "xx,de"), ("en", "*")):
        text = curl("-H", f"Accept-Language: {field}", f"{url}/Pacific/Auckland")
        assert text.endswith("\n")
        is_now(text[:-1], language, "Pacific/Auckland")
    is_now(curl("-H", "Accept-Language: de", f"{url}/?locale=mi")[:-1], "mi", "Europe/Berlin")
    said = curl("--http1.0", "-i", f"{url}/v1/text.txt")
    assert re.search(r"^Connection: close\r?$", said, re.M) and "chunked" not in said, said
    whole = curl("-i", url + FIXED)
    only_head = curl("-I", url + FIXED)
    body = whole.split("\n\n", 1)[1]
    assert head_of(only_head) == head_of(whole) and f"Content-Length: {len(body.encode())}" in whole
    assert only_head.endswith("\n\n") and only_head.count("\n\n") == 1, only_head
    twice = curl("-o", f"{directory}/1", "-o", f"{directory}/2", "-w", "%{num_connects} %{response_code}\n",
                 f"{url}/v1/zones", f"{url}/api/ip")
    assert twice == "1 200\n0 200\n", twice
    tag = f"{directory}/etag"
    written = ["-o", f"{directory}/body", "-w", "%{response_code} %{size_download}", url + FIXED]
    first = curl("--etag-save", tag, *written)
    again = curl("--etag-compare", tag, "--etag-save", tag, *written)
    other = curl("--etag-compare", tag, *written[:-1], url + FIXED + "&locale=de")
    assert first == f"200 {len(body.encode())}" and again == "304 0" and other.startswith("200"), (first, again, other)


def uses_wget(url):
    for words in (["wget"], ["busybox", "wget"]):
        print(f"{' '.join(words)}: a text, an answer of worldtimeapi's, an error")
        get = [*words, "-q", "-O", "-"]
        text = run(*get, "--header", "Accept-Language: mi", f"{url}/v1/text.txt?zone=Pacific/Auckland",
                   env=ENVIRONMENT)
        is_now(text, "mi", "Pacific/Auckland")
        is_time(json.loads(run(*get, f"{url}/api/timezone/Asia/Tokyo", env=ENVIRONMENT)), "Asia/Tokyo")
        failed = subprocess.run([*get, f"{url}/v1/text?zone=Mars/Olympus"], env=ENVIRONMENT, timeout=60,
                                capture_output=True, check=False)
        assert failed.returncode in (1, 8) and failed.stdout == b"", failed


def urllib_get(url, **fields):
    """The reply, and its body."""
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    try:
        reply = urllib.request.urlopen(urllib.request.Request(url, headers=names), timeout=20)
    except urllib.error.HTTPError as failure:
        reply = failure
    with reply:
        return reply, reply.read()


def uses_urllib(url):
    print("urllib: a text, 304, problems")
    reply, body = urllib_get(f"{url}/v1/text?zone=America/New_York", Accept_Language="de")
    assert reply.headers["Content-Language"] == "de" and "Accept-Language" in reply.headers["Vary"]
    assert 0 <= int(re.match(r"max-age=(\d+)", reply.headers["Cache-Control"]).group(1)) < 60
    is_now(json.loads(body)["text"], "de", "America/New_York")
    reply, body = urllib_get(url + FIXED)
    again, nothing = urllib_get(url + FIXED, If_None_Match=reply.headers["ETag"])
    assert (again.status, nothing, again.headers["ETag"]) == (304, b"", reply.headers["ETag"])
    for path, status, name in (("/v1/text?zone=Europe/Kiyv", 404, "unknown_zone"),
                               ("/v1/text?locale=xx", 404, "unknown_locale"),
                               ("/v1/text?colour=red", 400, "unknown_parameter")):
        reply, body = urllib_get(url + path)
        problem = json.loads(body)
        assert reply.headers["Content-Type"] == "application/problem+json"
        assert reply.status == problem["status"] == status and problem["type"].endswith(":" + name), problem
    reply, body = urllib_get(f"{url}/api/timezone/Nowhere/Atall")
    assert (reply.status, body) == (404, b'{"error":"unknown location Nowhere/Atall"}')


def ask(connection, method, path, **fields):
    """By http.client: the reply, whose `body` is read, with what every reply has."""
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in fields.items()})
    reply = connection.getresponse()
    reply.body = reply.read()
    told = email.utils.parsedate_to_datetime(reply.headers["Date"])
    assert abs(told.timestamp() - time.time()) < 20
    assert reply.headers["X-Content-Type-Options"] == "nosniff" and reply.headers["Server"] is None
    assert reply.status == 304 or int(reply.headers["Content-Length"]) >= len(reply.body)
    assert len(f"HTTP/1.1 {reply.status} {reply.reason}\r\n{reply.headers}") < 400, reply.headers
    return reply


def keeps_a_connection(endpoint):
    print("http.client: every method and status on one connection")
    asked = [("GET", "/v1/text", 200), ("HEAD", "/v1/text", 200), ("OPTIONS", "/v1/text", 200),
             ("POST", "/v1/text", 405), ("BREW", "/v1/text", 501), ("GET", "/v1/text?zone=Mars/Olympus", 404),
             ("GET", "/v1/text?at=noon", 400), ("GET", "/v1/zones", 200), ("GET", "/api/ip", 200),
             ("DELETE", "/api/ip", 405), ("HEAD", "/v1/zones", 200), ("GET", "/v1/text.txt", 200)]
    connection = http.client.HTTPConnection(*endpoint, timeout=20)
    own_addresses = set()
    for method, path, status in asked * 3:
        reply = ask(connection, method, path)
        assert reply.status == status, (method, path, reply.status)
        assert (reply.body == b"") == (method in ("HEAD", "OPTIONS")), (method, path)
        assert (reply.headers["Allow"] is not None) == (status == 405 or method == "OPTIONS"), (method, path)
        own_addresses.add(connection.sock.getsockname())
    assert len(own_addresses) == 1
    connection.close()


def fits_small_memory(endpoint):
    """One client has 800 bytes for the JSON of any zone."""
    connection = http.client.HTTPConnection(*endpoint, timeout=20)
    names = json.loads(ask(connection, "GET", "/api/timezone").body)
    sizes = []
    for name in names:
        body = ask(connection, "GET", f"/api/timezone/{name}").body
        is_time(json.loads(body), name)
        sizes.append(len(body))
    connection.close()
    assert len(names) > 300 and max(sizes) <= 800, max(sizes)
    print(f"http.client: {len(names)} zones have Python's time, in {max(sizes)} bytes at most")


def send(endpoint, request, half_close=False):
    """All that comes back until the server closes."""
    with socket.create_connection(endpoint, timeout=20) as client:
        client.sendall(request)
        if half_close:
            client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def take_reply(raw):
    """Its head, its body, and what follows."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    size = int(re.search(rb"\r\nContent-Length: (\d+)", head).group(1))
    assert len(rest) >= size
    return head, rest[:size], rest[size:]


def pipelines(endpoint):
    print("sockets: 300 pipelined requests, a half-closed connection")
    zones = ["Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"] * 100
    requests = [f"GET /api/timezone/{zone} HTTP/1.1\r\nHost: x\r\n\r\n" for zone in zones]
    last = "GET /v1/zones HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    raw = send(endpoint, "".join([*requests, last]).encode())
    for zone in zones:
        _, body, raw = take_reply(raw)
        is_time(json.loads(body), zone)
    head, body, raw = take_reply(raw)
    assert b"\r\nConnection: close" in head and "Pacific/Chatham" in json.loads(body) and raw == b""
    raw = send(endpoint, b"GET /v1/text.txt HTTP/1.1\r\nHost: x\r\n\r\n", half_close=True)
    _, body, raw = take_reply(raw)
    is_now(body.decode(), "en", "Europe/Berlin")
    assert raw == b""


def micropython_get(url, version="1.0", fields=""):
    """As micropython-lib's requests: reads until the end of the connection, understands no chunks."""
    _, _, host, path = url.split("/", 3)
    host, port = host.split(":")
    with socket.create_connection((host, int(port)), timeout=4) as client, client.makefile("rb") as lines:
        client.sendall(f"GET /{path} HTTP/{version}\r\nHost: {host}\r\n{fields}\r\n".encode())
        status = int(lines.readline().split(None, 2)[1])
        for line in iter(lines.readline, b"\r\n"):
            assert line and not line.startswith((b"Transfer-Encoding:", b"Location:")), line
        body = lines.read()  # would time out where the server does not close
    return types.SimpleNamespace(status_code=status, content=body, json=lambda: json.loads(body))


def uses_micropython(url):
    print("MicroPython: HTTP/1.0, and HTTP/1.1 as of June 2026")
    is_time(micropython_get(f"{url}/api/ip").json(), "Europe/Berlin")
    is_time(micropython_get(f"{url}/api/ip", "1.1", "Connection: close\r\n").json(), "Europe/Berlin")
    assert micropython_get(f"{url}/api/timezone/Nowhere/Atall").status_code == 404
    assert len(micropython_get(f"{url}/v1/zones").json()) > 300


def uses_sketch(endpoint, directory):
    print("an ESP32's sketch: unixtime, datetime and utc_offset by their positions")
    sketch = f"{directory}/sketch"
    compiler = os.environ.get("CXX", "c++").split()
    run(*compiler, "-std=c++17", "-Wall", "-Wextra", "-Werror", "-o", sketch, HERE / "sketch.cpp")
    # What its HTTPClient sends.
    fields = "Host: x\r\nUser-Agent: ESP32HTTPClient\r\nAccept-Encoding: identity;q=1,chunked;q=0.1,*;q=0\r\n"
    for zone in ("Europe/Berlin", "Pacific/Auckland", "Asia/Kathmandu", "America/St_Johns",
                 "America/Argentina/Buenos_Aires", "UTC"):
        request = f"GET /api/timezone/{zone} HTTP/1.1\r\n{fields}Connection: close\r\n\r\n"
        done = subprocess.run([sketch], input=send(endpoint, request.encode()), capture_output=True, timeout=20,
                              check=True)
        unixtime, local, offset = done.stdout.decode().split()
        assert abs(int(unixtime) - time.time()) < 20, unixtime
        expected = local_time(int(unixtime), zone)
        assert local == f"{expected:%Y-%m-%dT%H:%M:%S}", (local, expected)
        assert offset.replace(":", "") == f"{expected:%z}", (offset, expected)
        print(f"  {zone}: {unixtime} {local} {offset}")


def serves_other_origins(endpoint):
    """What the Fetch standard demands before a page of another origin may read a reply."""
    print("a browser's fetch from another origin: the CORS fields")
    connection = http.client.HTTPConnection(*endpoint, timeout=20)
    origin = {"Origin": "https://clock.example", "Accept": "*/*", "Sec_Fetch_Mode": "cors"}
    for path in ("/v1/text", "/api/ip"):
        allowed = ask(connection, "OPTIONS", path, **origin, Access_Control_Request_Method="GET",
                      Access_Control_Request_Headers="if-none-match").headers
        assert allowed["Access-Control-Allow-Origin"] == "*"
        assert "GET" in re.split(", *", allowed["Access-Control-Allow-Methods"])
        assert allowed["Access-Control-Allow-Headers"] == "*"
        assert int(allowed["Access-Control-Max-Age"]) > 0
    tag = ask(connection, "GET", FIXED, **origin).headers["ETag"]
    readable = [("/", 200), ("/v1/time", 200), ("/v1/zones", 200), ("/v1/text?zone=Mars/Olympus", 404),
                ("/v1/text?at=noon", 400), ("/api/ip", 200), ("/api/timezone/Nowhere/Atall", 404), (FIXED, 304)]
    for path, status in readable:
        reply = ask(connection, "GET", path, **origin, If_None_Match=tag)
        assert reply.status == status and reply.headers["Access-Control-Allow-Origin"] == "*", (path, reply.status)
    for path in ("/livez", "/readyz", "/metrics"):
        reply = ask(connection, "GET", path, **origin)
        assert reply.status == 200 and reply.headers["Access-Control-Allow-Origin"] is None, path
    connection.close()


@functools.cache
def has_node():
    if shutil.which("node") is None:
        return False
    found = subprocess.run(["node", "-p", "typeof fetch"], capture_output=True, text=True, check=False)
    return found.stdout.strip() == "function"


def node(script):
    return run("node", "--input-type=module", "-e", script, env=ENVIRONMENT)


def uses_node(url):
    if not has_node():
        print("node: left out, there is none here that has fetch")
        return
    print("node: a text in its language, 304, 20 requests at a time")
    script = """
        const base = process.env.BASE;
        const text = await fetch(`${base}/v1/text.txt`, {headers: {"Accept-Language": "mi"}});
        console.log(await text.text());
        const tag = (await fetch(base + "FIXED")).headers.get("etag");
        const again = await fetch(base + "FIXED", {headers: {"If-None-Match": tag}});
        const urls = Array(20).fill(`${base}/v1/time?${new URLSearchParams({zone: "Etc/GMT+5", what: "time"})}`);
        const all = await Promise.all(urls.map(async (url) => (await fetch(url)).json()));
        console.log(again.status, all.every((one) => one.utc_offset === -18000));
    """
    text, rest = node(script.replace("process.env.BASE", json.dumps(url)).replace("FIXED", FIXED)).splitlines()
    is_now(text, "mi", "Europe/Berlin")
    assert rest == "304 true", rest


def run_shell(text, directory):
    done = subprocess.run(["sh", "-eu", "-c", text], cwd=directory, env=ENVIRONMENT, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, (text, done)
    return done.stdout


def run_python(text):
    if "import requests" not in text:
        return run(sys.executable, "-c", text, env=ENVIRONMENT)
    output = io.StringIO()
    sys.modules["requests"] = types.SimpleNamespace(get=micropython_get)
    with contextlib.redirect_stdout(output):
        exec(text, {})
    return output.getvalue()


def run_example(language, text, daemon_path, directory):
    """What it prints; nothing for what cannot be run here."""
    if language == "ini":
        file = pathlib.Path(directory, "polyclockd.conf")
        file.write_text(text, encoding="utf-8")
        return run(daemon_path, "--config", file, "--check-config") + "good\n"
    if language == "sh":
        return run_shell(text, directory)
    if language == "python":
        return run_python(text)
    return node(text) if language == "javascript" and has_node() else ""


def keeps_its_page(daemon_path, endpoint, path, directory):
    """Runs every example of HTTP.md; a JSON object there is the output of the example before it."""
    page = PAGE.read_text(encoding="utf-8")
    host, port = endpoint
    for placeholder, value in (("HOST:8814", f"{host}:{port}"), ("/run/polyclock/http", path)):
        assert placeholder in page
        page = page.replace(placeholder, value)
    print("HTTP.md: its examples")
    languages = set()
    output = ""
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", page, re.M | re.S):
        languages.add(language)
        if language == "json":
            assert json.loads(output) == json.loads(text), (output, text)
            continue
        output = run_example(language, text, daemon_path, directory)
        runs = language in ("ini", "sh", "python") or (language == "javascript" and has_node())
        assert bool(output.strip()) == runs, (language, text)
        assert ("urn:polyclock" in output) == ("Kiyv" in text) and '"error"' not in output, (text, output)
        print(f"  {language}: {output.strip().partition(chr(10))[0][:100] or 'left out'}")
    assert {"ini", "sh", "json", "python", "javascript"} < languages


def main(daemon_path):
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/http"
        listeners = ["http+tcp://127.0.0.1:0?zone=Europe/Berlin", f"http+unix:{path}?zone=UTC"]
        with Daemon(daemon_path, listeners) as daemon:
            endpoint = daemon.endpoints[0]
            url = "http://{}:{}".format(*endpoint)
            uses_curl(url, directory)
            uses_wget(url)
            uses_urllib(url)
            keeps_a_connection(endpoint)
            fits_small_memory(endpoint)
            pipelines(endpoint)
            uses_micropython(url)
            uses_sketch(endpoint, directory)
            serves_other_origins(endpoint)
            uses_node(url)
            keeps_its_page(daemon_path, endpoint, path, directory)


main(*sys.argv[1:])
