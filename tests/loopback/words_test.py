"""The time in words: over each protocol, until the end of each step, and from an operator's files, good and broken.

Usage: words_test.py POLYCLOCKD POLYCLOCK [show]

show: prints what is said about each broken file, and nothing else.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))
from harness import Daemon, eventually, run  # noqa: E402

BUILT_IN = HERE.parent.parent / "lib/format/words"
AT = "2026-07-01T09:35:10Z"
LATE_MAX = 0.5  # seconds, on a machine with other work
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
HOURS = "hours aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk, ll\n"
GOOD = f"language cs\nstep 30\n{HOURS}:00 {{hour}}\n:30 půl {{next}}\n"


def with_row(row, at=":30 půl {next}"):
    return GOOD.replace(at, row)


def with_line(line):
    return f"{GOOD}{line}\n"


def with_hours(line):
    return GOOD.replace(HOURS, line)


def with_head(line, at="language cs"):
    return GOOD.replace(at, line)


# What a translator may get wrong: the file, and what is said about it.
BROKEN = {
    "empty": ("", ": no line 'language'"),
    "only comments": ("# nothing\n\n# here\n", ": no line 'language'"),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), ":1: begins with a byte order mark"),
    "lines that end as in Windows": (GOOD.replace("\n", "\r\n"), ":1: ends with a carriage return"),
    "Latin-1": (with_row(":30 pùl {next}").encode("latin-1"), ":5: not UTF-8, or a control character"),
    "UTF-16": (GOOD.encode("utf-16-le"), ":1: not UTF-8, or a control character"),
    "a zero byte": (with_row(":30 p\0l {next}"), ":5: not UTF-8, or a control character"),
    "a tab": (with_row(":30\tpůl {next}"), ":5: a tab; must be spaces"),
    "an indented row": (with_row(" :30 půl {next}"), ":5: begins with a space"),
    "a letter in two parts": (with_row(":30 pu\u030al {next}"), ":5: not in Normalization Form C"),
    "text that turns around": (with_row(":30 \u202epůl {next}"), ":5: not UTF-8, or a control character"),
    "a line of 513 bytes": (with_line("# " + 511 * "x"), ":6: the line is longer than 512 bytes"),
    "65,537 bytes": (GOOD + (65_537 - len(GOOD.encode())) * "\n", ": the file is larger than 64 KiB"),
    "no language": (with_head("# cs"), ":2: the first line must be 'language' and a tag, not 'step'"),
    "the language second": (with_head("variant x\nlanguage cs"), ":1: the first line must be 'language' and a tag, not 'variant'"),
    "the language twice": (with_line("language sk"), ":6: 'language' stands twice"),
    "a POSIX locale": (with_head("language cs_CZ"), ":1: 'cs_CZ': not a language tag"),
    "a comma too many": (with_head("language cs,"), ":1: '': not a language tag"),
    "any language": (with_head("language und"), ":1: 'und': not a language tag"),
    "a language of one's own": (with_head("language cs-x-east"), ":1: 'cs-x-east': must be a language, and perhaps a"),
    "a calendar": (with_head("language cs-u-ca-roc"), ":1: 'cs-u-ca-roc': must be a language, and perhaps a script"),
    "nothing behind a word": (with_head("language"), ":1: 'language': nothing follows"),
    "a capital variant": (with_line("variant Exact"), ":6: 'Exact': not small letters, digits and hyphens"),
    "a variant of two words": (with_line("variant a b"), ":6: 'a b': not small letters, digits and hyphens"),
    "reviewed by somebody": (with_line("reviewed maybe"), ":6: 'maybe': neither yes nor no"),
    "a step of 7": (with_head("step 7", "step 30"), ":2: '7': not a number of minutes that divides 60"),
    "a step of 0": (with_head("step 0", "step 30"), ":2: '0': not a number of minutes that divides 60"),
    "a step of minutes": (with_head("step 30 min", "step 30"), ":2: '30 min': not a number of minutes"),
    "no step": (with_head("", "step 30"), ":4: a time stands before 'step'"),
    "another step": (with_head("step 15", "step 30"), ": no row for :15"),
    "11 hours": (with_hours(HOURS.replace("aa, ", "")), ":3: 11 hours; must be 12 or 24"),
    "13 hours": (with_hours(HOURS.replace("aa", "zz, aa")), ":3: 13 hours; must be 12 or 24"),
    "hours without commas": (with_hours(HOURS.replace(",", "")), ":3: 1 hours; must be 12 or 24"),
    "an hour without a name": (with_hours(HOURS.replace("cc", "")), ":3: an hour without a name"),
    "a last comma": (with_hours(HOURS.replace("kk, ll", "kk,")), ":3: an hour without a name"),
    "two lists": (with_line(HOURS.strip()), ":6: a second list without a name; must be: hours NAME"),
    "two lists of a name": (with_line(2 * HOURS.replace("hours", "hours x:")), ":7: a second list 'x'"),
    "a list with a capital": (with_line(HOURS.replace("hours", "hours Uhr:")), ":6: 'Uhr': not small letters"),
    "an unknown list": (with_row(":30 půl {next x}"), ":5: '{next x}': no list of hours has this name"),
    "an unknown place": (with_row(":30 půl {nxt}"), ":5: '{nxt}': no such place; must be"),
    "no list": (with_hours(""), ":3: '{hour}': no list of hours without a name"),
    "a place with a space": (with_row(":30 půl { next}"), ":5: '{ next}': no such place; must be"),
    "an open brace": (with_row(":30 půl {next"), ":5: '{' without '}'"),
    "a brace closed twice": (with_row(":30 půl {next}}"), ":5: '}' without '{'"),
    "a missing row": (with_row(""), ": no row for :30"),
    "a row twice": (with_line(":30 x"), ":6: the time has a row already, in line 5"),
    "a time twice": (with_line("00:30 x\n00:30 y"), ":7: the time has a row already, in line 6"),
    "rows that overlap": (with_line(":00-:30 x"), ":6: the time has a row already, in line 4"),
    "a range backwards": (with_row(":30-:00 x"), ":5: not a minute such as :05, or two such as :05-:55"),
    "a range without a colon": (with_row(":30-59 x"), ":5: not a minute such as :05, or two such as :05-:55"),
    "a range without an end": (with_row(":30- x"), ":5: not a minute such as :05, or two such as :05-:55"),
    "a minute of one digit": (with_row(":5 x"), ":5: not a minute such as :05"),
    "minute 60": (with_line(":60 x"), ":6: not a minute such as :05"),
    "a row beside the steps": (with_line(":10 x"), ":6: not a multiple of the step"),
    "a time beside the steps": (with_line("12:15 x"), ":6: not a multiple of the step"),
    "24 o'clock": (with_line("24:00 x"), ":6: not a time of the day such as 09:05"),
    "a row of nothing": (with_row(":30"), ":5: ':30': nothing follows"),
    "an unknown word": (with_line("hour x"), ":6: 'hour': no such line; must be language, variant"),
    "a comment behind a row": (with_line("x # y"), ":6: 'x': no such line"),
    "a replacement without =": (with_line("replace a by b"), ":6: must be: replace SOME WORDS = OTHERS"),
    "a replacement by nothing": (with_line("replace a ="), ":6: must be: replace SOME WORDS = OTHERS"),
    "a long text": (with_row(":30 " + 201 * "x"), ":5: a text longer than 200 bytes"),
    "a text that grows": (with_line("replace půl = " + 201 * "x"), ":5: a text longer than 200 bytes"),
    "a text that doubles": (GOOD + 60 * "replace půl = půl půl\n", ":5: a text longer than 200 bytes"),
    "many replacements": (GOOD + 101 * "replace a = b\n", ":106: more than 100 replacements"),
    "parts of the day in no language of ICU's": (with_row(":30 {period}").replace("cs", "swg"),
                                                 ":5: '{period}': ICU does not know 'swg'"),
    "an unknown rule set": (with_hours("spell-hours 12 spellout-cardinal\n"), ":3: ICU has no rule set 'spellout-ca"),
    "no rule set": (with_hours("spell-hours 12\n"), ":3: no rule set"),
    "13 spelled hours": (with_hours("spell-hours 13 x\n"), ":3: '13': must be 12 or 24, and a rule set"),
    "spelled hours and a list": (with_line("spell-hours 12 spellout-numbering"), ":6: a second list without a name"),
    "minutes in no language of ICU's": (with_head("language mi") + "spell-minutes spellout-cardinal\n",
                                        ":6: ICU spells no numbers in 'mi'"),
    "minutes that nobody spells": (with_row(":30 {minute}"), ":5: '{minute}': needs a line 'spell-minutes'"),
}


def check(daemon_path, folder):
    """The status of --check-config, and what it says."""
    done = subprocess.run([daemon_path, "--check-config", "--config", "/dev/null", "--words", folder],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20, check=False)
    return done.returncode, done.stdout.decode()


def write(folder, content, name="x.words"):
    path = pathlib.Path(folder, name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def differing_lines(content):
    """Those that a good file does not have, shortened, with their numbers."""
    lines = (content if isinstance(content, bytes) else content.encode()).split(b"\n")[:-1]
    numbered = [f"{number}: {line[:60].decode(errors='backslashreplace')!r}" for number, line in enumerate(lines, 1)
                if line not in GOOD.encode().split(b"\n")]
    return "  ".join(numbered[:2]) or f"{len(lines)} lines of a good file"


def names_what_is_broken(daemon_path, shows=False):
    wrong = []
    for name, (content, expected) in BROKEN.items():
        with tempfile.TemporaryDirectory() as folder:
            path = write(folder, content)
            status, said = check(daemon_path, folder)
        said = said.replace(folder, "DIR")
        if shows:
            print(f"{name}:\n  {differing_lines(content)}\n  exit {status}: {said.strip()}")
        one_line = said.count("\n") == 1 and said.startswith(f"polyclockd: DIR/{path.name}{expected}")
        if status != 2 or not one_line:
            wrong.append((name, status, said))
    assert not wrong, wrong


def names_what_is_no_file(daemon_path):
    with tempfile.TemporaryDirectory() as folder:
        assert check(daemon_path, f"{folder}/none") == (
            2, f"polyclockd: command line: words: '{folder}/none' is not a directory\n")
        file = write(folder, GOOD)
        assert "is not a directory" in check(daemon_path, file)[1]
        assert check(daemon_path, folder) == (0, "")
        write(folder, "this is no file of words", "x.txt")
        assert check(daemon_path, folder) == (0, "")
        pathlib.Path(folder, "a.words").mkdir()
        pathlib.Path(folder, "b.words").symlink_to("/nonexistent")
        pathlib.Path(folder, "c.words").symlink_to("/dev/zero")
        os.mkfifo(f"{folder}/d.words")
        write(folder, with_head("language sk, cs-Latn"), "y.words")
        unreadable = write(folder, GOOD, "z.words")
        unreadable.chmod(0)
        status, said = check(daemon_path, folder)
        assert status == 2
        expected = [*(f"{name}.words: cannot be read" for name in "abcd"),
                    f"y.words: 'cs-Latn' has this variant in {file}", "z.words: cannot be read"]
        if os.getuid() == 0:  # may read everything
            expected[-1] = f"z.words: 'cs' has this variant in {file}"
        assert said.splitlines() == [f"polyclockd: {folder}/{line}" for line in expected], said
    with tempfile.TemporaryDirectory() as folder:
        for number in range(257):
            write(folder, with_line(f"variant v{number}"), f"{number}.words")
        status, said = check(daemon_path, folder)
        assert status == 2 and said.endswith(": more than 256 files; the others are not read\n"), said


def names_why_a_listener_has_no_words(daemon_path):
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, with_row(""))
        for options in ([], ["--check-config"]):
            done = subprocess.run([daemon_path, *options, "--config", "/dev/null", "--words", folder, "--listen",
                                   "daytime+tcp://127.0.0.1:0?style=words&locale=cs"],
                                  stderr=subprocess.PIPE, text=True, timeout=20, check=False)
            lines = done.stderr.splitlines()
            assert done.returncode == 2 and lines[0].endswith("unknown locale 'cs' for style 'words'"), done
            assert lines[1:] == [f"polyclockd: {path}: no row for :30"], done


class Served:
    """A daemon with its log in a file, since problems are told before it listens."""

    def __init__(self, path, folder, *options, listeners=("http+tcp://127.0.0.1:0", "dt+tcp://127.0.0.1:0")):
        self.path = path
        self.log = pathlib.Path(folder, "log")
        listen = [word for url in listeners for word in ("--listen", url)]
        with self.log.open("w") as output:
            self.process = subprocess.Popen([path, "--config", "/dev/null", "--threads", "1", *listen, *options],
                                            stderr=output)
        eventually(lambda: self.process.poll() is not None or "\nready\n" in self.told())
        found = re.findall(r"^listening \S+ (\S+):(\d+)$", self.told(), re.MULTILINE)
        self.endpoints = [(host, int(port)) for host, port in found]

    def told(self):
        return self.log.read_text(encoding="utf-8")

    def reload(self, status=0):
        """What is logged meanwhile."""
        before = len(self.told())
        done = subprocess.run([self.path, "--reload", str(self.process.pid)], capture_output=True, text=True, check=False)
        assert done.returncode == status and bool(done.stderr) == bool(status), done
        return self.told()[before:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(20) == 0, self.told()


def get(endpoint, target, **parameters):
    """The body, which is JSON, of a response, an error too."""
    target += "?" + urllib.parse.urlencode(parameters)
    with socket.create_connection(endpoint, timeout=20) as peer:
        peer.sendall(f"GET {target} HTTP/1.0\r\nHost: a\r\n\r\n".encode())
        return json.loads(peer.makefile("rb").read().partition(b"\r\n\r\n")[2])


def answer(endpoint, locale="en", style="words", what="time", **more):
    asked = {"locale": locale, "style": style, "what": what, "zone": "UTC", "at": AT, **more}
    return get(endpoint, "/v1/text", **asked)


def text(endpoint, *options, **more):
    """The text, or what is wrong."""
    got = answer(endpoint, *options, **more)
    return got.get("text") or got["detail"]


def client(path, endpoint, *words):
    done = subprocess.run([path, "-s", f"{endpoint[0]}:{endpoint[1]}", "-u", "--style", "words", *words],
                          capture_output=True, text=True, timeout=20, env=ENVIRONMENT, check=False)
    assert (done.returncode == 0) == (done.stderr == ""), done
    return (done.stdout + done.stderr).strip()


def converse(endpoint, *lines):
    with socket.create_connection(endpoint, timeout=20) as peer:
        peer.sendall("".join(line + "\n" for line in lines).encode())
        peer.shutdown(socket.SHUT_WR)
        return peer.makefile("rb").read().decode().split("\r\n")[:-1]


def tells_over_http(http):
    assert answer(http) == {
        "text": "twenty-five to ten", "what": "time", "locale": "en", "direction": "ltr", "style": "words",
        "zone": "UTC", "utc_offset": 0, "dst": False, "abbreviation": "UTC", "valid_until": "2026-07-01T09:40:00Z",
        "next_transition": None}
    assert text(http, "de") == "fünf nach halb zehn" and text(http, "de", ascii="yes") == "fuenf nach halb zehn"
    assert text(http, "de-CH") == "fünf nach halb zehn" and text(http, "nb") == text(http, "no")
    for locale in ("en", "de", "fr", "pt-BR"):
        long = {what: text(http, locale, "long", what) for what in ("date", "both")}
        assert text(http, locale, "words", "date") == long["date"]
        both = text(http, locale, "words", "both")
        assert long["date"] in both and text(http, locale) in both and both != long["both"], both
    exact = answer(http, style="words:exact")
    assert (exact["text"], exact["valid_until"]) == ("nine thirty-five", "2026-07-01T09:36:00Z"), exact
    following = answer(http, "de", next=3)["next"]
    assert [one["text"] for one in following] == ["zwanzig vor zehn", "Viertel vor zehn", "zehn vor zehn"], following
    styles = get(http, "/v1/styles")
    assert "words" in styles or not any(style.startswith("words") for style in styles), styles
    assert text(http, at="9999-12-31T23:59:00Z", what="both") == "December 31, 9999 at five to twelve"


def ends_with_its_step(http):
    """The last second of each step of a day has its first second's text, and that of the next step is another one."""
    for style, step in (("words", 5), ("words:exact", 1)):
        for minute in range(0, 24 * 60, 5 * step + (step == 1)):
            at = f"2026-07-01T{minute // 60:02}:{minute % 60:02}:"
            first = answer(http, "de", style, at=at + "00Z")
            end = time.strptime(first["valid_until"], "%Y-%m-%dT%H:%M:%SZ")
            assert (end.tm_mday * 24 + end.tm_hour) * 60 + end.tm_min == 24 * 60 + minute + step, first
            last = f"2026-07-01T{(minute + step - 1) // 60:02}:{(minute + step - 1) % 60:02}:59Z"
            assert answer(http, "de", style, at=last) == first, last
            assert text(http, "de", style, at=first["valid_until"]) != first["text"], first


