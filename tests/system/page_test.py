"""The page at / in a real browser: live texts, keyboard, languages, restarts, and nothing on the console.

Usage: page_test.py POLYCLOCKD [BUILD_DIR]

axe-core is taken from the file that POLYCLOCK_AXE names, or installed into BUILD_DIR by npm.
"""
import contextlib
import html
import http.client
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from browser import chromium, console  # noqa: E402
from harness import Daemon, eventually  # noqa: E402

with contextlib.suppress(ImportError):  # chromium() tells what is missing
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

BYTES_MAX = 16_000
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "en"}
NOON = "at=2026-11-20T09:05:07Z"

# Each text that the page shows, with the milliseconds since its second began.
RECORD = """window.seen = [];
const text = document.getElementById('text');
new MutationObserver(() => {
  const now = Date.now();
  setTimeout(() => seen.push([text.textContent, now - text.dataset.since * 1000]));
}).observe(text, {childList: true});"""

AXE = """const done = arguments[arguments.length - 1];
axe.run().then((found) => done(
  found.violations.map((one) => [one.impact, one.id, one.nodes.map((node) => node.html)])));"""


class Page:
    """The open page, as its user has it."""

    def __init__(self, browser, origin):
        self.browser = browser
        self.origin = origin

    def open(self, target):
        self.browser.get(self.origin + target)
        return self

    def script(self, code, *arguments):
        return self.browser.execute_script(code, *arguments)

    def shown(self, name):
        return self.script("return document.getElementById(arguments[0]).textContent", name)

    def shows(self, name, part, seconds=20):
        eventually(lambda: part in self.shown(name), seconds)

    def attribute(self, name, attribute):
        return self.script("return document.getElementById(arguments[0])[arguments[1]]", name, attribute)

    def is_live(self):
        self.shows("state", "live")

    def focused(self):
        return self.script("return document.activeElement.id")

    def press(self, *keys):
        ActionChains(self.browser).send_keys(*keys).perform()

    def tab_to(self, name):
        for _ in range(20):
            if self.focused() == name:
                outline = self.script("return getComputedStyle(document.activeElement).outlineWidth")
                assert int(outline.removesuffix("px")) >= 2, (name, outline)
                return
            self.press(Keys.TAB)
        raise AssertionError(f"{name} is not reached by the tabulator key")

    def choose(self, name, value):
        self.tab_to(name)
        ActionChains(self.browser).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
        self.press(value, Keys.ENTER)


def get(endpoint, target, **fields):
    connection = http.client.HTTPConnection(*endpoint, timeout=20)
    connection.request("GET", target, headers={**HTML, **fields})
    response = connection.getresponse()
    return response, response.read().decode()


def needs_no_script(endpoint):
    response, page = get(endpoint, f"/Pacific/Auckland?locale=mi&{NOON}")
    assert response.status == 200 and response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<p id="text" lang="mi" dir="ltr">Ko te rā o tēnei rā' in page, page
    assert "UTC+13:00, NZDT, daylight saving time" in page and "True until <span id=\"until\">22:06<" in page
    assert "Sun, 04 Apr 2027 03:00 → UTC+12:00, NZST" in page
    assert response.headers["Vary"] == "Accept" and response.headers["X-Content-Type-Options"] == "nosniff"
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy, policy
    unchanged, nothing = get(endpoint, f"/Pacific/Auckland?locale=mi&{NOON}",
                             **{"If-None-Match": response.headers["ETag"]})
    assert unchanged.status == 304 and not nothing
    assert get(endpoint, "/")[0].headers["Vary"] == "Accept, Accept-Language"
    assert get(endpoint, "/", **{"Accept-Language": "ar"})[1].count('lang="ar" dir="rtl"') == 1
    for accept in ("*/*", "text/*", "text/html;q=0.5, text/plain", "text/html, text/plain", ""):
        line, text = get(endpoint, "/?style=short", Accept=accept)
        assert line.headers["Content-Type"].startswith("text/plain") and text.count("\n") == 1, (accept, text)
        assert line.headers["Vary"] == "Accept, Accept-Language"
    parts = [page] + [get(endpoint, target)[1] for target in ("/page.css", "/page.js")]
    size = sum(len(part.encode()) for part in parts)
    assert size <= BYTES_MAX, size
    assert not [part for part in parts if "http:" in part.replace("// as on http:", "") or "https:" in part]
    print(f"without a script: the text, its facts and a form; {size} bytes in all")


def escapes_everything(endpoint):
    for name in ("zone", "locale", "style", "what", "at", "ascii", "%3Cscript%3E"):
        response, page = get(endpoint, f"/?{name}=%3Cscript%3E%22%27%26alert(1)%3C/script%3E")
        assert response.status in (400, 404), (name, response.status)
        assert response.headers["Content-Type"].startswith("text/html") and response.headers["Content-Security-Policy"]
        assert "<script>" not in page and page.count("<script") == 1, page
        assert html.escape("<script>") in page
    response, page = get(endpoint, "/Europe/Berln")
    assert response.status == 404 and "did you mean &#39;Europe/Berlin&#39;?" in page
    print("errors are told in the page, with all characters escaped")


