"""Holds every #include in lib and apps against the arrows between the folders.

Usage: check_includes.py SOURCE_DIR
"""
import pathlib
import re
import sys

# Which folders of lib a folder may include beside base, and which headers from outside beside the standard's.
ARROWS = {
    "lib/base": (set(), ()),
    "lib/protocol": (set(), ("boost/beast/http", "boost/url")),
    "lib/clock": (set(), ("sys/timex.h", "sys/stat.h")),
    "lib/format": ({"clock"}, ("unicode/",)),
    "lib/json": ({"protocol"}, ("boost/json",)),
    "lib/service": ({"protocol", "clock", "format", "json"}, ("boost/json", "arpa/inet.h")),
    "lib/net": ({"protocol"}, ("boost/asio", "boost/intrusive", "boost/system", "sys/", "netinet/",
                               "arpa/inet.h", "linux/filter.h", "netdb.h", "unistd.h", "fcntl.h")),
    "lib/asio": (set(), ("boost/asio",)),
    "lib/tls": (set(), ("boost/asio", "boost/system", "openssl/", "sys/socket.h")),
    "lib/client": ({"protocol"}, ("boost/asio", "boost/system", "sys/", "arpa/", "netinet/", "netdb.h", "poll.h",
                                  "resolv.h", "unistd.h")),
    "lib/config": (set(), ("boost/program_options", "boost/system/result.hpp")),
    "lib/daemon": (set(), ("sys/", "fcntl.h", "poll.h", "sched.h", "unistd.h")),
    "apps/polyclockd": ({"clock", "format", "protocol", "service", "net", "tls", "config", "daemon"},
                        ("boost/system/result.hpp", "malloc.h", "sys/socket.h")),
    "apps/polyclock": ({"client", "tls", "protocol", "json"},
                       ("boost/asio", "boost/program_options", "boost/json", "fcntl.h", "unistd.h")),
}
# net knows the concepts of a protocol, and no packet.
# The four things that net does; what they share is in its own folder.
NET_ARROWS = {"schedule": set(), "session": {"schedule"}, "accept": {"schedule", "session"},
              "datagram": {"schedule"}}
NET_OF_PROTOCOL = ("protocol/service.hpp", "protocol/conversation.hpp", "protocol/proxy_header.hpp")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
STANDARD = re.compile(r"^[a-z_0-9]+$")


def complaint_within_net(part, header):
    """`part`: the folder of net, or "" for its own files."""
    used = header.split("/")[1]
    if part == "" or used not in NET_ARROWS or used in NET_ARROWS[part] | {part}:
        return None
    return f"{header}: no arrow from net/{part} to net/{used}"


def complaint(room, part, quote, header):
    folders, outside = ARROWS[room]
    own = room.split("/")[1]
    if quote == "<":
        allowed = STANDARD.match(header) or header.startswith(outside or ("\0",))
        return None if allowed else f"<{header}> is not for {room}"
    folder = header.partition("/")[0] if "/" in header else ""
    if folder == "net" and room == "lib/net":
        return complaint_within_net(part, header)
    if folder == "" and room.startswith("apps/"):
        return None
    if room == "lib/net" and folder == "protocol" and header not in NET_OF_PROTOCOL:
        return f"{header}: net knows nothing of protocol but {NET_OF_PROTOCOL}"
    return None if folder in folders | {own, "base"} else f"{header}: no arrow from {room} to {folder}"


def main(source):
    root = pathlib.Path(source)
    files = [file for room in ("lib", "apps") for file in sorted((root / room).rglob("*.[ch]pp"))]
    wrong = []
    for file in files:
        top, room, *part = file.relative_to(root).parent.parts
        room = f"{top}/{room}"
        if room not in ARROWS:
            wrong.append(f"{file}: no such room")
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            found = INCLUDE.match(line)
            why = found and complaint(room, part[0] if part else "", *found.groups())
            if why:
                wrong.append(f"{file.relative_to(root)}:{number}: {why}")
    print("\n".join(wrong) or f"{len(files)} files keep to the arrows")
    sys.exit(bool(wrong) or len(files) < 50)


main(*sys.argv[1:])