def knows_languages_and_variants(http):
    assert text(http, "de", "words:viertel-eins", at="2026-07-01T12:15:00Z") == "viertel eins"
    refused = {("en", "words:viertel-eins"): "unknown locale 'en' for style 'words:viertel-eins'",
               ("en", "words:rococo"): "unknown style 'words:rococo'", ("en", "words:"): "unknown style 'words:'",
               ("en", "wordsx"): "unknown style 'wordsx'", ("en", "Words"): "unknown style 'Words'",
               ("fi", "words"): "unknown locale 'fi' for style 'words'",
               ("de-Cyrl", "words"): "unknown locale 'de-Cyrl' for style 'words'",
               ("mi", "words"): "unknown locale 'mi' for style 'words'"}
    for (locale, style), why in refused.items():
        for what in ("time", "both", "date"):
            got = answer(http, locale, style, what)
            assert got.get("detail", "").startswith(why), (locale, style, got)


def tells_over_dt(path, dt):
    assert client(path, dt, "time", "--at", AT) == "twenty-five to ten"
    assert client(path, dt, "--at", AT, "-l", "de") == "1. Juli 2026 um fünf nach halb zehn"
    assert client(path, dt, "date", "--at", AT, "-l", "de") == "1. Juli 2026"
    assert client(path, dt, "time", "--at", AT, "-l", "de", "--ascii") == "fuenf nach halb zehn"
    assert client(path, dt, "time", "--at", AT, "-l", "fi", "-l", "nl") == "vijf over half tien"
    assert client(path, dt, "time", "--at", AT, "-l", "de", "--next", "2").splitlines() == [
        "2026-07-01T09:40:00Z zwanzig vor zehn", "2026-07-01T09:45:00Z Viertel vor zehn"]
    assert "unknown locale 'fi' for style 'words'" in client(path, dt, "time", "-l", "fi")
    assert "unknown style 'words:rococo'" in client(path, dt, "time", "--style", "words:rococo")


