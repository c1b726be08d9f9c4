"""A DT client written from PROTOCOL.md alone: sends one query, checks the reply, prints JSON."""
import json, random, socket, struct, sys, unicodedata

HEADER, MAGIC, WHAT = ">HHBBHI", 0x497E, ["", "date", "time", "both"]
QUERY = {"what": (1, lambda v: bytes([WHAT.index(v)])), "style": (2, str.encode),
         "locale": (3, str.encode), "zone": (4, str.encode),
         "at": (5, lambda v: struct.pack(">qI", int(v), 0)), "ascii": (6, lambda v: b"\1")}
CIVIL = "year month day hour minute second weekday day_of_year iso_week_year iso_week"
CLOCK = "synchronized leap_indicator estimated_error_us maximum_error_us"
TIME, OFFSET = "unix_seconds nanoseconds", "utc_offset dst abbreviation"
# By field type: the value as struct spells it (s is a text) and the names of its parts.
OPTIONAL = {20: ("qI", TIME), 21: ("qIiBs", f"{TIME} {OFFSET}"), 22: ("s", "tz_version")}
ANSWER = {1: ("B", "what"), 2: ("s", "style"), 3: ("s", "locale"), 4: ("s", "zone"),
          5: ("qI", TIME), 16: ("s", "text"), 17: ("B", "direction"), 18: ("H6BHHB", CIVIL),
          19: ("iBs", OFFSET), 23: ("BBII", CLOCK), **OPTIONAL}
ERROR = {32: ("H", "error"), 33: ("s", "message")}
LIMITS = {"what": (1, 3), "nanoseconds": (0, 999_999_999), "direction": (1, 2), "year": (1, 9999),
          "month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59), "second": (0, 59),
          "weekday": (1, 7), "day_of_year": (1, 366), "iso_week": (1, 53), "dst": (0, 1),
          "synchronized": (0, 1), "leap_indicator": (0, 3)}
def need(truth, otherwise):
    if not truth: raise ValueError(otherwise)
def value(form, names, raw):
    room = len(raw) - struct.calcsize(">" + form.rstrip("s"))
    parts = dict(zip(names.split(), struct.unpack(">" + form.replace("s", f"{room}s"), raw)))
    for name, part in parts.items():
        if isinstance(part, bytes):
            parts[name] = part = part.decode("utf-8")
            need("Cc" not in map(unicodedata.category, part), f"{name}: a control character")
        low, high = LIMITS.get(name, (part, part))
        need(low <= part <= high, f"{name}: {part} is out of range")
    return {name: bool(part) if name in ("dst", "synchronized") else part for name, part in parts.items()}
def receive(stream, ident):
    head = stream.read(12)
    magic, kind, version, _, length, got = struct.unpack(HEADER, head)
    need((magic, version) == (MAGIC, 1) and kind in (4, 5), "no answer or error of version 1")
    need(12 <= length <= 4096, f"length {length}")
    need(got == ident or (kind, got) == (5, 0), f"id {got} instead of {ident}")
    body, table, fields = stream.read(length - 12), ANSWER if kind == 4 else ERROR, {}
    need(len(body) == length - 12, "the stream ended inside the reply")
    while body:
        field, size = struct.unpack_from(">HH", body)
        raw, body = body[4:4 + size], body[4 + size:]
        need(len(raw) == size, "a field reaches beyond the packet")
        if field in table:
            need(field not in fields, f"field {field} stands twice")
            fields[field] = value(*table[field], raw)
    missing = table.keys() - OPTIONAL.keys() - fields.keys()
    need(not missing, f"without the fields {missing}")
    ...
