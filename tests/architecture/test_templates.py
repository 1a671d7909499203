"""Templates are small, hold no script or style, and never compute a judgement."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, templates

LONGEST = 120


@pytest.mark.parametrize("path", templates(), ids=lambda p: p.relative_to(ROOT / "templates").as_posix())
def test_template_keeps_the_house(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST, "a template is at most 120 lines: move a part to a partial"
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), "no inline script (CSP)"
    assert not re.search(r"{%[^%\n]*\n", text), "a tag that goes over lines is shown as text"
    assert not re.search(r"\sstyle=", text), "no style attribute (CSP)"
    assert not re.search(r"\son[a-z]+=|hx-on|javascript:|js:", text), "no inline handler (CSP)"
    assert not re.search(r"\|safe\b|autoescape off", text), "nothing is marked safe in a template"
    assert not re.search(r"https?://(?!www\.w3\.org/|(?:[\w-]+\.)*example\.(?:org|com)\b)", text), "no foreign origin"


@pytest.mark.parametrize("path", templates(), ids=lambda p: p.relative_to(ROOT / "templates").as_posix())
def test_template_compares_no_numbers(path: Path) -> None:
    tags = re.findall(r"{%\s*(?:if|elif)\s+(.*?)%}", path.read_text())
    assert [tag for tag in tags if re.search(r"[<>]=?\s*-?\d*\.\d|(?:accuracy|coverage|value|score)\s*[<>]", tag)] == []


def test_partials_lie_beside_their_page() -> None:
    for path in templates():
        for name in re.findall(r"{%\s*include\s+[\"']([^\"']+)[\"']", path.read_text()):
            assert Path(name).name.startswith("_"), f"{path.name} includes {name}: a partial starts with _"
            assert (ROOT / "templates" / name).exists(), f"{path.name} includes {name}, which is not there"
