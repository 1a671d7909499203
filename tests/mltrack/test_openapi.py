"""The committed OpenAPI document is the API."""

from __future__ import annotations

from pathlib import Path

import yaml
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "docs" / "openapi.yaml"


def test_the_committed_document_is_the_api_without_warnings(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    assert made.read_text() == COMMITTED.read_text(), "run: manage.py spectacular --file docs/openapi.yaml"


def test_every_operation_says_what_it_does() -> None:
    document = yaml.safe_load(COMMITTED.read_text())
    bare = [
        f"{method} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not str(operation.get("description", "")).partition("\n")[0] or operation["description"].startswith("Needs")
    ]
    assert bare == []