def is_chosen_without_script(page):
    page.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.open("/?locale=de&style=full&zone=Europe/Berlin")
    page.browser.find_element("id", "in-zone").send_keys(Keys.CONTROL, "a", Keys.NULL, "Asia/Tokyo", Keys.ENTER)
    eventually(lambda: "zone=Asia%2FTokyo&locale=de&style=full" in page.browser.current_url)
    page.shows("text", "Japanische Normalzeit")
    assert not page.shown("state")
    page.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    print("without a script the form chooses")


def is_live_to_the_second(page):
    page.open("/?style=skeleton:jmmss&zone=UTC&locale=de&what=time").is_live()
    page.script(RECORD)
    eventually(lambda: len(page.script("return seen")) >= 4)
    seen = page.script("return seen")
    late = [lateness for _, lateness in seen]
    assert all(0 <= lateness < 200 for lateness in late), seen
    assert len({text for text, _ in seen}) == len(seen), seen
    print(f"each second is shown within {max(late):.0f} ms")


def says_the_same_with_and_without_script(page, endpoint):
    for zone in ("Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu", "UTC"):
        target = f"/?zone={zone}&locale=en&what=date"
        page.open(target).is_live()
        eventually(lambda: page.shown("curl"))
        body = html.unescape(get(endpoint, target)[1])
        for name in ("text", "until", "offset", "next"):
            assert f">{page.shown(name)}<" in body, (zone, name, page.shown(name))
        assert page.shown("until") == "midnight"


def is_used_by_keyboard(page):
    page.open("/?locale=en&style=short").is_live()
    page.choose("in-zone", "Asia/Tokyo")
    page.shows("zone", "Asia/Tokyo")
    page.choose("in-locale", "ar")
    eventually(lambda: page.attribute("text", "lang") == "ar")
    assert page.attribute("text", "dir") == "rtl"
    assert page.script("return getComputedStyle(arguments[0]).textAlign",
                       page.script("return document.getElementById('text')")) == "start"
    address = page.browser.current_url
    assert "zone=Asia/Tokyo" in address and "locale=ar" in address and "style=short" in address, address
    page.is_live()
    page.choose("in-zone", "Asia/Tokio")
    page.shows("error", "unknown zone 'Asia/Tokio'")
    assert page.attribute("in-zone", "ariaInvalid") == "true" and page.browser.current_url == address
    page.browser.back()
    eventually(lambda: page.attribute("text", "lang") == "en")
    page.browser.forward()
    eventually(lambda: page.attribute("text", "lang") == "ar")
    assert page.attribute("in-zone", "value") == "Asia/Tokyo" and not page.shown("error")
    page.open(address.removeprefix(page.origin)).is_live()
    assert page.shown("zone") == "Asia/Tokyo" and page.attribute("in-locale", "value") == "ar"
    lists = "return [zones, locales].map((list) => list.options.length)"
    page.tab_to("in-zone")
    page.tab_to("in-locale")
    eventually(lambda: min(page.script(lists)) > 100)
    page.browser.get("about:blank")
    page.browser.back()
    page.is_live()
    assert page.shown("zone") == "Asia/Tokyo"
    print("zone and language are chosen by keyboard alone; the address and the history keep them")


def keeps_other_clocks(page):
    page.open("/?zone=Asia/Tokyo&locale=ja").is_live()
    page.tab_to("keep")
    page.press(Keys.ENTER)
    others = "return document.getElementById('clocks').innerText"
    eventually(lambda: "Asia/Tokyo" in page.script(others) and page.shown("text") in page.script(others))
    assert "clock=Asia/Tokyo;ja;" in page.browser.current_url, page.browser.current_url
    page.browser.refresh()
    page.is_live()
    eventually(lambda: "Asia/Tokyo" in page.script(others) and page.shown("text") in page.script(others))
    page.script("document.querySelector('#clocks button').click()")
    eventually(lambda: not page.script(others))
    page.open("/?clock=Nowhere;en;short")
    page.shows("error", "unknown zone 'Nowhere'")
    print("other clocks stand below, and go again")


def copies_a_command(page):
    page.open("/?zone=Asia/Tokyo&locale=ja&style=full").is_live()
    line = f"curl '{page.origin}/Asia/Tokyo?locale=ja&style=full'"
    page.shows("curl", line)
    page.script("document.getElementById('copy').click()")
    eventually(lambda: page.shown("copied"))
    run = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=20, check=True)
    assert "日本標準時" in run.stdout, run
    page.shows("quality", "synchronized")


