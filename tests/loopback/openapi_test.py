"""The HTTP interface is what /openapi.json says: each resource, parameter, status and field, and no others.

Usage: openapi_test.py POLYCLOCKD
"""
import http.client
import json
import pathlib
import re
import socket
import sys
import urllib.parse

TREE = pathlib.Path(__file__).parent.parent.parent
sys.path.insert(0, str(TREE / "tests/support"))
from harness import Daemon, eventually, run  # noqa: E402

FILE = TREE / "lib/service/http/openapi.json"
RESOURCES = TREE / "lib/service/http/resources.cpp"
BYTES_MAX = 32_000
EVENTS = "text/event-stream"
METHODS = "GET, HEAD, OPTIONS"
BY_DEFAULT = {405, 413, 414, 431, 501}  # statuses that any request may get

# For each parameter a bad value and the status that it gets.
BAD = {
    "locale": [("xx", 404)], "zone": [("Nowhere/Atall", 404), ("Europe/Kiyv", 404)], "style": [("rococo", 400)],
    "what": [("all", 400)], "ascii": [("maybe", 400)],
    "at": [("tomorrow", 400), ("2026-07-01T12:00:00", 400), ("9999999999999", 400)],
    "clock": [(["UTC"] * 17, 400)], "next": [("0", 400), ("65", 400), ("many", 400)], "to": [(["UTC"] * 17, 400), ("Nowhere/Atall", 404)], "from": [("Atlantis", 404)],
    "local": [("2026-07-01T12:00:00Z", 400), ("2026-02-30T12:00:00", 400), ("", 400)],
    "area": [("Atlantis", 404), ("Atlantis.txt", 404)], "location": [("Atall", 404)], "region": [("Atall", 404)],
    "address": [("8.8.8.8", 404), ("300.1.1.1", 400), ("made.up.txt", 400)],
}

# What the examples alone do not show: a path, a query, and fields of the request.
MORE = [
    ("/", "", {"Accept": "text/html"}), ("/", "locale=ar", {"Accept": "text/html"}),
    ("/v1/text", "locale=ar", {}), ("/v1/text", "", {"Accept": "text/plain"}),
    ("/v1/text", "", {"Accept-Language": "mi, en;q=0.5"}), ("/v1/text", "style=skeleton:O&zone=UTC", {}),
    ("/v1/time", "locale=ar&zone=Asia/Tokyo", {}), ("/v1/time", "style=skeleton:O&zone=UTC", {}),
    ("/v1/time", "clock=Europe/Kiyv&clock=UTC;xx&clock=UTC;de;rococo&clock=", {}),
    ("/v1/time", "clock=UTC&at=9999999999999", {}), ("/v1/events", "clock=UTC&clock=Asia/Tokyo;ja;short", {}),
    ("/v1/convert", "local=2026-10-25T02:30:00&from=Europe/Berlin&to=UTC&to=Pacific/Auckland", {}),
    ("/v1/convert", "local=2011-12-30T12:00:00&from=Pacific/Apia", {}),
]
MADE_UP = ["/made/up", "/index.html", "/v1", "/v1/", "/v1/made-up", "/v1/text/", "/v1/text.json", "/v1/zones/",
           "/V1/text", "/livez/", "//", "/api", "/api/", "/api/made-up", "/api/timezones", "/api/ips/127.0.0.1"]

# What no test can be sure to see.
UNSEEN = re.compile(r".*(/status = 50[03]|/type = urn:polyclock:(busy|failed)|/tz_version \w+|_error_us \w+)")


class Mismatch(AssertionError):
    pass


def expect(condition, *why):
    if not condition:
        raise Mismatch(*why)


def child(pointer, *keys):
    """JSON pointers (RFC 6901) say which part of the description is meant."""
    return "/".join([pointer, *(str(key).replace("~", "~0").replace("/", "~1") for key in keys)])


def is_a(name, value):
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    return isinstance(value, types[name]) and (name == "boolean" or not isinstance(value, bool))


def as_list(value):
    return value if isinstance(value, list) else [value]


