"""A cache that trusts our heads, varnishd as Debian sets it up, is never late with a text and never mixes them up.

Usage: varnish_test.py POLYCLOCKD [MINUTE_ENDS]: across one end of a minute without it, at most 80 s each.
"""
import collections
import contextlib
import datetime
import http.client
import itertools
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, accepts, eventually, free_port, skip  # noqa: E402

BEFORE_END, AFTER_END = 15, 5  # seconds
INTERVAL = 0.1
# Near the end of a minute a text may be kept for less than a second.
QUIET = 2
HIT_SHARE_MIN = 0.8  # of the questions further from it

Question = collections.namedtuple("Question", "path language", defaults=[None])
# In JSON the first one, the others as text.
QUESTIONS = [Question("/v1/text?locale=de"), Question("/v1/text.txt?locale=mi&style=short"), Question("/"),
             Question("/", "de-AT, en;q=0.5"), Question("/", "mi"), Question("/Pacific/Auckland")]
# Empty parameters count as none, but are another thing to keep: each is asked more rarely, and first at another part of
# a second.
VARIANTS = ["", "zone=", "what=", "ascii=", "zone=&what=", "zone=&ascii=", "what=&ascii="]
NEVER_KEPT = ["/v1/time", "/v1/time?clock=UTC;de;full&clock=Asia/Tokyo;ja;full", "/api/timezone/Europe/Berlin",
              "/livez", "/v1/text?zone=Mars/Base"]


class Answer:
    def __init__(self, reply):
        self.status = reply.status
        self.fields = reply.headers
        self.body = reply.read().decode()

    def is_kept(self):
        """Whether it comes from the cache: beside its own request the field names the one that brought it."""
        return len(self.fields["X-Varnish"].split()) == 2

    def text(self):
        return json.loads(self.body)["text"] if self.fields["Content-Type"] == "application/json" else self.body


def ask(client, question, **fields):
    if question.language:
        fields["Accept-Language"] = question.language
    client.request("GET", question.path, headers=fields)
    return Answer(client.getresponse())


def with_parameters(question, parameters):
    separator = "&" if "?" in question.path else "?"
    return question._replace(path=question.path + separator + parameters) if parameters else question


def at(question, instant):
    """The same question about an instant, which no time of day has a part in."""
    moment = datetime.datetime.fromtimestamp(instant, datetime.timezone.utc)
    return with_parameters(question, f"at={moment:%Y-%m-%dT%H:%M:%S.%fZ}")


def seconds_of(text):
    return datetime.datetime.fromisoformat(text).timestamp()


class Watch:
    """Asks through the cache and counts what comes back; what is true is asked of the daemon itself."""

    def __init__(self, daemon, cache):
        self.daemon = http.client.HTTPConnection(*daemon, timeout=20)
        self.cache = http.client.HTTPConnection(*cache, timeout=20)
        self.counts = collections.Counter()
        self.stale = []
        self.texts = collections.defaultdict(set)

    def direct(self, question):
        return ask(self.daemon, question)

    def look(self, question, variant, end):
        sent = time.time()
        answer = ask(self.cache, with_parameters(question, variant))
        received = time.time()
        assert answer.status == 200, (question, answer.status, answer.body)
        true = [self.direct(at(question, instant)) for instant in (sent, received)]
        self.counts["asked"] += 1
        self.counts["kept"] += answer.is_kept()
        if abs(end - sent) > QUIET:
            self.counts["asked in the quiet"] += 1
            self.counts["kept in the quiet"] += answer.is_kept()
        self.texts[question].add(answer.text())
        if self.is_stale(answer, true, sent):
            self.stale.append((question, datetime.datetime.fromtimestamp(sent).isoformat(), received - sent,
                               answer.body, dict(answer.fields), [one.body for one in true]))

    @staticmethod
    def is_stale(answer, true, sent):
        same = [one for one in true if one.text() == answer.text()]
        if not same or answer.fields["Content-Type"] != "application/json":
            return not same
        return seconds_of(json.loads(same[-1].body)["valid_until"]) <= sent

    def across(self, end):
        variants = itertools.cycle(VARIANTS)
        due = time.time() + random.random()
        while due < end + AFTER_END:
            time.sleep(max(0, due - time.time()))
            variant = next(variants)
            for question in QUESTIONS:
                self.look(question, variant, end)
            due = max(due + INTERVAL, time.time())


