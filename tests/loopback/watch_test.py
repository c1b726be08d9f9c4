"""polyclock --watch: a line each time the text changes, over restarts of the daemon, until somebody ends it.

Usage: watch_test.py POLYCLOCKD POLYCLOCK
"""
import calendar
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, accepts, eventually, free_port  # noqa: E402

ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
SECONDS = ["--watch", "--style", "iso", "-u"]
LATE_MAX = 0.5


def start(client, endpoint, *words, **options):
    return subprocess.Popen([client, "-s", f"{endpoint[0]}:{endpoint[1]}", *words], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env={**ENVIRONMENT, **options.pop("env", {})}, **options)


def second_of(line):
    return calendar.timegm(time.strptime(line.strip(), "%Y-%m-%dT%H:%M:%SZ"))


def tells_each_second(client, endpoint):
    watch = start(client, endpoint, *SECONDS)
    first = second_of(watch.stdout.readline())
    for number in range(1, 4):
        second = second_of(watch.stdout.readline())
        assert second == first + number and 0 <= time.time() - second < LATE_MAX, (first, second, time.time())
    watch.send_signal(signal.SIGINT)
    assert watch.wait(20) == 0 and watch.stderr.read() == ""


def tells_objects(client, endpoint):
    watch = start(client, endpoint, "--json", *SECONDS)
    texts = [json.loads(watch.stdout.readline())["text"] for _ in range(3)]
    assert len(set(texts)) == 3, texts
    watch.send_signal(signal.SIGINT)
    assert watch.wait(20) == 0


def ends_without_a_reader(client, endpoint):
    """At once, though the text does not change for hours."""
    watch = start(client, endpoint, "--watch", "date", "-u")
    assert watch.stdout.readline().startswith("Today's date is")
    watch.stdout.close()
    assert watch.wait(20) == 0 and watch.stderr.read() == ""
    closed = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", client, "-s", f"{endpoint[0]}:{endpoint[1]}", *SECONDS],
                            stderr=subprocess.PIPE, text=True, timeout=20, env=ENVIRONMENT)
    assert closed.returncode == 4 and "cannot write to standard output" in closed.stderr, closed
    full = subprocess.run([client, "-s", f"{endpoint[0]}:{endpoint[1]}", *SECONDS], stdout=open("/dev/full", "w"),
                          stderr=subprocess.PIPE, text=True, timeout=20, env=ENVIRONMENT)
    assert full.returncode == 4 and "No space left" in full.stderr, full


def ends_with_errors(client, endpoint):
    watch = start(client, endpoint, "--watch", "-z", "Mars/Base")
    assert watch.wait(20) == 1 and "unknown zone" in watch.stderr.read()
    by_udp = subprocess.run([client, "-s", f"dt+udp://{endpoint[0]}:{endpoint[1]}", *SECONDS], capture_output=True,
                            text=True, timeout=20, env=ENVIRONMENT)
    assert by_udp.returncode == 2 and "--watch cannot be combined with UDP" in by_udp.stderr, by_udp
    nobody = subprocess.run([client, "-s", "127.0.0.1:1", *SECONDS], capture_output=True, text=True, timeout=20,
                            env=ENVIRONMENT)
    assert nobody.returncode == 3 and "refused" in nobody.stderr, nobody


def falls_back_to_another_locale(client, endpoint):
    watch = start(client, endpoint, "--watch", "time", "-u", env={"LC_ALL": "xx_YY.UTF-8"})
    assert watch.stdout.readline().startswith("The current time is")
    watch.send_signal(signal.SIGINT)
    assert watch.wait(20) == 0
    assert "no text in locale 'xx-YY' of the environment; using 'en'" in watch.stderr.read()


def goes_on_after_a_restart(daemon_path, client):
    listeners = [f"dt+tcp://127.0.0.1:{free_port()}"]
    with Daemon(daemon_path, listeners) as daemon:
        watch = start(client, daemon.endpoints[0], *SECONDS)
        days = start(client, daemon.endpoints[0], "--watch", "date", "-u")
        first = second_of(watch.stdout.readline())
        days.stdout.readline()
    with Daemon(daemon_path, listeners):
        seconds = [second_of(watch.stdout.readline()) for _ in range(4)]
        assert seconds == sorted(set(seconds)) and seconds[0] > first, (first, seconds)
        assert seconds[-1] - first < 15, (first, seconds)
        watch.send_signal(signal.SIGINT)
        assert watch.wait(20) == 0
        note = watch.stderr.read()
        assert note.count("trying again") == 1, note
        days.send_signal(signal.SIGINT)
        assert days.wait(20) == 0
        assert days.stdout.read() == "", "the same text twice"


def publishes_by_mqtt(client, endpoint):
    """The recipe of the man page."""
    if not shutil.which("mosquitto") or not shutil.which("mosquitto_pub"):
        print("left out: mosquitto is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = pathlib.Path(folder, "mosquitto.conf")
        settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n", encoding="ascii")
        broker = subprocess.Popen(["mosquitto", "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        begun = [broker]
        try:
            eventually(lambda: accepts(port))
            # by its address: a bare system knows no name "localhost"
            at = ["-h", "127.0.0.1", "-p", str(port), "-t", "home/clock/mi"]
            begun.append(watch := start(client, endpoint, "--json", *SECONDS))
            begun.append(publish := subprocess.Popen(["mosquitto_pub", *at, "-l", "-r"], stdin=watch.stdout))
            watch.stdout.close()
            got = subprocess.run(["mosquitto_sub", *at, "-C", "3", "-W", "20"],
                                 stdout=subprocess.PIPE, text=True, check=True)
            texts = [json.loads(line)["text"] for line in got.stdout.splitlines()]
            assert len(set(texts)) == 3, texts
            print("mosquitto:", *texts)
            publish.terminate()
            publish.wait(20)
            assert watch.wait(20) == 0
        finally:
            for program in begun:
                program.terminate()
                program.wait(20)


def main(daemon_path, client):
    with Daemon(daemon_path, ["dt+tcp://127.0.0.1:0"]) as daemon:
        endpoint = daemon.endpoints[0]
        for shows in (tells_each_second, tells_objects, ends_without_a_reader, ends_with_errors,
                      falls_back_to_another_locale, publishes_by_mqtt):
            shows(client, endpoint)
    goes_on_after_a_restart(daemon_path, client)


if __name__ == "__main__":
    main(*sys.argv[1:])
