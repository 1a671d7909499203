"""The style guide shows what there is; the frame keeps its promises in plain HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client, override_settings

from mltrack import env
from mltrack.statuses import STATUSES
from tests.mltrack.look.server import SETTINGS

TEMPLATES = env.BASE_DIR / "templates"
INCLUDES = sorted((TEMPLATES / "includes").glob("_*.html"))
GUIDE = (env.BASE_DIR / "docs" / "design-system.md").read_text()


@pytest.fixture
def client() -> Iterator[Client]:
    with override_settings(**SETTINGS):
        yield Client()


def test_every_state_is_shown(client: Client) -> None:
    html = client.get("/styleguide/").content.decode()
    for values in STATUSES.values():
        for status in values.values():
            assert f"</svg>{status.word}</span>" in html


def test_the_sample_figure_is_plain_json_with_a_gap(client: Client) -> None:
    answer = client.get("/styleguide/figure.json")
    figure = json.loads(answer.content, parse_constant=lambda token: pytest.fail(f"bare {token}"))
    assert None in figure["data"][0]["y"]
    assert figure["layout"]["shapes"][0]["line"]["dash"] == "dash"


def test_the_style_guide_only_reads(client: Client) -> None:
    assert client.post("/styleguide/").status_code == 405


def test_the_csrf_token_is_inherited_from_the_body(client: Client) -> None:
    html = client.get("/w/sample/").content.decode()
    assert re.search(r"""<body hx-headers:inherited='\{"X-CSRFToken": "\w{64}"\}'""", html)


def test_errors_are_not_swapped_in_by_default(client: Client) -> None:
    html = client.get("/w/sample/").content.decode()
    config = json.loads(re.findall(r"""name="htmx-config" content='([^']+)'""", html)[0])
    assert {"4xx", "5xx"} <= set(config["noSwap"])


@pytest.mark.parametrize("path", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"])
def test_error_pages_say_what_to_do_and_need_no_context(path: str) -> None:
    with override_settings(**SETTINGS):
        html = render_to_string(path)
    assert "<h1" in html
    assert 'class="btn primary"' in html


@pytest.mark.parametrize("path", INCLUDES, ids=lambda path: path.stem)
def test_every_component_is_in_the_guide(path: Path) -> None:
    frame = {"_head", "_sidebar", "_user_menu", "_bottom_bar", "_toasts", "_palette", "_keys", "_field", "_standstill"}
    assert path.stem in frame or f"`{path.stem}`" in GUIDE


def test_the_guide_names_no_component_that_does_not_exist() -> None:
    named = set(re.findall(r"`(_[a-z_]+)`", GUIDE))
    assert named <= {path.stem for path in INCLUDES}


def test_htmx_is_never_asked_to_evaluate() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"hx-on[:=]|hx-trigger=\"[^\"]*\[|[\"']js:|javascript:", text), path


def test_collected_files_are_hashed_and_refer_to_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTRACK_HOME", str(tmp_path / "home"))
    storage = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    with override_settings(STATIC_ROOT=str(tmp_path / "static"), STORAGES={"staticfiles": storage}):
        call_command("collectstatic", interactive=False, verbosity=0)
    paths = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]
    css = (tmp_path / "static" / paths["css/app.css"]).read_text()
    assert Path(paths["vendor/inter-latin.woff2"]).name in css
    assert Path(paths["img/chevron.svg"]).name in css
    assert (tmp_path / "static" / (paths["js/app.js"] + ".br")).is_file()