class Description:
    """An OpenAPI document. `match` knows as much of JSON Schema as it uses, and refuses the rest."""

    KNOWN = {"$ref", "type", "enum", "const", "pattern", "minimum", "maximum", "maxItems", "items", "oneOf", "required",
             "properties", "additionalProperties", "description", "examples", "default"}

    def __init__(self, text):
        self.root = json.loads(text)
        self.paths = self.root["paths"]

    def at(self, pointer):
        part = self.root
        for key in pointer.split("/")[1:]:
            key = key.replace("~1", "/").replace("~0", "~")
            part = part[int(key)] if isinstance(part, list) else part[key]
        return part

    def follow(self, pointer):
        return self.at(pointer).get("$ref", pointer)

    def parameters(self, path):
        pointer = child("#/paths", path, "get", "parameters")
        count = len(self.paths[path]["get"].get("parameters", []))
        return [self.at(self.follow(child(pointer, index))) for index in range(count)]

    def schemas(self, pointer):
        """The pointers of a schema and of those within."""
        schema = self.at(pointer)
        yield pointer
        parts = [("properties", name) for name in schema.get("properties", {})]
        parts += [("oneOf", index) for index in range(len(schema.get("oneOf", [])))]
        parts += [("items",)] if "items" in schema else []
        for part in parts:
            yield from self.schemas(child(pointer, *part))

    def all_schemas(self):
        for name in self.root["components"]["schemas"]:
            yield from self.schemas(child("#/components/schemas", name))

    def match(self, pointer, value):
        """What the value has shown: pointers of schemas, with their types and values, and of fields that may miss."""
        schema = self.at(pointer)
        expect(self.KNOWN.issuperset(schema), pointer, schema)
        seen = {pointer}
        if "$ref" in schema:
            seen |= self.match(schema["$ref"], value)
        if "type" in schema:
            names = [name for name in as_list(schema["type"]) if is_a(name, value)]
            expect(names, pointer, value)
            seen.add(f"{pointer} {names[0]}")
        allowed = schema.get("enum", [schema["const"]] if "const" in schema else [value])
        expect(any(type(one) is type(value) and one == value for one in allowed), pointer, value)
        seen.add(f"{pointer} = {value}")
        if isinstance(value, str) and "pattern" in schema:
            expect(re.search(schema["pattern"], value, re.ASCII), pointer, value)
        if is_a("integer", value):
            expect(schema.get("minimum", value) <= value <= schema.get("maximum", value), pointer, value)
        return seen | self.match_one(pointer, value) | self.match_parts(pointer, value)

    def match_one(self, pointer, value):
        matching = []
        why = []
        for index in range(len(self.at(pointer).get("oneOf", []))):
            try:
                matching.append(self.match(child(pointer, "oneOf", index), value))
            except Mismatch as mismatch:
                why.append(mismatch.args)
        expect(len(matching) == 1 or not (matching or why), pointer, len(matching), value, why)
        return set().union(*matching)

    def match_parts(self, pointer, value):
        schema = self.at(pointer)
        seen = set()
        if isinstance(value, dict):
            expect(set(value).issuperset(schema.get("required", [])), pointer, schema.get("required"), value)
            known = schema.get("properties", {})
            expect(schema.get("additionalProperties", True) or set(value) <= set(known), pointer, value)
            for name in known:
                part = child(pointer, "properties", name)
                seen |= self.match(part, value[name]) if name in value else {part + " missing"}
        if isinstance(value, list):
            expect(len(value) <= schema.get("maxItems", len(value)), pointer, value)
            for one in value if "items" in schema else []:
                seen |= self.match(child(pointer, "items"), one)
        return seen


def read_events(response):
    """Up to the first one."""
    lines = []
    while not lines or (lines[-1] and not lines[-1].startswith(b"data: ")):
        lines.append(response.readline())
    return b"".join(lines)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.field = response.getheader
        self.media = response.getheader("Content-Type") or ""
        self.is_stream = self.media == EVENTS
        self.body = read_events(response) if self.is_stream else response.read()

    def value(self):
        return json.loads(self.body) if "json" in self.media else self.body.decode()


