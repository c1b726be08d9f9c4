"""Compares both programs' --help with their man pages, completions and configuration file.

Usage: check_options.py SOURCE_DIR POLYCLOCKD POLYCLOCK

Prints a line for each option or key that is missing somewhere, or that stands where --help lacks
it, or whose default differs, and exits 1 if there is any; 2 if something cannot be read.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SETTINGS = "Settings"  # the section of polyclockd --help whose options are also keys
MACHINE_DEPENDENT = {"zone"}  # the keys without a default of their own

LONG_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
HELP_OPTION = re.compile(r"  (?:-\w \[ )?(--[a-z][a-z0-9-]*)")
PAGE_OPTION = re.compile(r"\s+(?:-\w(?:\[\w+\]| \w+)?, )?(--[a-z][a-z0-9-]*)")
ASSIGNMENT = re.compile(r"([a-z][a-z0-9-]*) = (.*)")


def output(command, **environment):
    """What a command prints, in an environment without the user's own zone and pager settings."""
    kept = {name: value for name, value in os.environ.items() if name not in ("TZ", "TZDIR")}
    done = subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, timeout=60
    )
    if done.returncode != 0:
        raise OSError(f"{' '.join(map(str, command))} failed: {done.stderr.strip()}")
    return done.stdout


def help_options(program):
    """The long options of --help by section: {section: ["--option", ...]}."""
    sections, current = {}, ""
    for line in output([program, "--help"]).splitlines():
        heading = re.match(r"(\w+)[^:]*:$", line)
        option = HELP_OPTION.match(line)
        if heading:
            current = heading[1]
        elif option:
            sections.setdefault(current, []).append(option[1])
    if not sections:
        raise OSError(f"{program} --help names no options")
    return sections


def rendered(page):
    """A man page as plain text, in lines so wide that no option is broken."""
    if shutil.which("mandoc"):
        text = output(["mandoc", "-T", "ascii", "-O", "width=900", page])
    else:
        text = output(["man", "-l", page], MANWIDTH="900", MAN_KEEP_FORMATTING="", LC_ALL="C")
    return re.sub(r".\x08|\x1b\[[0-9;]*m", "", text)  # bold and underlined


def section(text, name):
    """The lines of a rendered page from a heading to the next one."""
    found = re.search(rf"^{name}\n(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise OSError(f"no section {name} in the page")
    return found[1]


def assignments(text, before):
    """All (key, value) of lines `key = value` that begin with what `before` matches."""
    matches = (re.match(before + ASSIGNMENT.pattern, line) for line in text.splitlines())
    return [(match[1], match[2].strip()) for match in matches if match]


def differences(where, kind, found, expected, known=()):
    """One line for each name that `where` lacks, and for each that only `where` has."""
    for name in sorted(set(expected) - set(found)):
        yield f"{where}: lacks the {kind} {name}"
    for name in sorted(set(found) - set(expected) - set(known)):
        yield f"{where}: names the {kind} {name}, which --help lacks"


def strangers(where, kind, found, known):
    """One line for each name in `where` that is not known."""
    return differences(where, kind, found, [], known)


def offered_by_bash(file, program):
    """The options that a bash completion offers after `program --`."""
    script = 'source "$1"; COMP_WORDS=("$2" --) COMP_CWORD=1; "_$2"; echo "${COMPREPLY[@]}"'
    return output(["bash", "--norc", "-c", script, "bash", file, program]).split()


def option_differences(source, program, section_number, options):
    """Compares a program's options with its man page and completions."""
    page = f"apps/{program}/{program}.{section_number}"
    text = rendered(source / page)
    lines = section(text, "OPTIONS").splitlines()
    documented = [match[1] for match in map(PAGE_OPTION.match, lines) if match]
    yield from differences(page, "option", documented, options)
    yield from strangers(page, "option", LONG_OPTION.findall(text), {*options, *documented})

    bash = f"apps/{program}/completion.bash"
    offered = offered_by_bash(source / bash, program)
    yield from differences(bash, "option", offered, options)
    text = (source / bash).read_text(encoding="utf-8")
    yield from strangers(bash, "option", LONG_OPTION.findall(text), {*options, *offered})

    zsh = f"apps/{program}/completion.zsh"
    text = (source / zsh).read_text(encoding="utf-8")
    yield from differences(zsh, "option", LONG_OPTION.findall(text), options)


def key_differences(source, options, keys):
    """Compares the keys with the configuration file's man page and the configuration file."""
    page = "apps/polyclockd/polyclockd.conf.5"
    text = rendered(source / page)
    documented = [key for key, _ in assignments(section(text, "KEYS"), r"\s+")]
    yield from differences(page, "key", documented, keys)
    shown = [key for key, _ in assignments(text, r"\s*")]
    yield from strangers(page, "key", shown, {*keys, *documented})
    yield from strangers(page, "option", LONG_OPTION.findall(text), options)

    file = "config/polyclockd.conf"
    text = (source / file).read_text(encoding="utf-8")
    listed = [key for key, _ in assignments(text, "(?:# )?")]
    yield from differences(file, "key", listed, keys)
    examples = [key for key, _ in assignments(text, r"[#\s]*")]
    yield from strangers(file, "key", examples, {*keys, *listed})
    yield from strangers(file, "option", LONG_OPTION.findall(text), options)


def default_differences(source, polyclockd):
    """Compares the values in the configuration file with the daemon's own defaults."""
    printed = output([polyclockd, "--config", "/dev/null", "--print-config"])
    defaults = dict_of_lists(assignments(printed, ""))
    file = "config/polyclockd.conf"
    text = (source / file).read_text(encoding="utf-8")
    for key, values in dict_of_lists(assignments(text, "(?:# )?")).items():
        if key in defaults and key not in MACHINE_DEPENDENT and values != defaults[key]:
            yield f"{file}: {key} is {', '.join(values)}, by default {', '.join(defaults[key])}"


def dict_of_lists(pairs):
    """{key: [value, ...]} in the order of the pairs."""
    lists = {}
    for key, value in pairs:
        lists.setdefault(key, []).append(value)
    return lists


def all_differences(source, polyclockd, polyclock):
    """Every difference, a line each."""
    daemon = help_options(polyclockd)
    if SETTINGS not in daemon:
        raise OSError(f"{polyclockd} --help has no section {SETTINGS}")
    client_options = sum(help_options(polyclock).values(), [])
    daemon_options = sum(daemon.values(), [])
    keys = [option.removeprefix("--") for option in daemon[SETTINGS]]
    yield from option_differences(source, "polyclock", 1, client_options)
    yield from option_differences(source, "polyclockd", 8, daemon_options)
    yield from key_differences(source, daemon_options, keys)
    yield from default_differences(source, polyclockd)


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        found = list(all_differences(Path(arguments[0]), *arguments[1:]))
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as failure:
        print(f"check_options: {failure}", file=sys.stderr)
        return 2
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