def tells_over_text(conversation, daytime):
    lines = converse(conversation, "style words", "time", "locale de", "style words:viertel-eins", "locale en", "time",
                     "style words:rococo", "style words", "locale en", "date", "now")
    assert lines[0] == "Style: words" and lines[3] == "Stil: words:viertel-eins", lines
    assert lines[4] == "unknown locale 'en' for style 'words:viertel-eins'", lines
    assert lines[6] == "unknown style 'words:rococo'", lines
    assert re.fullmatch(r"\w+ \d+, \d{4}", lines[-2]) and lines[-1].startswith(lines[-2] + " at "), lines
    with socket.create_connection(daytime, timeout=20) as peer:
        line = peer.makefile("rb").read().decode()
    assert line.isascii() and re.fullmatch(r"\d+\. \w+ \d{4} um [A-Za-z]+( [A-Za-z]+)*\r\n", line), line


def soon_zone(folder, wait):
    """The tz database with one zone more, in which a minute begins after `wait` seconds; the file is of RFC 8536."""
    shutil.copytree("/usr/share/zoneinfo", folder, symlinks=True)
    offset = 60 - wait - int(time.time()) % 60
    block = struct.pack(">6l", 0, 0, 0, 0, 1, 4) + struct.pack(">lBB", offset, 0, 0) + b"LMT\0"
    data = b"TZif2" + bytes(15) + block + b"TZif2" + bytes(15) + block + b"\n\n"
    pathlib.Path(folder, "Etc/Soon").write_bytes(data)