class Interface:
    """Asks the daemon and compares each answer with the description."""

    def __init__(self, endpoint, description):
        self.connection = http.client.HTTPConnection(*endpoint, timeout=20)
        self.description = description
        self.seen = set()
        self.requests = 0

    def ask(self, method, target, fields=(), **more):
        self.requests += 1
        self.connection.request(method, target, headers=dict(fields), **more)
        answer = Answer(self.connection.getresponse())
        if answer.is_stream:
            self.connection.close()
        return answer

    def check(self, path, answer, *why):
        """An answer to a GET of the path, or to what is no GET, which is described with it."""
        responses = self.description.paths[path]["get"]["responses"]
        status = str(answer.status) if str(answer.status) in responses else "default"
        pointer = child("#/paths", path, "get", "responses", status)
        assert status != "default" or answer.status in BY_DEFAULT, (answer.status, *why)
        self.seen.add(pointer)
        pointer = self.description.follow(pointer)
        contents = self.description.at(pointer).get("content", {})
        if not contents:
            assert not answer.body and not answer.media, why
            return answer
        media = next((key for key in contents if key in (answer.media, answer.media.split(";")[0])), None)
        assert media, (answer.media, *why)
        schema = child(pointer, "content", media, "schema")
        try:
            self.seen |= self.description.match(schema, answer.value())
        except Mismatch as mismatch:
            raise AssertionError(*why, *mismatch.args) from mismatch
        if "problem" in answer.media:
            assert answer.value()["status"] == answer.status, why
        return answer

    def get(self, path, target, status=200, fields=(), **more):
        answer = self.ask("GET", target, fields, **more)
        assert answer.status == status, (target, fields, answer.status, answer.body)
        return self.check(path, answer, target, fields)

    def target(self, path, name=None, value=None, place="query"):
        """A URL of the path with its first examples, but this value of one parameter."""
        query = []
        for parameter in self.description.parameters(path):
            is_it = (parameter["name"], parameter["in"]) == (name, place)
            first = value if is_it else examples(parameter)[0]
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", urllib.parse.quote(first, safe="/"))
            elif is_it or parameter.get("required"):
                query += [(parameter["name"], one) for one in as_list(first)]
        if place == "made up":
            query.append((name, value))
        return path + ("?" + urllib.parse.urlencode(query) if query else "")


def examples(parameter):
    schema = parameter["schema"]
    return schema.get("examples", []) + schema.get("enum", []) + ([schema["default"]] if "default" in schema else [])


def is_below_api(path):
    return path.startswith("/api/")


def is_the_file(text, daemon_path):
    assert text == FILE.read_bytes(), "the daemon has another description than the tree"
    assert len(text) <= BYTES_MAX, len(text)
    root = json.loads(text)
    assert root["openapi"] == "3.1.0" and root["servers"] == [{"url": "/"}]
    assert run(daemon_path, "--version").split()[1] == root["info"]["version"]
    assert not {"license", "contact"} & set(root["info"])
    print(f"description: {len(text)} bytes, {len(root['paths'])} paths")


def all_references(part):
    if isinstance(part, dict):
        yield from ([part["$ref"]] if "$ref" in part else [])
        part = list(part.values())
    for one in part if isinstance(part, list) else []:
        yield from all_references(one)


def is_sound(description):
    root = description.root
    used = set(all_references(root))
    assert used == {child("#/components", kind, name) for kind, parts in root["components"].items() for name in parts}
    for pointer in description.all_schemas():
        schema = description.at(pointer)
        is_object = schema.get("type") == "object"
        assert is_object == ("properties" in schema) == (schema.get("additionalProperties") is False), pointer
        assert set(schema.get("required", [])) <= set(schema.get("properties", {})), pointer
    for path, item in root["paths"].items():
        assert set(item) == {"get"} and item["get"]["summary"], path
        parameters = description.parameters(path)
        names = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert names == set(re.findall(r"{(\w+)}", path)), path
        for parameter in parameters:
            assert examples(parameter), parameter
            for example in examples(parameter):
                assert re.search(parameter["schema"].get("pattern", ""), str(example)), parameter


def describes_all_of_the_code(description):
    found = set(re.findall(r'"(/[^"\s]*)"', RESOURCES.read_text()))
    assert len(found) > 10, found
    known = {path.split("{")[0] for path in description.paths}
    assert found <= known, found - known


