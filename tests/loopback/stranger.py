"""A DT client written from PROTOCOL.md alone: sends one query, checks the reply, prints JSON.
With `watch=N` before the other words it watches, and prints N answers."""
import io, json, random, socket, struct, sys, unicodedata

HEADER, QUERY = ">HHBBHI", {"what": 1, "style": 2, "locale": 3, "zone": 4, "at": 5, "ascii": 6}
BYTES = {"what=date": b"\1", "what=time": b"\2", "what=both": b"\3", "ascii=yes": b"\1"}
NAMES = {"what": ["", "date", "time", "both"], "direction": ["", "ltr", "rtl"],
         "dst": [False, True], "synchronized": [False, True]}
# The parts of each field: struct's letter (s is a text), the name, the range where there is one.
TIME, OFFSET = "q unix_seconds,I nanoseconds 0 999999999", "i utc_offset,B dst 0 1,s abbreviation"
CIVIL = ("H year 1 9999,B month 1 12,B day 1 31,B hour 0 23,B minute 0 59,B second 0 59,"
         "B weekday 1 7,H day_of_year 1 366,H iso_week_year,B iso_week 1 53")
CLOCK = "B synchronized 0 1,B leap_indicator 0 3,I estimated_error_us,I maximum_error_us"
FIELDS = {4: {1: "B what 1 3", 2: "s style", 3: "s locale", 4: "s zone", 5: TIME, 16: "s text",
              17: "B direction 1 2", 18: CIVIL, 19: OFFSET, 20: TIME, 21: f"{TIME},{OFFSET}",
              22: "s tz_version", 23: CLOCK}, 5: {32: "H error", 33: "s message"}}

def take(stream, layout):
    return struct.unpack(layout, stream.read(struct.calcsize(layout)))  # struct.error if cut short

def value(parts, stream):
    found = {}
    for letter, name, *limits in map(str.split, parts.split(",")):
        part = stream.read().decode("utf-8") if letter == "s" else take(stream, ">" + letter)[0]
        assert letter != "s" or "Cc" not in map(unicodedata.category, part), f"control in {name}"
        assert not limits or int(limits[0]) <= part <= int(limits[1]), f"{name} is {part}"
        found[name] = NAMES[name][part] if name in NAMES else part
    assert not stream.read(), f"the value is longer than {parts}"
    return found

def receive(stream, ident):
    magic, kind, version, _, length, got = take(stream, HEADER)
    assert magic == 0x497E and version == 1 and kind in FIELDS, f"{magic:#x} {kind} {version}"
    assert 12 <= length <= 4096 and (got == ident or (kind, got) == (5, 0)), f"{length} {got}"
    body, seen = io.BytesIO(*take(stream, f"{length - 12}s")), {}
    while body.tell() < length - 12:
        field, size = take(body, ">HH")
        raw, = take(body, f"{size}s")
        assert field not in seen, f"field {field} stands twice"
        if field in FIELDS[kind]:
            seen[field] = value(FIELDS[kind][field], io.BytesIO(raw))
    assert seen.keys() >= FIELDS[kind].keys() - {20, 21, 22}, f"only the fields {[*seen]}"
    shown = {key: part for field in seen.keys() - {20, 21, 23} for key, part in seen[field].items()}
    seen.get(21, {}).pop("nanoseconds", None)
    return shown if kind == 5 else {"tz_version": None, "next_transition": seen.get(21), **shown,
        "clock": seen[23], "valid_until_unix_seconds": seen.get(20, {}).get("unix_seconds")}

watch = sys.argv.pop(3)[6:] if sys.argv[3:] and sys.argv[3].startswith("watch=") else ""
ident, query = random.randint(1, 2**32 - 1), b""
for pair in sys.argv[3:]:
    key, text = pair.split("=", 1)
    raw = struct.pack(">qI", int(text), 0) if key == "at" else BYTES.get(pair, text.encode())
    query += struct.pack(">HH", QUERY[key], len(raw)) + raw
try:
    with socket.create_connection(sys.argv[1:3], 10) as link:
        link.sendall(struct.pack(HEADER, 0x497E, 10 if watch else 3, 1, 0, 12 + len(query), ident) + query)
        stream = link.makefile("rb")
        for _ in range(int(watch or 1)):
            print(json.dumps(reply := receive(stream, ident), ensure_ascii=False), flush=True)
except (OSError, ValueError, AssertionError, struct.error) as wrong:
    sys.exit(print(f"broken reply: {wrong}", file=sys.stderr) or 4)
sys.exit("error" in reply)
