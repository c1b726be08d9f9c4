"""Every zone's answer below /api, against the C library's own reading of the same files: it knows offset,
abbreviation and the daylight saving flag of any second, from which the rest follows.

Usage: world_time_test.py POLYCLOCKD
"""
import datetime
import http.client
import json
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import Daemon, zone_with_file  # noqa: E402

DAY = 86400
AHEAD = 800 * DAY  # daylight saving time that does not begin until then does not begin
BEGIN = -2 ** 31
INSTANTS = 3  # of each zone
FIELDS = ["utc_offset", "timezone", "day_of_week", "day_of_year", "datetime", "utc_datetime", "unixtime",
          "raw_offset", "week_number", "dst", "abbreviation", "dst_offset", "dst_from", "dst_until", "client_ip"]


def is_dst(second):
    return bool(time.localtime(second).tm_isdst)


def change_between(before, after):
    """The first second whose flag is that of `after`, where `before` has another."""
    while after - before > 1:
        middle = (before + after) // 2
        if is_dst(middle) == is_dst(after):
            after = middle
        else:
            before = middle
    return after


def search(start, step, end, wanted):
    """The change by which the flag becomes `wanted`, going from `start` by days; None where there is none."""
    second = start
    while (second < end) if step > 0 else (second > end):
        if is_dst(second + step) == wanted:
            return change_between(*((second, second + step) if step > 0 else (second + step, second)))
        second += step
    return None


def saving_at(now):
    """Its start and end, and the offset without it, by the rules of facts."""
    if is_dst(now):
        start, end = search(now, -DAY, BEGIN, False), search(now, DAY, now + AHEAD, False)
        outside = start - 1 if start is not None else end
        return start, end, time.localtime(outside).tm_gmtoff
    start = search(now, DAY, now + AHEAD, True)
    end = search(now, -DAY, BEGIN, True) if start is not None else None
    return start, end, time.localtime(now).tm_gmtoff


def offset_text(seconds):
    return f"{'-' if seconds < 0 else '+'}{abs(seconds) // 3600:02}:{abs(seconds) // 60 % 60:02}"


def utc_text(second):
    return None if second is None else time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(second))


def expected(zone, second, micros):
    local = time.localtime(second)
    start, end, standard = saving_at(second)
    return {
        "utc_offset": offset_text(local.tm_gmtoff), "timezone": zone,
        "day_of_week": (local.tm_wday + 1) % 7, "day_of_year": local.tm_yday,
        "datetime": time.strftime(f"%Y-%m-%dT%H:%M:%S.{micros:06}", local) + offset_text(local.tm_gmtoff),
        "utc_datetime": time.strftime(f"%Y-%m-%dT%H:%M:%S.{micros:06}+00:00", time.gmtime(second)),
        "unixtime": second, "raw_offset": standard,
        "week_number": datetime.date(local.tm_year, local.tm_mon, local.tm_mday).isocalendar()[1],
        "dst": bool(local.tm_isdst), "abbreviation": local.tm_zone,
        "dst_offset": local.tm_gmtoff - standard, "dst_from": utc_text(start), "dst_until": utc_text(end),
        "client_ip": "127.0.0.1"}


def get(peer, path):
    peer.request("GET", path)
    return peer.getresponse().read().decode()


def check_zone(peer, zone, generator):
    os.environ["TZ"] = zone_with_file(zone)
    time.tzset()
    for _ in range(INSTANTS):
        second = generator.randrange(1_700_000_000, 1_900_000_000)
        micros = generator.randrange(1_000_000)
        at = time.strftime(f"%Y-%m-%dT%H:%M:%S.{micros:06}Z", time.gmtime(second))
        text = get(peer, f"/api/timezone/{zone}?at={at}")
        want = expected(zone, second, micros)
        assert list(want) == FIELDS
        assert text == json.dumps(want, separators=(",", ":")), (text, want)
        lines = [f"{key}: {'' if value is None else json.dumps(value).strip(chr(34))}\n"
                 for key, value in want.items()]
        assert get(peer, f"/api/timezone/{zone}.txt?at={at}") == "".join(lines), lines


def main(daemon_path):
    seed = random.randrange(2 ** 32)
    print("seed", seed)
    generator = random.Random(seed)
    with Daemon(daemon_path, ["http+tcp://127.0.0.1:0"], "--threads", "1") as daemon:
        peer = http.client.HTTPConnection(*daemon.endpoints[0], timeout=20)
        zones = json.loads(get(peer, "/v1/zones"))
        assert len(zones) > 400
        for zone in zones:
            check_zone(peer, zone, generator)
        peer.close()
    print(f"{len(zones)} zones, {len(zones) * INSTANTS} instants: all fields as the C library has them")


main(*sys.argv[1:])
