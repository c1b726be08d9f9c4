"""Finds functions of more than 50 lines in the C++ sources, which clang-format has laid out.

A function's body is a block that opens at the end of a line that holds a closing parenthesis, or that
continues such a declaration, and ends at the brace with the same indentation.

Usage: check_functions.py SOURCE_DIR
"""
import pathlib
import re
import sys

LINES_MAX = 50
NO_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|extern|if|else|for|while|switch|do|try|catch|return|case|\})\b|=\s*\{$|^\s*\}")
CONTROL = re.compile(r"^\s*(if|else|for|while|switch|do|try|\} else|\} catch)\b")


def functions(lines):
    start = None
    for number, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("//"):
            start = None if not line.strip() else start
            continue
        if start is None or re.search(r"[;{}:]$", lines[number - 1].rstrip()):
            start = number
        opens = line.rstrip().endswith("{") and ")" in "".join(lines[start:number + 1])
        if opens and not NO_FUNCTION.search(lines[start]) and not CONTROL.match(lines[start]):
            indent = re.match(r"\s*", lines[start]).group()
            close = next((i for i in range(number + 1, len(lines))
                          if lines[i].startswith(indent + "}")), number)
            yield start, close


def main(source):
    root = pathlib.Path(source)
    files = [file for room in ("lib", "apps", "tests") for file in sorted((root / room).rglob("*.[ch]pp"))]
    count = 0
    wrong = []
    for file in files:
        lines = file.read_text().splitlines()
        for start, close in functions(lines):
            count += 1
            if close - start + 1 > LINES_MAX:
                wrong.append(f"{file.relative_to(root)}:{start + 1}: {close - start + 1} lines: "
                             f"{lines[start].strip()}")
    print("\n".join(wrong) or f"{count} functions, none over {LINES_MAX} lines")
    sys.exit(bool(wrong) or count < 300)


main(*sys.argv[1:])
