"""Compares the style `words` with texts that others wrote, and the ends of its texts with an oracle.

Usage: check_words.py CASES.tsv POLYCLOCKD
       check_words.py --ends COUNT POLYCLOCKD [SEED]

CASES.tsv has columns with the names language, time, options and expected; the language de-x-east is the way to tell
quarters in the east of Germany. It prints how many are equal in each language, and those that are not, and fails where
a language is below its bar.

--ends asks COUNT random instants of the years 1900 to 2037 in random zones, half of them near a change of the offset.
The end of each text must be the first second whose time, by Python's zoneinfo and rounded down to the step, is another
one; the text one second before it must be the same, and the one that begins there another one.
"""
import collections
import csv
import datetime
import json
import pathlib
import random
import re
import socket
import sys
import tempfile
import urllib.parse
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from harness import ZONEINFO, Daemon, zone_with_file  # noqa: E402

BATCH = 64  # requests sent before the replies are read
BARS = {**dict.fromkeys(("en", "de", "nl", "sv", "da", "fr", "es", "it", "ca"), 0.98), "pt": 0.95}
IT_IS = {  # what stands before the time
    "ca": "és|són", "da": "klokken er", "de": "es ist", "en": "it is|it's", "es": "es|son", "fr": "il est",
    "gsw": "es isch", "it": "è|sono", "nl": "het is", "pt": "é|são", "sv": "klockan är|hon är", "swg": "es isch",
}
STYLES = {  # that may tell a case, by its options
    "reference": ("words",),
    "reference-alternative": ("words", "words:viertel-eins"),
    "-": ("words", "words:exact"),
    "use_24hour=True": ("words:exact-24",),
    "use_24hour=True use_ampm=False": ("words:exact-24",),
    "use_ampm=True": ("words:day-period",),
}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
FIRST, LAST = (int((datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc) - EPOCH).total_seconds())
               for year in (1900, 2038))
STEPS = (2, 3, 4, 6, 10, 12, 15, 20, 30, 60)  # that no file of ours has


