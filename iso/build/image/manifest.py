#!/usr/bin/env python3
"""Prints the image's manifest as JSON. Runs in the build chroot, in a folder with three tables:

facts     dotted name and value
sources   what was compiled from source packages: name, version, patched, licence file
packages  packages of the chroot whose code is in the image, one a line
extents   the image's kernel and initramfs: path, offset and size in bytes
"""
import json
import re
import subprocess
from pathlib import Path

NUMBERS = {"size", "format"}
LISTS = {"storageDrivers"}  # separated by commas
TITLES = (
    (r"GNU Lesser General Public License", "LGPL"),
    (r"GNU General Public License", "GPL"),
    (r"Permission is hereby granted, free of charge", "MIT"),
    (r"Apache License", "Apache-2.0"),
    (r"Redistribution and use in source and binary forms", "BSD"),
)


def rows(name):
    return [line.split("\t") for line in Path(name).read_text().splitlines() if line]


def licence(path):
    """The licences that a Debian copyright file names, in its own short names; else a guess by the text."""
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return "unknown"
    names = set()
    for value in re.findall(r"^License:[ \t]*(\S.*)$", text, re.M):
        names.add(value.strip())
    if names:
        return ", ".join(sorted(names))
    # A licence's own title comes before the other licences that it mentions.
    found = [(m.start(), name) for pattern, name in TITLES if (m := re.search(pattern, text, re.I))]
    if found:
        return min(found)[1]
    return "see the package's copyright file"


def installed(packages):
    """The source package, its version and copyright file for each installed binary package."""
    query = ["dpkg-query", "-W", "-f", "${Package}\t${source:Package}\t${source:Version}\n", *packages]
    output = subprocess.run(query, check=True, capture_output=True, text=True).stdout
    for line in output.splitlines():
        package, source, version = line.split("\t")
        yield source, version, Path("/usr/share/doc") / package / "copyright"


def main():
    manifest = {}
    for name, value in rows("facts"):
        target = manifest
        *groups, last = name.split(".")
        for group in groups:
            target = target.setdefault(group, {})
        target[last] = int(value) if last in NUMBERS else value.split(",") if last in LISTS else value
    for name, path, offset, size in rows("extents"):
        if name not in ("kernel", "initrd"):
            continue
        manifest["boot"][name] = {"path": path, "offset": int(offset), "size": int(size)}

    sources = {}
    for name, version, patched, file in rows("sources"):
        sources[name, version] = {"package": name, "version": version, "licence": licence(Path(file))}
        if patched == "no":
            sources[name, version]["note"] = "upstream's tarball without Debian's changes"
    for source, version, file in installed(sorted({row[0] for row in rows("packages")})):
        sources.setdefault((source, version), {"package": source, "version": version, "licence": licence(file)})
    manifest["sources"] = [sources[key] for key in sorted(sources)]
    print(json.dumps(manifest, indent=2, ensure_ascii=False))


main()
