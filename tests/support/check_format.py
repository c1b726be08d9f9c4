"""Checks that clang-format 14 leaves every C++ source as it is.

Usage: check_format.py SOURCE_DIR
"""
import pathlib
import shutil
import subprocess
import sys


def main(source):
    root = pathlib.Path(source)
    program = shutil.which("clang-format-14") or shutil.which("clang-format")
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    if " 14." not in version:
        print(f"skipped: the sources are laid out by clang-format 14, this is {version.strip()}")
        return
    files = [file for room in ("lib", "apps", "tests") for file in sorted((root / room).rglob("*.[ch]pp"))]
    assert len(files) > 80
    sys.exit(subprocess.run([program, "--dry-run", "-Werror", *files], cwd=root).returncode)


main(*sys.argv[1:])