def answers_every_method(interface):
    for path in interface.description.paths:
        target = interface.target(path)
        got = interface.get(path, target)
        head = interface.ask("HEAD", target)
        assert (head.status, head.media, head.body) == (200, got.media, b""), target
        assert head.is_stream or int(head.field("Content-Length")) > 0, target
        assert head.field("Cache-Control"), target
        options = interface.ask("OPTIONS", target)
        assert (options.status, options.body, options.field("Allow")) == (200, b"", METHODS), target
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            refused = interface.check(path, interface.ask(method, target), method, target)
            assert (refused.status, refused.field("Allow")) == (405, METHODS), target
        assert interface.check(path, interface.ask("BREW", target), "BREW", target).status == 501


def takes_every_parameter(interface):
    for path in interface.description.paths:
        for parameter in interface.description.parameters(path):
            for value in examples(parameter):
                interface.get(path, interface.target(path, parameter["name"], value, parameter["in"]))


def takes_no_other_parameter(interface):
    paths = interface.description.paths
    described = {path: {one["name"] for one in interface.description.parameters(path) if one["in"] == "query"}
                 for path in paths}
    for path, names in described.items():
        for name in sorted(set().union(*described.values(), ["made-up"]) - names):
            target = interface.target(path, name, "1", "made up")
            if is_below_api(path):
                interface.get(path, target)
                continue
            problem = interface.get(path, target, 400).value()
            assert problem["parameter"] == name, target
            assert name != "made-up" or problem["type"] == "urn:polyclock:unknown_parameter", target


def refuses_bad_values(interface):
    for path in interface.description.paths:
        for parameter in interface.description.parameters(path):
            name, place = parameter["name"], parameter["in"]
            for value, status in BAD[name]:
                target = interface.target(path, name, value, place)
                answer = interface.get(path, target, status)
                is_told = place == "query" and not is_below_api(path)
                assert not is_told or answer.value()["parameter"] == name, target
            if place == "query" and parameter["schema"].get("type") != "array" and not is_below_api(path):
                interface.get(path, interface.target(path, name, [examples(parameter)[0]] * 2), 400)


def shows_the_rest(interface):
    for path, query, fields in MORE:
        interface.get(path, path + "?" * bool(query) + query, fields=fields)
    several = interface.get("/v1/time", "/v1/time?clock=UTC&clock=Atlantis&clock=Asia/Tokyo").value()
    assert ["clock" in one for one in several] == [True, False, True], several
    assert len({one["instant"] for one in several if "instant" in one}) == 1, several
    assert "clock" in interface.get("/v1/time", "/v1/time").value()
    converted = interface.get("/v1/convert", "/v1/convert?local=2026-07-01T12:00:00").value()
    assert "clock" not in converted["answers"][0], converted


def answers_old_clients(interface):
    order = interface.description.at("#/components/schemas/WorldTime")["required"]
    for path in filter(is_below_api, interface.description.paths):
        plain = interface.target(path)
        for target in (plain + ".json", plain + "/", plain.upper(), plain + ".json/"):
            interface.get(path, target)
        text = interface.get(path, plain + ".txt")
        value = interface.get(path, plain).value()
        assert text.media.startswith("text/plain") and text.value().endswith("\n")
        lines = text.value().splitlines()
        assert lines == value or [line.split(":")[0] for line in lines] == list(value) == order, (plain, lines)
        refused = interface.check(path, interface.ask("POST", plain + ".txt"), plain)
        assert refused.media.startswith("text/plain"), refused.media
        read = {name: plain + "?at=" + at for name, at in (("good", "2025-10-01T10:37:52Z"), ("bad", "tomorrow"))}
        has_at = any(one["name"] == "at" for one in interface.description.parameters(path)) and value != lines
        assert interface.get(path, read["bad"], 400 if has_at else 200)
        assert not has_at or interface.get(path, read["good"]).value()["unixtime"] == 1759315072


def knows_unchanged_answers(interface):
    for path, item in interface.description.paths.items():
        target = interface.target(path)
        is_described = "304" in item["get"]["responses"]
        assert is_described == bool(interface.ask("GET", target).field("ETag")), path

        def is_unchanged():  # unless its text has just changed
            tag = interface.ask("GET", target).field("ETag")
            answer = interface.ask("GET", target, {"If-None-Match": tag})
            return answer.status == 304 and interface.check(path, answer, target).field("ETag") == tag

        if is_described:
            eventually(is_unchanged)
            interface.get(path, target, fields={"If-None-Match": '"another"'})


