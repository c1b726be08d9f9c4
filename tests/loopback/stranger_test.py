"""The client that was written from PROTOCOL.md alone gets what `polyclock --json` gets.

Usage: stranger_test.py POLYCLOCKD POLYCLOCK
"""
import json
import pathlib
import re
import subprocess
import sys

STRANGER = pathlib.Path(__file__).with_name("stranger.py")
QUESTIONS = [
    {"what": "date", "locale": "mi", "zone": "Pacific/Auckland", "at": "1795165507"},
    {"what": "time", "locale": "de", "zone": "Europe/Berlin", "at": "1795165507"},
    {"what": "both", "locale": "en", "zone": "America/New_York", "at": "0"},
    {"what": "both", "style": "iso", "zone": "Africa/Monrovia", "at": "-1"},
    {"what": "date", "locale": "mi", "zone": "UTC", "at": "253402300799", "ascii": "yes"},
]
REFUSED = [{"zone": "Mars/Olympus"}, {"locale": "xx"}, {"style": "baroque"}]
FLAGS = {"what": "", "locale": "-l", "zone": "-z", "style": "--style", "at": "--at"}


def client_words(question):
    words = [{"both": "now"}.get(question.get("what", "both"), question.get("what"))]
    for key in ("locale", "zone", "style"):
        if key in question:
            words += [FLAGS[key], question[key]]
    if "at" in question:
        words += ["--at", "@" + question["at"]]
    return words + (["--ascii"] if "ascii" in question else [])


def watches(host, port):
    stranger = subprocess.run([sys.executable, STRANGER, host, port, "watch=4", "style=iso", "zone=UTC"],
                              capture_output=True, text=True, timeout=60, check=True)
    answers = [json.loads(line) for line in stranger.stdout.splitlines()]
    seconds = [answer["unix_seconds"] for answer in answers]
    assert seconds == list(range(seconds[0], seconds[0] + 4)), seconds
    late = [answer["nanoseconds"] / 1e9 for answer in answers[1:]]
    assert max(late) < 0.5, late
    print("watched:", *(answer["text"] for answer in answers))


def main(daemon_path, client_path):
    daemon = subprocess.Popen(
        [daemon_path, "--config", "/dev/null", "--listen", "dt+tcp://127.0.0.1:0"],
        stderr=subprocess.PIPE, text=True)
    try:
        host, port = re.search(r"(\S+):(\d+)$", daemon.stderr.readline().strip()).groups()
        assert daemon.stderr.readline() == "ready\n"
        for question in QUESTIONS + REFUSED:
            pairs = [f"{key}={value}" for key, value in question.items()]
            stranger = subprocess.run([sys.executable, STRANGER, host, port, *pairs],
                                      capture_output=True, text=True, timeout=60)
            ours = subprocess.run([client_path, "--json", "-s", f"{host}:{port}", *client_words(question)],
                                  capture_output=True, text=True, timeout=60,
                                  env={"LC_ALL": "C"})
            assert stranger.returncode == ours.returncode, (question, stranger, ours)
            theirs = json.loads(stranger.stdout)
            if question in REFUSED:
                assert theirs["message"] in ours.stderr, (theirs, ours)
                continue
            whole = json.loads(ours.stdout)
            for transition in filter(None, [whole["next_transition"]]):
                del transition["instant"]  # the same as unix_seconds, for people
            different = {key: (value, whole[key]) for key, value in theirs.items()
                         if key != "clock" and whole[key] != value}
            assert not different, (question, different)
            assert whole["clock"].keys() == theirs["clock"].keys()
            print("same:", theirs["text"])
        watches(host, port)
    finally:
        daemon.terminate()
        assert daemon.wait(30) == 0


main(*sys.argv[1:])
