"""The text conversation, with programs as people write them in a first lesson, and with what goes wrong.

Usage: text_test.py POLYCLOCKD
"""
import pathlib
import re
import socket
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, run  # noqa: E402

CLOCK = r"\d\d:\d\d"
IN_TIME = 0.5  # seconds


def connected(endpoint):
    return socket.create_connection(endpoint, timeout=20)


def reads_a_greeting(endpoint):
    """The first lesson: connect, receive once, decode, print."""
    with connected(endpoint) as client:
        text = client.recv(1024).decode("ascii")
    moment = time.strptime(text.strip(), "%a %b %d %H:%M:%S %Y")
    assert abs(time.mktime(moment) - time.mktime(time.gmtime())) < 5, text


def say(client, message):
    """Sends a message without a line end; returns the reply and how long it took."""
    start = time.monotonic()
    client.sendall(message.encode())
    reply = client.recv(1024).decode()
    return reply, time.monotonic() - start


def talks_without_line_ends(endpoint):
    expected = {
        "date": r"Today's date is \w+ \d+, \d{4}",
        "locale mi": r"Reo: mi",
        "time": rf"Ko te wā o tēnei wā {CLOCK}",
        "bye": r"Haere rā",
    }
    with connected(endpoint) as client:
        for message, pattern in expected.items():
            reply, seconds = say(client, message)
            assert re.fullmatch(pattern + "\r\n", reply), (message, reply)
            assert seconds < IN_TIME, (message, seconds)
            print(f"{message}: {reply.strip()} ({seconds:.3f} s)")
        assert client.recv(1) == b""


def all_replies(endpoint, *pieces, pause=0.0):
    """Everything that comes back until the server closes."""
    with connected(endpoint) as client:
        for piece in pieces:
            client.sendall(piece)
            time.sleep(pause)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b"")).decode().split("\r\n")[:-1]


def takes_every_spelling(endpoint):
    lines = all_replies(endpoint, b"  ZONE\teurope/berlin \r\n\r\n\n\rStyle ISO\rlocale\nnow", )
    assert lines[:3] == ["Zone: Europe/Berlin", "Style: iso", "Locale: en"], lines
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00", lines[3]), lines
    assert len(lines) == 4
    refused = all_replies(endpoint, b"zone Europe/Kiyv\nlocale xx\nstyle rococo\ndate 5\ntea\nzone\n")
    assert refused[0] == "unknown zone 'Europe/Kiyv'; did you mean 'Europe/Kyiv'?", refused
    assert refused[1:3] == ["unknown locale 'xx'", "unknown style 'rococo'"], refused
    assert refused[3:5] == ["unknown command 'date 5'; try 'help'", "unknown command 'tea'; try 'help'"]
    assert refused[5] == "Zone: UTC", refused  # what was refused has changed nothing
    for locale, word in (("en", "Commands"), ("mi-NZ", "Ngā tono"), ("de-CH", "Befehle")):
        helped = all_replies(endpoint, f"locale {locale}\nhelp\n".encode())
        assert helped[1].startswith(word), helped


def survives(endpoint):
    assert all_replies(endpoint, b"x" * 512 + b"\n")[0].startswith("unknown command 'xxx")
    too_long = ["line too long (at most 512 bytes)"]
    assert all_replies(endpoint, b"x" * 513 + b"\ndate\n") == too_long
    with connected(endpoint) as client:
        client.sendall(b"x" * 1_000_000)
        assert client.recv(1024).decode().strip() == too_long[0]
        assert client.recv(1024) == b""
    options = b"\xff\xfd\x03\xff\xfb\x18\xff\xfa\x18\x00XTERM\xff\xff\xff\xf0\xff\xf1"
    lines = all_replies(endpoint, options + b"ti\xff\xfd\x06me\r\0\xff\xf4", b"help\r\n")
    assert re.fullmatch(rf"The current time is {CLOCK}", lines[0]) and len(lines) == 2, lines
    split = all_replies(endpoint, "locale m".encode() + "ā".encode()[:1], "ā".encode()[1:] + b"\n",
                        pause=0.05)
    assert split == ["unknown locale 'm??'"], split
    many = all_replies(endpoint, b"date\n" * 1000)
    assert len(many) == 1000 and len(set(many)) <= 2, len(many)
    slow = all_replies(endpoint, *(bytes([letter]) for letter in b"time\n"), pause=0.02)
    assert len(slow) == 1 and slow[0].startswith("The current time"), slow


def thinks_before_typing(endpoint):
    """A telnet client negotiates at once and its person types later than a request may take."""
    with connected(endpoint) as client:
        client.sendall(b"\xff\xfb\x1f\xff\xfd\x03")
        time.sleep(1.8)  # the request timeout is one second here
        client.sendall(b"time\r\n")
        assert client.recv(1024).startswith(b"The current time is")


def main(daemon_path):
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/text.sock"
        listeners = ["daytime+tcp://127.0.0.1:0?zone=UTC", "text+tcp://127.0.0.1:0?zone=UTC",
                     f"text+unix:{path}?locale=mi&ascii=yes"]
        with Daemon(daemon_path, listeners, "--request-timeout", "1") as daemon:
            daytime, text, _ = daemon.endpoints
            reads_a_greeting(daytime)
            talks_without_line_ends(text)
            takes_every_spelling(text)
            survives(text)
            thinks_before_typing(text)
            folded = run("nc", "-NU", path, input="help\nbye\n")
            assert folded.isascii() and folded.endswith("Haere ra\n"), folded


main(*sys.argv[1:])