def knows_no_other_path(interface):
    for target in MADE_UP:
        answer = interface.ask("GET", target)
        assert answer.status == 404, (target, answer.status)
        name = "WorldTimeError" if target.startswith("/api") else "Problem"
        interface.seen |= interface.description.match(child("#/components/schemas", name), answer.value())


def refuses_malformed_requests(interface):
    long = "x" * 8192
    for path in ("/v1/text", "/api/ip"):
        interface.get(path, path, 413, body=b"x")
        interface.get(path, path + "?" + long, 414)
        interface.get(path, path, 431, {"X-Long": long})
    for target in ("/v1/text?zone=%zz", "/v1/text?zone=%00", "/v1/text?" + "&".join(["at="] * 33)):
        assert interface.get("/v1/text", target, 400).value()["type"] == "urn:polyclock:malformed_target", target
        interface.get("/api/ip", target.replace("/v1/text", "/api/ip"), 400)


def keeps_from_strangers(interface):
    for path in ("/livez", "/readyz", "/metrics"):
        interface.get(path, path, 404)


def tells_of_its_drain(interface, daemon):
    """The request has begun before the drain, so it is still answered."""
    with socket.create_connection(daemon.endpoints[0], timeout=20) as client:
        client.sendall(b"GET /readyz HTTP/1.1\r\nHost: test\r\n")

        def is_closed():
            with socket.socket() as other:
                return other.connect_ex(daemon.endpoints[0]) != 0

        daemon.process.terminate()
        eventually(is_closed)
        client.sendall(b"\r\n")
        response = http.client.HTTPResponse(client)
        response.begin()
        interface.check("/readyz", Answer(response), "draining")
    interface.connection.close()
    daemon.process.wait(20)


def has_seen_everything(interface):
    description = interface.description
    expected = set()
    for path, item in description.paths.items():
        for status in item["get"]["responses"]:
            pointer = child("#/paths", path, "get", "responses", status)
            expected.add(pointer)
            pointer = description.follow(pointer)
            for media in description.at(pointer).get("content", {}):
                expected.add(child(pointer, "content", media, "schema"))
    for pointer in description.all_schemas():
        schema = description.at(pointer)
        expected.add(pointer)
        expected |= {f"{pointer} {name}" for name in as_list(schema.get("type", []))}
        expected |= {f"{pointer} = {value}" for value in schema.get("enum", [])}
        optional = set(schema.get("properties", {})) - set(schema.get("required", []))
        expected |= {child(pointer, "properties", name) + " missing" for name in optional}
    missing = {one for one in expected - interface.seen if not UNSEEN.fullmatch(one)}
    assert not missing, "\n".join(sorted(missing))
    print(f"seen: all of {len(expected)} responses, fields, types and values, in {interface.requests} answers")


def main(daemon_path):
    listeners = ["http+tcp://127.0.0.1:0?zone=Europe/Berlin", "http+tcp://127.0.0.1:0?admin=no"]
    with Daemon(daemon_path, listeners) as daemon:
        text = Interface(daemon.endpoints[0], None).ask("GET", "/openapi.json").body
        is_the_file(text, daemon_path)
        interface = Interface(daemon.endpoints[0], Description(text))
        is_sound(interface.description)
        describes_all_of_the_code(interface.description)
        for check in (answers_every_method, takes_every_parameter, takes_no_other_parameter, refuses_bad_values,
                      shows_the_rest, answers_old_clients, knows_unchanged_answers, knows_no_other_path,
                      refuses_malformed_requests):
            before = interface.requests
            check(interface)
            print(f"{check.__name__.replace('_', ' ')}: {interface.requests - before} answers")
        stranger = Interface(daemon.endpoints[1], interface.description)
        keeps_from_strangers(stranger)
        interface.seen |= stranger.seen
        tells_of_its_drain(interface, daemon)
        has_seen_everything(interface)


main(*sys.argv[1:])
