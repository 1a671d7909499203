"""Vendored files are what they are pinned to be; weights stay within their budgets."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from plotly.offline import get_plotlyjs_version

from mltrack import bundles, env
from mltrack.bundles import SCRIPTS, STATIC, STYLES
from mltrack.statuses import STATUSES

VENDOR = STATIC / "vendor"
MANIFEST = json.loads((VENDOR / "vendored.json").read_text())
SYMBOLS = set(re.findall(r'<symbol id="([\w-]+)"', (VENDOR / "icons.svg").read_text()))


def gz(text: str | bytes) -> int:
    return len(gzip.compress(text.encode() if isinstance(text, str) else text, 9))


@pytest.mark.parametrize("name", sorted(MANIFEST["sha256"]))
def test_vendored_files_are_the_pinned_ones(name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == MANIFEST["sha256"][name]


def test_nothing_is_vendored_that_is_not_pinned() -> None:
    assert {path.name for path in VENDOR.iterdir()} == {*MANIFEST["sha256"], "vendored.json"}


def test_every_package_brings_its_licence() -> None:
    for package in MANIFEST["packages"]:
        licence = next(target for target in package["files"].values() if target.endswith("LICENSE.txt"))
        assert (VENDOR / licence).stat().st_size > 300
        assert package["licence"]


def test_plotly_is_the_release_that_the_server_builds_figures_for() -> None:
    version = next(p["version"] for p in MANIFEST["packages"] if p["name"].startswith("plotly"))
    assert version == get_plotlyjs_version()
    assert f"v{version}" in (VENDOR / "plotly-basic.min.js").read_text()[:200]


def test_htmx_says_its_pinned_version() -> None:
    version = next(p["version"] for p in MANIFEST["packages"] if p["name"] == "htmx.org")
    assert f'"{version}"' in (VENDOR / "htmx.min.js").read_text()


def test_styles_weigh_at_most_15_kilobytes() -> None:
    assert gz(bundles.stylesheet()) <= 15_000


def test_scripts_without_charts_weigh_at_most_40_kilobytes() -> None:
    assert gz(bundles.script()) + gz((VENDOR / "htmx.min.js").read_bytes()) <= 40_000


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_module_is_small_and_needs_no_eval(name: str) -> None:
    text = (STATIC / "js" / f"{name}.js").read_text()
    assert gz(text) <= 2_000
    assert not re.search(r"\beval\(|new Function|^\s*(import|export)\b|setAttribute\(\"style\"", text, re.M)


def test_every_source_is_part_of_a_bundle() -> None:
    assert {path.stem for path in (STATIC / "js").glob("*.js")} == set(SCRIPTS)
    assert {path.stem for path in (STATIC / "css").glob("*.css")} == {*STYLES, "plotly"}


def test_the_sprite_is_small_and_holds_every_shape() -> None:
    assert (VENDOR / "icons.svg").stat().st_size < 20_000
    assert {status.shape for values in STATUSES.values() for status in values.values()} <= SYMBOLS


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    named = {
        (path.name, name)
        for path in (env.BASE_DIR / "templates").rglob("*.html")
        for name in re.findall(r"""{% icon ["']([\w-]+)["']""", path.read_text())
    }
    assert len(named) > 30
    assert {(page, name) for page, name in named if name not in SYMBOLS} == set()


def test_bundles_are_found_joined_and_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTRACK_HOME", str(tmp_path))
    found = Path(str(finders.find("css/app.css")))
    assert found == tmp_path / "bundles" / "css" / "app.css"
    assert found.read_text().startswith("@layer reset, tokens, base, layout, components, utilities;")
    found.write_text("old")
    assert Path(str(finders.find("css/app.css"))).read_text() == bundles.stylesheet()
    listed = {path for path, _storage in bundles.BundleFinder().list([])}
    assert listed == {"css/app.css", "js/app.js"}
    assert bundles.BundleFinder().find("css/other.css") == []
    assert bundles.BundleFinder().find("js/app.js", find_all=True) == [str(tmp_path / "bundles" / "js" / "app.js")]


def test_an_unchanged_bundle_is_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTRACK_HOME", str(tmp_path))
    first = bundles.write("js/app.js").stat()
    second = bundles.write("js/app.js").stat()
    assert (first.st_ino, first.st_mtime_ns) == (second.st_ino, second.st_mtime_ns)