def events(endpoint, **parameters):
    """The second from which each holds, its text and when it came."""
    with socket.create_connection(endpoint, timeout=30) as peer:
        peer.sendall(f"GET /v1/events?{urllib.parse.urlencode(parameters)} HTTP/1.0\r\nHost: a\r\n\r\n".encode())
        for line in peer.makefile("rb"):
            if line.startswith(b"id: "):
                number = int(line[4:])
            if line.startswith(b"data: "):
                yield number, json.loads(line[6:])["text"], time.time()


def tells_the_next_step_in_time(daemon_path, client_path, folder):
    """What was asked for before, and is kept, too."""
    zones = f"{folder}/zoneinfo"
    soon_zone(zones, wait=5)
    asked = {"style": "words:exact", "what": "time", "zone": "Etc/Soon"}
    with Served(daemon_path, folder, "--zoneinfo", zones) as daemon:
        http, dt = daemon.endpoints
        watch = subprocess.Popen([client_path, "-s", f"{dt[0]}:{dt[1]}", "time", "--watch", "--style", "words:exact",
                                  "-z", "Etc/Soon"], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
        coming = events(http, **asked)
        _, first, _ = next(coming)
        assert watch.stdout.readline().strip() == first == get(http, "/v1/text", **asked)["text"]
        begin, second, now = next(coming)
        assert second != first and 0 <= now - begin < LATE_MAX, (first, second, begin, now)
        assert watch.stdout.readline().strip() == second == get(http, "/v1/text", **asked)["text"]
        assert 0 <= time.time() - begin < 2 * LATE_MAX
        watch.send_signal(signal.SIGINT)
        assert watch.wait(20) == 0


def waits_for_a_speaker(daemon_path, folder):
    """te reo Māori is answered once an operator has copied its file."""
    words = pathlib.Path(folder, "words")
    words.mkdir()
    with Served(daemon_path, folder, "--words", words) as daemon:
        http = daemon.endpoints[0]
        assert text(http, "mi").startswith("unknown locale 'mi'")
        shutil.copy(BUILT_IN / "mi.words", words)
        assert " error " not in daemon.reload()
        eventually(lambda: text(http, "mi") == "rua tekau mā rima meneti ki te tekau karaka")
        assert text(http, "mi", ascii="yes") == "rua tekau ma rima meneti ki te tekau karaka"
        assert text(http, "mi", what="both").endswith(text(http, "mi"))
        (words / "mi.words").unlink()
        daemon.reload()
        eventually(lambda: text(http, "mi").startswith("unknown locale 'mi'"))


def takes_an_operators_files(daemon_path, folder):
    words = pathlib.Path(folder, "words")
    words.mkdir()
    write(words, GOOD, "czech.words")
    write(words, GOOD.replace("cs", "swg").replace("půl", "halb"), "swg.words")
    write(words, GOOD.replace("cs", "he"), "he.words")
    write(words, GOOD.replace("language cs", "language de\nvariant own"), "own.words")
    write(words, GOOD.replace("cs", "nl"), "nl.words")
    write(words, GOOD.replace("cs", "en").replace(":00 ", "00 "), "en.words")  # broken
    with Served(daemon_path, folder, "--words", words) as daemon:
        http = daemon.endpoints[0]
        assert f" error {words}/en.words:4: not a time of the day" in daemon.told(), daemon.told()
        assert text(http, "en") == "twenty-five to ten"
        assert text(http, "cs") == "půl kk" and answer(http, "cs")["valid_until"] == "2026-07-01T10:00:00Z"
        assert text(http, "cs", what="both") == "1. července 2026 v půl kk"
        assert text(http, "swg") == "halb kk" and answer(http, "he")["direction"] == "rtl"
        assert text(http, "de", "words:own") == "půl kk" and text(http, "de") == "fünf nach halb zehn"
        assert text(http, "nl") == "půl kk" and text(http, "nl-BE") != "půl kk", "a region's own file is nearer"
        reads_changed_files(daemon, http, words)


def reads_changed_files(daemon, http, words):
    coming = events(http, style="words", locale="cs", what="time", zone="UTC")
    _, first, _ = next(coming)
    write(words, GOOD.replace("půl", "p").replace(":00 ", ":00 o "), "czech.words")
    write(words, with_row(":30 {nxt}").replace("cs", "swg"), "swg.words")
    (words / "nl.words").unlink()
    (words / "own.words").rename(words / "other.words")
    write(words, GOOD.replace("cs", "sk"), "sk.words")
    start = time.time()
    logged = daemon.reload(status=1)
    assert f" error {words}/swg.words:5: '{{nxt}}': no such place" in logged, logged
    assert f"{words}/en.words:4" in logged and "configuration reloaded" in logged, logged
    _, second, now = next(coming)
    assert second != first and now - start < 2 * LATE_MAX, (first, second, now - start)
    assert text(http, "cs") == "p kk" and text(http, "sk") == "půl kk" and text(http, "swg") == "halb kk"
    assert text(http, "nl") == "vijf over half tien", "the built-in one"
    assert text(http, "de", "words:own") == "půl kk"
    (words / "swg.words").unlink()
    (words / "en.words").unlink()
    (words / "other.words").unlink()
    assert " error " not in daemon.reload()
    eventually(lambda: text(http, "swg").startswith("unknown locale 'swg'"))
    assert text(http, "de", "words:own") == "unknown style 'words:own'"
    moved = words.rename(words.parent / "moved")
    before = len(daemon.told())
    daemon.process.send_signal(signal.SIGHUP)
    eventually(lambda: "reload failed" in daemon.told()[before:])
    assert f"words: '{words}' is not a directory" in daemon.told()[before:] and text(http, "cs") == "p kk"
    moved.rename(words)


def serves(daemon_path, client_path):
    listeners = ["http+tcp://127.0.0.1:0", "dt+tcp://127.0.0.1:0", "text+tcp://127.0.0.1:0?zone=UTC",
                 "daytime+tcp://127.0.0.1:0?zone=UTC&style=words&locale=de&ascii=yes"]
    with Daemon(daemon_path, listeners) as daemon:
        http, dt, conversation, daytime = daemon.endpoints
        tells_over_http(http)
        ends_with_its_step(http)
        knows_languages_and_variants(http)
        tells_over_dt(client_path, dt)
        tells_over_text(conversation, daytime)


def main(daemon_path, client_path, *more):
    if more == ("show",):
        return names_what_is_broken(daemon_path, shows=True)
    serves(daemon_path, client_path)
    with contextlib.ExitStack() as stack:
        folders = [stack.enter_context(tempfile.TemporaryDirectory()) for _ in range(3)]
        tells_the_next_step_in_time(daemon_path, client_path, folders[0])
        waits_for_a_speaker(daemon_path, folders[1])
        takes_an_operators_files(daemon_path, folders[2])
    names_what_is_no_file(daemon_path)
    names_why_a_listener_has_no_words(daemon_path)
    return names_what_is_broken(daemon_path)


if __name__ == "__main__":
    main(*sys.argv[1:])
