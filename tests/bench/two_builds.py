"""Measures two builds of the programs side by side: what an option of the compiler, or a change, costs.

Usage: two_builds.py BUILD_FOLDER OTHER_BUILD_FOLDER [SECONDS [ROW...]]: as run.py, whose servers and loads these are;
the other build needs no tests. Prints the first build's figures as ratios of the other's.
"""
import pathlib
import sys

from run import Bench, raise_descriptor_limit

LOADS = (
    ("64 connections, 1 in flight", "dt", ("kind=query", "connections=64")),
    ("1000 connections, 1 in flight", "dt", ("kind=query", "connections=1000")),
    ("64 connections, 64 in flight", "dt", ("kind=query", "connections=64", "depth=64")),
    ("every query another instant, 64 in flight", "dt", ("kind=instants", "connections=64", "depth=64")),
    ("UDP classic, 64 clients", "udp", ("kind=classic", "connections=64")),
    ("HTTP /v1/text, 64 connections", "http", ("kind=http", "connections=64")),
)
PORTS = {"dt": 28830, "udp": 28831, "daytime": 28832, "http": 28833}
SCHEMES = {"dt": "dt+tcp", "udp": "dt+udp", "daytime": "daytime+tcp", "http": "http+tcp"}


class Build(Bench):
    def __init__(self, folder, tools, seconds, rows, step):
        super().__init__(folder, seconds, rows)
        self.tools = tools
        self.ports = {name: port + step for name, port in PORTS.items()}
        self.daemon = self.start_polyclockd(
            [f"{SCHEMES[name]}://127.0.0.1:{port}" for name, port in self.ports.items()],
            "--udp-rate", "0", "--connections-max", "20000", "--zone", "UTC")

    def program(self, name):
        """The loads are those of one build."""
        if name.startswith("bench_"):
            return pathlib.Path(self.tools, "tests/bench", name)
        return super().program(name)


def compare(name, unit, one, other, measure):
    if not one.wants(name):
        return
    ratio, ours, theirs = one.alternate(lambda: measure(one), lambda: measure(other))
    print(f"| {name} | {ratio:.2f} | {ours:,.2f} {unit}, beside {theirs:,.2f} |", flush=True)


def main(folder, other_folder, seconds="2", *rows):
    raise_descriptor_limit()
    one, other = (Build(path, folder, float(seconds), rows, step)
                  for path, step in ((folder, 0), (other_folder, 100)))
    print("| work | ratio | absolute |\n| --- | --- | --- |")
    for name, listener, words in LOADS:
        compare(name, "requests/s", one, other,
                lambda build, at=listener, asked=words: build.load(build.ports[at], *asked)["per_second"])
    compare("a connection for each request (daytime)", "µs", one, other,
            lambda build: build.cost(build.daemon, build.ports["daytime"]))
    compare("from the start to `ready`", "ms", one, other,
            lambda build: build.until_ready(["dt+tcp://127.0.0.1:28817"]))
    compare("`polyclock date`", "ms", one, other,
            lambda build: build.client_run(build.ports["dt"]))
    for build in (one, other):
        build.daemon.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