def is_revalidated(watch):
    """Whoever has the text is told so, by the cache itself, and so is who has another one."""
    for question in QUESTIONS:
        whole = ask(watch.cache, question)
        again = ask(watch.cache, question, **{"If-None-Match": whole.fields["ETag"]})
        assert (again.status, again.body) == (304, ""), (question, again.status, again.body)
        assert again.is_kept() and again.fields["ETag"] == whole.fields["ETag"], (question, again.fields.items())
        assert "max-age=" in again.fields["Cache-Control"], (question, again.fields.items())
        other = ask(watch.cache, question, **{"If-None-Match": '"0123456789abcdef"'})
        assert (other.status, other.body) == (200, whole.body), (question, other.status, other.body)
    # Not yet in the cache, which asks for the whole then.
    new = Question("/v1/text?locale=fr&style=short")
    etag = watch.direct(new).fields["ETag"]
    first = ask(watch.cache, new, **{"If-None-Match": etag})
    assert (first.status, first.fields["ETag"]) == (304, etag) and not first.is_kept(), first.fields.items()


def keeps_languages_apart(watch):
    for path in ("/?style=phrase", "/v1/text.txt?style=short"):  # without seconds
        own = {language: watch.direct(Question(f"{path}&locale={language}")).body for language in ("de", "mi", "en")}
        assert len(set(own.values())) == len(own), own
        for turn in range(10):
            for language, text in own.items():
                answer = ask(watch.cache, Question(path, language))
                assert answer.body == text, (path, language, answer.body)
                assert answer.fields["Content-Language"] == language, answer.fields.items()
                assert answer.is_kept() or turn == 0, (path, language, answer.fields.items())
    # The form as well.
    for accept, kind in 3 * [("application/json", "application/json"), ("text/plain", "text/plain; charset=utf-8")]:
        answer = ask(watch.cache, Question("/v1/text?locale=de"), Accept=accept)
        assert answer.fields["Content-Type"] == kind, (accept, answer.fields.items())


def keeps_no_time(watch):
    for path in NEVER_KEPT:
        answers = [ask(watch.cache, Question(path)) for _ in range(10)]
        for answer in answers:
            assert not answer.is_kept() and answer.fields["Age"] == "0", (path, answer.fields.items())
            assert answer.fields["Cache-Control"] == "no-store", (path, answer.fields.items())
        bodies = {answer.body for answer in answers}
        assert len(bodies) == (1 if answers[0].status == 404 or path == "/livez" else 10), (path, bodies)


@contextlib.contextmanager
def varnish(program, behind):
    """Its endpoint, while it runs."""
    endpoint = "127.0.0.1", free_port()
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w+", encoding="utf-8") as log:
        os.chmod(folder, 0o755)  # its workers have a user of their own
        words = [program, "-n", f"{folder}/varnish", "-a", "%s:%d" % endpoint, "-b", "%s:%d" % behind, "-F"]
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder) as process:
            try:
                eventually(lambda: accepts(endpoint[1]) or process.poll() is not None, 60)
                if process.poll() is not None:
                    log.seek(0)
                    needs_compiler = "VCL compilation failed" in log.read()  # of its own built-in configuration
                    assert needs_compiler, "varnishd has ended"
                    skip("a varnishd that can compile its configuration here")
                yield endpoint
            except BaseException:
                log.seek(0)
                print(log.read()[-4000:])
                raise
            finally:
                process.terminate()
                process.wait(30)


def main(daemon_path, minute_ends="1"):
    program = shutil.which("varnishd", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        skip("varnishd is not installed (Debian's package varnish)")
    with Daemon(daemon_path, ["http+tcp://127.0.0.1:0?zone=UTC"], "--zone", "UTC") as daemon, \
            varnish(program, daemon.endpoints[0]) as cache:
        counts, stale = collections.Counter(), []
        for number in range(int(minute_ends)):
            end = (time.time() + BEFORE_END) // 60 * 60 + 60
            time.sleep(max(0, end - BEFORE_END - time.time()))
            watch = Watch(daemon.endpoints[0], cache)
            if number == 0:
                keeps_languages_apart(watch)
                is_revalidated(watch)
                keeps_no_time(watch)
            watch.across(end)
            few = {question: texts for question, texts in watch.texts.items() if len(texts) != 2}
            assert not few, few  # of each minute one
            counts.update(watch.counts)
            stale += watch.stale
    for one in stale[:10]:
        print(*one)
    print(f"{counts['asked']} questions, {counts['kept']} answers from the cache, {len(stale)} stale; over {QUIET} s "
          f"from a minute's end {counts['kept in the quiet']} of {counts['asked in the quiet']} from the cache")
    assert not stale
    assert counts["kept in the quiet"] >= HIT_SHARE_MIN * counts["asked in the quiet"]


main(*sys.argv[1:])
