"""Finding and unpacking a browser."""

from __future__ import annotations

import io
import os
import sys
import tarfile
from pathlib import Path

import brotli
import pytest

from tests.browser.program import find, install_package, unpack


def compressed_tar(name: str) -> bytes:
    """Return a tar with one file, compressed by brotli."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = 3
        tar.addfile(entry, io.BytesIO(b"abc"))
    return bytes(brotli.compress(buffer.getvalue()))


def test_the_operators_word_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/opt/browser")
    assert find() == "/opt/browser"


def test_the_first_on_the_path_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find() is None
    (tmp_path / "google-chrome").symlink_to(sys.executable)
    assert find() == str(tmp_path / "google-chrome")


def test_an_ordinary_user_installs_no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert install_package() is None


def test_the_parts_are_unpacked(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "chromium.br").write_bytes(brotli.compress(b"program"))
    for name in ("al2023", "swiftshader", "fonts"):
        (parts / f"{name}.tar.br").write_bytes(compressed_tar(f"{name}.so"))
    unpack(tmp_path, parts)
    assert (tmp_path / "chromium").read_bytes() == b"program"
    assert os.access(tmp_path / "chromium", os.X_OK)
    assert (tmp_path / "al2023" / "al2023.so").read_bytes() == b"abc"
