"""A classroom's DT client: one datagram, one reply, every check of the published protocol.

Usage: classroom.py date|time HOST PORT
"""
import socket
import struct
import sys

MAGIC, REQUEST, RESPONSE = 0x497E, 1, 2
LANGUAGES = {1: "English", 2: "te reo Māori", 3: "German"}


class Refused(Exception):
    """The reply breaks a rule."""


def check(packet):
    """The language, the numbers and the text of a response."""
    if len(packet) < 13:
        raise Refused("shorter than a header")
    magic, kind, language, year, month, day, hour, minute, length = struct.unpack(
        "!4H5B", packet[:13])
    if magic != MAGIC:
        raise Refused("wrong magic")
    if kind != RESPONSE:
        raise Refused("wrong type")
    if language not in LANGUAGES:
        raise Refused("unknown language")
    if year >= 2100:
        raise Refused("year out of range")
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 23 and minute <= 59):
        raise Refused("number out of range")
    if len(packet) != 13 + length:
        raise Refused("wrong length")
    return LANGUAGES[language], (year, month, day, hour, minute), packet[13:].decode("utf-8")


def ask(what, address, timeout=1.0):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        client.sendto(struct.pack("!3H", MAGIC, REQUEST, {"date": 1, "time": 2}[what]), address)
        packet, sender = client.recvfrom(4096)
        if sender[:2] != address:
            raise Refused("from another socket")
        return check(packet)


if __name__ == "__main__":
    print(ask(sys.argv[1], (sys.argv[2], int(sys.argv[3])))[2])
