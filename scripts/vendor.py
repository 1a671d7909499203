"""Fetch the vendored front-end files again, as static/vendor/vendored.json pins them (standard library and npm).

    python scripts/vendor.py            fetch, build the icon sprite, compare every SHA-256
    python scripts/vendor.py --pin      the same, and write the SHA-256 of what was fetched into the manifest

A version is raised by editing the manifest, running with --pin and reading the difference.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
MANIFEST = VENDOR / "vendored.json"
SHAPES = ROOT / "static" / "img" / "shapes.svg"
SPRITE = "icons.svg"


def package_files(name: str, version: str, wanted: set[str]) -> dict[str, bytes]:
    """Return the named files of one npm release, keyed by their path in the package."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", f"{name}@{version}", "--silent"], cwd=folder, check=True, stdout=subprocess.PIPE)
        archive = next(Path(folder).glob("*.tgz"))
        with tarfile.open(archive) as tar:
            members = {m.name.removeprefix("package/"): m for m in tar.getmembers() if m.isfile()}
            missing = wanted - set(members)
            if missing:
                raise SystemExit(f"{name} {version} has no {', '.join(sorted(missing))}")
            return {path: content(tar, members[path]) for path in wanted}


def content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """Return a member's bytes."""
    handle = tar.extractfile(member)
    return handle.read() if handle else b""


def symbol(name: str, svg: str) -> str:
    """Return one icon's drawing as a sprite symbol."""
    body = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
    inner = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", body, flags=re.S)
    compact = re.sub(r"\s+", " ", inner).replace("> <", "><").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{compact}</symbol>'


def sprite(icons: dict[str, str]) -> bytes:
    """Return the sprite: our own shapes first, then the icons by name."""
    shapes = re.findall(r"<symbol.*?</symbol>", SHAPES.read_text(), flags=re.S)
    symbols = [re.sub(r"\s*\n\s*", "", s) for s in shapes] + [symbol(n, icons[n]) for n in sorted(icons)]
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def fetch(manifest: dict[str, Any]) -> dict[str, bytes]:
    """Return every vendored file's bytes, keyed by its name in static/vendor."""
    found: dict[str, bytes] = {}
    for package in manifest["packages"]:
        icons: list[str] = package.get("icons", [])
        wanted = set(package["files"]) | {f"icons/{name}.svg" for name in icons}
        got = package_files(package["name"], package["version"], wanted)
        found.update({target: got[source] for source, target in package["files"].items()})
        if icons:
            found[SPRITE] = sprite({name: got[f"icons/{name}.svg"].decode() for name in icons})
    return found


def main() -> int:
    """Fetch, compare and write; 1 when a file is not what the manifest pins."""
    parser = argparse.ArgumentParser(description="Fetch the vendored front-end files.")
    parser.add_argument("--pin", action="store_true", help="write the fetched files' SHA-256 into the manifest")
    pin = parser.parse_args().pin
    manifest = json.loads(MANIFEST.read_text())
    found = fetch(manifest)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(found.items())}
    wrong = [name for name, value in hashes.items() if manifest["sha256"].get(name) != value]
    if wrong and not pin:
        sys.stderr.write(f"Not what vendored.json pins: {', '.join(wrong)}\n")
        return 1
    for name, data in found.items():
        (VENDOR / name).write_bytes(data)
    manifest["sha256"] = hashes
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
