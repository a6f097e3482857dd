#!/usr/bin/env python3
"""Prints Debian's patches to one component of a source package, in order, as one diff.

docker.io is made of several upstream tarballs (engine, cli, buildkit), each in a folder of its own;
its patches may touch more than one. Usage: debian_patches.py PATCHES-DIR COMPONENT
"""
import re
import sys
from pathlib import Path


def sections(text):
    """The parts of a diff, one for each file: from its '--- ' line to the next one's."""
    starts = [m.start() for m in re.finditer(r"^--- (?=.*\n\+\+\+ )", text, re.M)]
    return [text[a:b] for a, b in zip(starts, starts[1:] + [len(text)])]


def target(section):
    """The file that a section changes, without the diff's first path component."""
    old, new = re.match(r"--- (\S+).*\n\+\+\+ (\S+)", section).groups()
    return (old if new == "/dev/null" else new).split("/", 1)[1]


def hunks(section):
    """The section without what follows its last hunk: the header lines of the next file."""
    lines, kept = section.splitlines(keepends=True), []
    for line in lines:
        if re.match(r"diff |index |Index: |=====", line):
            break
        kept.append(line)
    return "".join(kept)


def main():
    folder, component = Path(sys.argv[1]), sys.argv[2]
    for line in (folder / "series").read_text().splitlines():
        name = line.split("#")[0].strip()
        if not name:
            continue
        for section in sections((folder / name).read_text()):
            if target(section).startswith(component + "/"):
                sys.stdout.write(hunks(section))


main()
