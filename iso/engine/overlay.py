"""Source cuts through `go build -overlay`: edited copies of single files, the originals stay as they are.

Every edit names the text it expects. When a new Debian version no longer has it, the build ends and
says which cut to look at: a cut that silently does nothing would show only as a larger image.
"""
import json
import sys
from pathlib import Path


class Overlay:
    """Edits files found along the GOPATH and the Go library, and writes overlay.json for them."""

    def __init__(self, roots, folder):
        self.roots = [Path(r) for r in roots]
        self.folder = Path(folder)
        self.texts = {}

    def locate(self, name):
        """The first root's file of that name, as Go itself would look for it."""
        for root in self.roots:
            if (root / name).is_file():
                return root / name
        return self.gone(name, "the file")

    def gone(self, name, what):
        sys.exit(f"engine cuts: {name}: {what} is no longer there: adapt or remove this cut in iso/engine/cuts.py")

    def read(self, name):
        path = self.locate(name)
        return path, self.texts.get(path, path.read_text())

    def replace(self, name, *pairs):
        """Replaces each old text, which must occur exactly once, by the new one."""
        path, text = self.read(name)
        for old, new in pairs:
            if text.count(old) != 1:
                self.gone(name, repr(old.strip()))
            text = text.replace(old, new)
        self.texts[path] = text

    def remove(self, name, *olds):
        self.replace(name, *((old, "") for old in olds))

    def body(self, name, signature, new):
        """Replaces the body of the function whose first line is `signature {`; None removes it whole."""
        path, text = self.read(name)
        start = text.find(f"\n{signature} {{\n") + 1
        if start == 0:
            self.gone(name, signature)
        end = text.index("\n}\n", start) + 3
        text = text[:start] + ("" if new is None else f"{signature} {{\n{new}\n}}\n") + text[end:]
        self.texts[path] = text

    def append(self, name, more):
        path, text = self.read(name)
        self.texts[path] = text + more

    def delete(self, name):
        """Hides a file from the compiler."""
        self.texts[self.locate(name)] = None

    def write(self):
        """Writes the edited files and overlay.json below the folder."""
        self.folder.mkdir(parents=True)
        replace = {}
        for number, (path, text) in enumerate(sorted(self.texts.items(), key=lambda item: item[0])):
            if text is None:
                replace[str(path)] = ""
                continue
            copy = self.folder / f"{number}_{path.name}"
            copy.write_text(text)
            replace[str(path)] = str(copy)
        (self.folder / "overlay.json").write_text(json.dumps({"Replace": replace}, indent=1))