def holds_its_policy(page):
    page.open("/?zone=UTC").is_live()
    page.script("""const script = document.createElement('script');
        script.textContent = 'window.injected = true';
        document.body.append(script);
        document.body.insertAdjacentHTML('beforeend', '<img src="x:" onerror="window.injected = true">');""")
    refusals = []

    def is_refused():
        refusals.extend(console(page.browser))
        return any("Content Security Policy" in line for line in refusals)

    eventually(is_refused)
    assert not page.script("return window.injected")
    print("an inline script does not run")


def lives_in_two_tabs(page):
    page.open("/?zone=UTC&locale=de&style=medium").is_live()
    first = page.browser.current_window_handle
    page.browser.switch_to.new_window("tab")
    page.open("/?zone=Asia/Tokyo&locale=de&style=medium").is_live()
    second = page.browser.current_window_handle
    for handle in (first, second):
        page.browser.switch_to.window(handle)
        before = page.shown("text")
        eventually(lambda: page.shown("text") != before)
    page.browser.close()
    page.browser.switch_to.window(first)
    print("two tabs go on")


def fits(page, width):
    size = {"width": width, "height": 720, "deviceScaleFactor": 1, "mobile": True}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for target in ("/?locale=mi&zone=America/Argentina/ComodRivadavia&style=full", "/?locale=ar&style=phrase",
                   "/?zone=Nowhere/" + "x" * 80):
        page.open(target)
        assert page.script("return document.documentElement.scrollWidth") <= width, target
    page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def find_axe(build):
    named = os.environ.get("POLYCLOCK_AXE")
    if named or not build:
        return named
    file = pathlib.Path(build, "axe/node_modules/axe-core/axe.min.js")
    if not file.exists() and shutil.which("npm"):
        with contextlib.suppress(subprocess.SubprocessError):
            subprocess.run(["npm", "install", "--prefix", file.parents[2], "--no-audit", "--no-fund", "axe-core"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, check=True)
    return file if file.exists() else None


def is_accessible(page, build):
    axe = find_axe(build)
    if not axe:
        print("skipped: axe-core, which neither POLYCLOCK_AXE names nor npm installs")
        return
    code = pathlib.Path(axe).read_text(encoding="utf-8")
    targets = ("/?zone=Pacific/Auckland&locale=mi", "/?locale=ar&clock=Asia/Tokyo;ja;full", "/?zone=Nowhere")
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        for target in targets:
            page.open(target)
            page.script(code)
            found = page.browser.execute_async_script(AXE)
            serious = [one for one in found if one[0] in ("serious", "critical")]
            assert not serious, (scheme, target, serious)
            for one in found:
                print("axe:", scheme, target, *one[:2])
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    print("axe-core finds nothing serious in light and dark")


def notices_silence(page, daemon):
    """A daemon that neither sends nor ends the connection."""
    page.open("/?zone=UTC&locale=de&style=medium").is_live()
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        page.shows("state", "reconnecting")
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    page.is_live()
    before = page.shown("text")
    eventually(lambda: page.shown("text") != before)
    print("a silent connection is noticed")


def survives_a_restart(page, polyclockd, daemon):
    """Without a reload, on the same port."""
    url = page.origin.replace("http:", "http+tcp:")
    page.open("/?zone=UTC&locale=de&style=medium").is_live()
    page.script("window.sameDocument = true")
    daemon.close()
    page.shows("state", "reconnecting")
    page.shows("state", "cannot be reached")
    before = page.shown("text")
    with Daemon(polyclockd, [url]):
        page.is_live()
        eventually(lambda: page.shown("text") != before)
        assert page.script("return window.sameDocument")
        page.browser.get("about:blank")
    print("after a restart of the daemon the page goes on")


def main(polyclockd, build=None):
    with chromium() as browser, contextlib.ExitStack() as daemon:
        began = time.monotonic()
        running = daemon.enter_context(Daemon(polyclockd, ["http+tcp://127.0.0.1:0"]))
        host, port = endpoint = running.endpoints[0]
        page = Page(browser, f"http://{host}:{port}")
        needs_no_script(endpoint)
        escapes_everything(endpoint)
        is_chosen_without_script(page)
        is_live_to_the_second(page)
        says_the_same_with_and_without_script(page, endpoint)
        is_used_by_keyboard(page)
        lives_in_two_tabs(page)
        copies_a_command(page)
        errors = console(browser)
        # The wrong zone, which the browser logs as such.
        assert [line for line in errors if "/v1/text?zone=Asia/Tokio" not in line] == [], errors
        keeps_other_clocks(page)
        fits(page, 320)
        is_accessible(page, build)
        holds_its_policy(page)
        notices_silence(page, running)
        survives_a_restart(page, polyclockd, daemon)
        print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
