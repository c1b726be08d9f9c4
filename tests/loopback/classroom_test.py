"""Classic DT over UDP as classrooms use it: a port a language, and silence for everything else.

Usage: classroom_test.py POLYCLOCKD
"""
import itertools
import pathlib
import socket
import struct
import sys
import time

import classroom

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon  # noqa: E402

MONTHS = {
    "English": "January February March April May June July August September October November December",
    "te reo Māori": "Kohitātea Hui-tanguru Poutū-te-rangi Paenga-whāwhā Haratua Pipiri Hōngongoi "
                    "Here-turi-kōkā Mahuru Whiringa-ā-nuku Whiringa-ā-rangi Hakihea",
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
DATES = {
    "English": "Today's date is {month} {day}, {year}",
    "te reo Māori": "Ko te rā o tēnei rā ko {month} {day}, {year}",
    "German": "Heute ist der {day}. {month} {year}",
}
TIMES = {
    "English": "The current time is {:02}:{:02}",
    "te reo Māori": "Ko te wā o tēnei wā {:02}:{:02}",
    "German": "Die Uhrzeit ist {:02}:{:02}",
}
LISTENERS = ["dt+udp://127.0.0.1:0?zone=UTC", "dt+udp://127.0.0.1:0?zone=UTC&locale=mi",
             "dt+udp://[::1]:0?zone=UTC&locale=de"]


def expected(what, language, numbers):
    year, month, day, hour, minute = numbers
    if what == "time":
        return TIMES[language].format(hour, minute)
    return DATES[language].format(month=MONTHS[language].split()[month - 1], day=day, year=year)


def answers_are_right(endpoints):
    for language, endpoint in zip(DATES, endpoints):
        for what in ("date", "time"):
            before = time.gmtime()[:5]
            spoken, numbers, text = classroom.ask(what, endpoint)
            assert spoken == language and before <= numbers <= time.gmtime()[:5], (spoken, numbers)
            assert text == expected(what, language, numbers), text
            print(text)


def silence_after(packets, endpoint):
    """Sends them all, and a good request now and then: only that gets a reply, so all were read."""
    good = struct.pack("!3H", classroom.MAGIC, 1, 2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.connect(endpoint)
        batch = list(itertools.islice(packets, 64))
        count = 0
        while batch:
            for packet in [*batch, good]:
                client.send(packet)
            classroom.check(client.recv(4096))
            count += len(batch)
            batch = list(itertools.islice(packets, 64))
        client.settimeout(0.3)
        try:
            raise AssertionError(f"one reply too many: {client.recv(4096)!r}")
        except TimeoutError:
            print(f"{count} datagrams, no reply")


def main(daemon_path):
    with Daemon(daemon_path, LISTENERS, "--threads", "2", "--udp-rate", "0") as daemon:
        answers_are_right(daemon.endpoints)
        endpoint = daemon.endpoints[0]
        magic = classroom.MAGIC
        silence_after((struct.pack("!3H", n, 1, 1) for n in range(65536) if n != magic), endpoint)
        silence_after((struct.pack("!3H", magic, n, 1) for n in range(65536) if n != 1), endpoint)
        silence_after((struct.pack("!3H", magic, 1, n) for n in range(65536) if n not in (1, 2)),
                      endpoint)
        request = struct.pack("!3H", magic, 1, 1)
        silence_after(((request + bytes(64))[:size] for size in range(65) if size != 6), endpoint)
        answers_are_right(daemon.endpoints)
    assert daemon.log.count("\n") <= 3, daemon.log  # its zones, that it drained, that it stopped


main(*sys.argv[1:])
