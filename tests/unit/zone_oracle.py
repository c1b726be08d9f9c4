"""Compares every zone with Python's zoneinfo reading the same files, each month from 1970 to 2100.

Usage: zone_oracle.py ZONE_PRINTER [FIRST LAST STEP], in seconds since 1970.
"""
import datetime
import os
import subprocess
import sys
import zoneinfo

MONTHLY = (0, 4133980800, 2629746)


def told_by_python(zone, instant):
    local = instant.astimezone(zone)
    return int(local.utcoffset().total_seconds()), int(bool(local.dst())), local.tzname()


def main(printer, *span):
    first, last, step = map(int, span) if span else MONTHLY
    zoneinfo.reset_tzpath([os.environ.get("TZDIR") or "/usr/share/zoneinfo"])
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    instants = [epoch + datetime.timedelta(seconds=at) for at in range(first, last + 1, step)]
    ours = subprocess.Popen([printer, str(first), str(last), str(step)], stdout=subprocess.PIPE,
                            text=True)
    compared = different = zones = 0
    for name in map(str.strip, ours.stdout):
        zone = zoneinfo.ZoneInfo(name)
        zones += 1
        for instant in instants:
            offset, dst, abbreviation = ours.stdout.readline().split()
            compared += 1
            expected = told_by_python(zone, instant)
            if (int(offset), int(dst), abbreviation) != expected:
                different += 1
                print(name, instant, offset, dst, abbreviation, "but zoneinfo:", *expected)
    print(f"{zones} zones, {compared} instants compared, {different} different")
    assert ours.wait() == 0 and zones > 400 and different == 0


main(*sys.argv[1:])