class Connection:
    """To the daemon, kept."""

    def __init__(self, endpoint):
        self.socket = socket.create_connection(endpoint, timeout=60)
        self.input = self.socket.makefile("rb")

    def _reply(self):
        size = 0
        while (line := self.input.readline()) != b"\r\n":
            assert line, "closed"
            if line.startswith(b"Content-Length: "):
                size = int(line.split()[1])
        return json.loads(self.input.read(size))

    def ask(self, questions):
        """The answers to dictionaries of parameters."""
        for begin in range(0, len(questions), BATCH):
            some = questions[begin:begin + BATCH]
            targets = ("/v1/text?" + urllib.parse.urlencode(one) for one in some)
            self.socket.sendall("".join(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n" for target in targets).encode())
            yield from (self._reply() for _ in some)

    def get(self, target):
        self.socket.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return self._reply()


def plain(text, language):
    """Without the sentence around it, and as one writer's spaces and hyphens."""
    text = text.casefold().replace("’", "'").replace("-", " ")
    text = " ".join(re.sub(r" *' *", "'", text).split())
    return re.sub(rf"^(?:{IT_IS[language]}) ", "", text) if language in IT_IS else text


def told(connection, case):
    """The texts of the styles that may tell it; none where there are none."""
    language, options = case["language"], case["options"]
    styles = ("words:viertel-eins",) if language == "de-x-east" else STYLES.get(options, ())
    locale = language.removesuffix("-x-east")
    answers = connection.ask([{"style": style, "locale": locale, "what": "time", "zone": "UTC",
                               "at": f"2026-07-01T{case['time']}Z"} for style in styles])
    return [answer["text"] for answer in answers if "text" in answer]


def compare(connection, cases):
    """By language and options: [equal, all, the differences]."""
    results = collections.defaultdict(lambda: [0, 0, []])
    for case in cases:
        texts = told(connection, case)
        if not texts:
            continue
        language = case["language"].split("-")[0]
        expected = plain(case["expected"], language)
        is_equal = expected in [plain(text, language) for text in texts]
        result = results[case["language"], case["options"]]
        result[0] += is_equal
        result[1] += 1
        if not is_equal:
            result[2].append(f"  {case['time']} {texts} but: {expected}")
    return results


def check_cases(path, daemon):
    with open(path, encoding="utf-8", newline="") as lines:
        cases = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    results = compare(Connection(daemon.endpoints[0]), cases)
    missed = set(BARS)
    for (language, options), (equal, count, differences) in sorted(results.items()):
        share = equal / count
        print(f"{language}, {options}: {equal} of {count}, {100 * share:.1f} %")
        print(*differences, sep="\n", end="\n" if differences else "")
        if options == "reference" and language in BARS and share >= BARS[language]:
            missed.remove(language)
    print("below their bars:", *sorted(missed)) if missed else print("none is below its bar")
    return not missed


def write_steps(folder):
    """English by every step that no file of ours has."""
    hours = ", ".join(f"h{number}" for number in range(24))
    for step in STEPS:
        rows = "".join(f":{minute:02} {{hour}} m{minute}\n" for minute in range(0, 60, step))
        pathlib.Path(folder, f"{step}.words").write_text(
            f"language en\nvariant step-{step}\nstep {step}\nhours {hours}\n{rows}", encoding="ascii")


class Zones:
    """As zoneinfo reads them."""

    def __init__(self, names):
        zoneinfo.reset_tzpath([ZONEINFO])
        self.names = names
        self.zones = {name: zoneinfo.ZoneInfo(zone_with_file(name)) for name in names}
        self.changes = {name: self._changes(zone) for name, zone in self.zones.items()}

    @staticmethod
    def _changes(zone):
        """The second of each change that leaves another offset after 10 days, from which it is bisected."""
        def offset(second):
            return datetime.datetime.fromtimestamp(second, zone).utcoffset()
        changes = []
        days = 864_000
        for begin in range(FIRST, LAST - days, days):
            low, high = begin, begin + days
            if offset(low) == offset(high):
                continue
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            changes.append(high)
        return changes

    def end(self, name, second, step, what):
        """The first second whose time is another one after it is rounded down to the step."""
        zone = self.zones[name]
        fromtimestamp = datetime.datetime.fromtimestamp

        def key(at):
            local = fromtimestamp(at, zone)
            return (local.hour * 60 + local.minute) // step, what == "both" and (local.year, local.month, local.day)
        start = key(second)
        at = second + 1
        while key(at) == start:
            at += 1
        return at

    def random_question(self, dice, styles):
        name = dice.choice(self.names)
        near = self.changes[name] and dice.random() < 0.5
        second = dice.choice(self.changes[name]) + dice.randint(-3600, 3600) if near else dice.randrange(FIRST, LAST)
        style, step = dice.choice(styles)
        locale = "en" if "step" in style else dice.choice(("en", "de"))
        what = dice.choice(("time", "both"))
        return step, {"style": style, "locale": locale, "what": what, "zone": name, "at": second}


def second_of(valid_until):
    return int(datetime.datetime.fromisoformat(valid_until.replace("Z", "+00:00")).timestamp()) if valid_until else None


def check_ends(count, daemon, seed):
    connection = Connection(daemon.endpoints[0])
    dice = random.Random(seed)
    zones = Zones(sorted(connection.get("/v1/zones")))
    print(len(zones.zones), "zones,", sum(map(len, zones.changes.values())), "changes, seed", seed, flush=True)
    styles = [("words", 5), ("words:exact", 1)] * len(STEPS) + [(f"words:step-{step}", step) for step in STEPS]
    wrong = done = 0
    while done < count:
        some = [zones.random_question(dice, styles) for _ in range(min(1000, count - done))]
        questions = [question for _, question in some]
        ends = [zones.end(question["zone"], question["at"], step, question["what"]) for step, question in some]
        answers, lasts, followings = (list(connection.ask(asked)) for asked in (
            questions, *([{**one, "at": end - less} for one, end in zip(questions, ends)] for less in (1, 0))))
        for one, end, answer, last, following in zip(questions, ends, answers, lasts, followings):
            said = second_of(answer.get("valid_until"))
            if said == end and answer["text"] == last["text"] != following["text"]:
                continue
            wrong += 1
            if wrong <= 40:
                print(one, answer, "ends", end, "by zoneinfo, which is", end - (said or 0), "s later; then:",
                      last["text"], "/", following["text"])
        done += len(some)
    print(f"{wrong} of {done} are wrong")
    return wrong == 0


def main(first, *more):
    with tempfile.TemporaryDirectory() as folder:
        write_steps(folder)
        is_ends = first == "--ends"
        with Daemon(more[1] if is_ends else more[0], ["http+tcp://127.0.0.1:0"], "--words", folder) as daemon:
            if is_ends:
                seed = int(more[2]) if len(more) > 2 else 1
                return check_ends(int(more[0]), daemon, seed)
            return check_cases(first, daemon)


if __name__ == "__main__":
    sys.exit(not main(*sys.argv[1:]))
