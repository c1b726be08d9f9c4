"""What /metrics tells, by the rules of Prometheus' text format 0.0.4, and by promtool where it is installed; --stats has
the same numbers.

Usage: metrics_test.py POLYCLOCKD POLYCLOCK
"""
import http.client
import pathlib
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, eventually, run  # noqa: E402

SAMPLE = re.compile(r'(polyclockd_[a-z_]+)((?:\{(?:[a-z]+="[^"\\\n]*",?)+\})?) (\d+(?:\.\d+)?)')
NAMED = re.compile(r"# (HELP|TYPE) (polyclockd_[a-z_]+) (.+)")


def get(endpoint, path, fields=None):
    peer = http.client.HTTPConnection(*endpoint, timeout=20)
    peer.request("GET", path, headers=fields or {})
    response = peer.getresponse()
    body = response.read().decode()
    peer.close()
    return response, body


def families(text):
    """Type and samples by name; each family is named and typed once, before its first sample."""
    found = {}
    for line in text.splitlines():
        if named := NAMED.fullmatch(line):
            family = found.setdefault(named[2], {"samples": {}})
            assert named[1] not in family and not family["samples"], line
            family[named[1]] = named[3]
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        name, labels, value = sample.groups()
        if name not in found:  # of a histogram
            name, part = re.fullmatch("(.*)_(bucket|sum|count)", name).groups()
            assert found[name]["TYPE"] == "histogram", line
            labels = f"_{part}{labels or ''}"
        assert {"HELP", "TYPE"} <= found[name].keys() and labels not in found[name]["samples"], line
        found[name]["samples"][labels] = float(value)
    return found


def keeps_the_rules(found):
    for name, family in found.items():
        assert family["TYPE"] in ("counter", "gauge", "histogram"), name
        assert (family["TYPE"] == "counter") == name.endswith("_total"), name
        assert family["samples"], name
        for labels in family["samples"]:  # of clients, nothing; of addresses and paths, nothing
            assert not re.search(r"[0-9]+\.[0-9]+\.[0-9]+\.|:\d|/", labels), labels


def main(daemon_path, client_path):
    listeners = ["http+tcp://127.0.0.1:0", "dt+tcp://127.0.0.1:0"]
    with Daemon(daemon_path, listeners, "--threads", "1") as daemon:
        web, dt = daemon.endpoints
        for path in ("/", "/v1/text", "/Mars", "/v1/text?style=secret-word"):
            get(web, path, {"User-Agent": "secret-word"})
        wanted = {'{code="unknown_style"}': 1, '{protocol="http",result="error"}': 2}

        def told():
            samples = {}
            for family in families(get(web, "/metrics")[1]).values():
                samples.update(family["samples"])
            return all(samples.get(labels, 0) >= count for labels, count in wanted.items())

        eventually(told)
        response, text = get(web, "/metrics")
        assert response.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
        assert response.getheader("Access-Control-Allow-Origin") is None
        assert "secret-word" not in text
        found = families(text)
        keeps_the_rules(found)
        if shutil.which("promtool"):
            subprocess.run(["promtool", "check", "metrics"], input=text, text=True, check=True)
            print("promtool: nothing to complain about")
        time.sleep(3)  # until both tell the same counts
        known = run(client_path, "--stats", "-s", f"{dt[0]}:{dt[1]}")
        for name in found:
            assert f"\n{name}" in f"\n{known}", name
    print(f"{len(found)} families, {sum(len(one['samples']) for one in found.values())} samples")


main(*sys.argv[1:])
