"""Compares every zone with Python's zoneinfo reading the same files, each month from 1970 to 2100.

Usage: zone_oracle.py ZONE_PRINTER [FIRST LAST STEP], in seconds since 1970.
"""
import datetime
import os
import pathlib
import subprocess
import sys
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from harness import ZONEINFO, zone_with_file  # noqa: E402

MONTHLY = (0, 4133980800, 2629746)


def told_by_python(zone, instant):
    local = instant.astimezone(zone)
    return int(local.utcoffset().total_seconds()), int(bool(local.dst())), local.tzname()


def main(printer, *span):
    first, last, step = map(int, span) if span else MONTHLY
    directory = os.environ.get("TZDIR") or ZONEINFO
    zoneinfo.reset_tzpath([directory])
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    instants = [epoch + datetime.timedelta(seconds=at) for at in range(first, last + 1, step)]
    ours = subprocess.Popen([printer, str(first), str(last), str(step)], stdout=subprocess.PIPE,
                            text=True)
    compared = different = zones = 0
    for name in map(str.strip, ours.stdout):
        zone = zoneinfo.ZoneInfo(zone_with_file(name, directory))
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
