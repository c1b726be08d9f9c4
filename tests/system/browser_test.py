"""What a real browser gets: Chromium reads /v1 and events from a page of another origin, and no administrator's
resource.

Usage: browser_test.py POLYCLOCKD
"""
import contextlib
import functools
import http.server
import pathlib
import re
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from browser import chromium  # noqa: E402
from harness import Daemon, eventually  # noqa: E402

PAGE = pathlib.Path(__file__).parent.parent.parent / "lib/service/http/HTTP.md"
# `arguments[0]` is fetched; the text of the answer, or why there is none.
FETCH = """const done = arguments[arguments.length - 1];
fetch(arguments[0], arguments[1])
  .then((answer) => answer.text().then((text) => done([answer.status, text])))
  .catch((why) => done([0, String(why)]));"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def another_origin(body=""):
    """A page that nothing of ours has served."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "index.html").write_text(f"<!doctype html><meta charset=utf-8>{body}", encoding="utf-8")
        handler = functools.partial(Quiet, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/"
            server.shutdown()


def fetches_from_another_origin(browser, clock):
    fetch = functools.partial(browser.execute_async_script, FETCH)
    with another_origin() as elsewhere:
        browser.get(elsewhere)
        noon = "zone=Pacific/Auckland&at=2026-11-20T09:05:07Z"
        status, text = fetch(f"{clock}/v1/text.txt?locale=mi&{noon}", {})
        assert status == 200 and text.endswith("Ko te wā o tēnei wā 22:05"), (status, text)
        # A field that makes the browser ask by OPTIONS first.
        status, text = fetch(f"{clock}/v1/time?{noon}", {"headers": {"X-Made-Up": "1"}})
        assert status == 200 and '"zone":"Pacific/Auckland"' in text, (status, text)
        status, text = fetch(f"{clock}/v1/text?zone=Europe/Kiyv", {})
        assert status == 404 and "Europe/Kyiv" in text, (status, text)
        status, why = fetch(f"{clock}/metrics", {})
        assert status == 0, why
    print("fetched from another origin: a text, a time after a preflight, an error; not /metrics")


def events_from_another_origin(browser, host):
    """By the example of HTTP.md."""
    example = re.search(r"^```html\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)[1]
    with another_origin(example.replace("HOST:8814", host)) as elsewhere:
        browser.get(elsewhere)
        eventually(lambda: browser.find_element("id", "clock").text.startswith("Ko te rā o tēnei rā"))
    print("events from another origin:", browser.find_element("id", "clock").text)


def main(polyclockd):
    with chromium() as browser, Daemon(polyclockd, ["http+tcp://127.0.0.1:0"]) as daemon:
        host, port = daemon.endpoints[0]
        fetches_from_another_origin(browser, f"http://{host}:{port}")
        events_from_another_origin(browser, f"{host}:{port}")


if __name__ == "__main__":
    main(*sys.argv[1:])
