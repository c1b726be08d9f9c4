"""DT queries and answers for scripts that test or measure."""


def query(number, style="iso", instant=None, size_min=0, **fields):
    """The packet that asks for an answer in that style; `fields`: of `locale` and `zone`. An instant is in seconds
    of Unix time; padding makes the packet as long as `size_min`."""
    body = _field(2, style.encode())
    for kind, name in ((3, "locale"), (4, "zone")):
        if name in fields:
            body += _field(kind, fields[name].encode())
    if instant is not None:
        body += _field(5, instant.to_bytes(8, "big", signed=True) + bytes(4))
    if 12 + len(body) < size_min:
        body += _field(0, bytes(size_min - 16 - len(body)))
    return bytes.fromhex("497e00030100") + (12 + len(body)).to_bytes(2, "big") + \
        number.to_bytes(4, "big") + body


def _field(kind, value):
    return kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value


class Answer:
    """One read from a stream: its `text`, and until when that is valid, in seconds of Unix time."""

    def __init__(self, stream, number):
        head = stream.read(12)
        if len(head) < 12:
            raise ConnectionError("no answer")
        assert head[3] == 4 and head[8:] == number.to_bytes(4, "big"), head
        body = stream.read(int.from_bytes(head[6:8], "big") - 12)
        fields = {}
        while body:
            size = int.from_bytes(body[2:4], "big")
            fields[int.from_bytes(body[:2], "big")] = body[4:4 + size]
            body = body[4 + size:]
        self.text = fields[16].decode()
        self.valid_until = int.from_bytes(fields[20][:8], "big", signed=True)
