"""Taking a workspace away, or away for good: every table of it as JSON lines in a ZIP, and deletion by name."""

from __future__ import annotations

import base64
import json
import logging
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from kpis.models import Reading
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models import (
    Annotation,
    AuditedTask,
    CaseBlock,
    EvaluationStratum,
    LabelTask,
    MetricValue,
    Observation,
    RunDataset,
    RunLink,
)

FORMAT = "mltrack-workspace-1"
APPS = ("accounts", "projects", "kpis")
SECRETS = frozenset(
    {
        "sealed_secret",
        "sealed_webhook_secret",
        "sealed_url",
        "sealed_old_secret",
        "secret_hash",
        "token_hash",
        "code_hash",
    }
)
# Working rows of the moment, sums that follow from other tables, and what belongs to no workspace.
LEFT_OUT = frozenset(
    {"IdempotencyRecord", "ThrottleCounter", "FirstRunCode", "Heartbeat", "JudgeDue", "Breaker", "UploadBlock", "User"}
    | {"NudgeDelivery", "Annotator", "LabelingTally", "SplitHashes", "AlertWatch", "FormulaDue", "MonitorWatch"}
)
# Who labeled what, and how fast, is for the labeling lead alone and leaves with nobody.
WITHHELD = {"Annotation": frozenset({"annotator", "lead_time"})}
LARGEST: tuple[type[models.Model], ...] = (
    Annotation,
    AuditedTask,
    LabelTask,
    CaseBlock,
    EvaluationStratum,
    MetricValue,
    Observation,
    RunDataset,
    RunLink,
    Reading,
)
CHUNK = 2_000
log = logging.getLogger(__name__)


def exported_models() -> dict[type[models.Model], str]:
    """Return each table of a workspace with the path from it to its workspace, shortest first.

    Raises LookupError for a table without one, so that a new table is either exported or named in LEFT_OUT.
    """
    paths: dict[type[models.Model], str] = {Workspace: "pk"}
    waiting = [
        model for label in APPS for model in apps.get_app_config(label).get_models() if model.__name__ not in LEFT_OUT
    ]
    waiting.remove(Workspace)
    while waiting:
        found = {model: path for model in waiting if (path := _path(model, paths))}
        if not found:
            raise LookupError(f"No way leads to the workspace from {', '.join(each.__name__ for each in waiting)}.")
        paths |= found
        waiting = [model for model in waiting if model not in found]
    return paths


def export_workspace(principal: Principal, target: IO[bytes]) -> dict[str, int]:
    """Write a ZIP with one `.jsonl` file per table and a manifest; return the number of rows by table.

    Rows are streamed, a table at a time. Secrets, hashes of secrets and who labeled what are left out; people appear
    by name and address, bytes in base64.
    """
    counts: dict[str, int] = {}
    with transaction.atomic(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        record_audit(principal, "export", "workspace", principal.workspace.key)
        for model, path in exported_models().items():
            name = f"{model._meta.app_label}.{model.__name__.lower()}"
            with archive.open(f"{name}.jsonl", "w", force_zip64=True) as file:
                counts[name] = 0
                for row in _rows(model, path, principal.workspace):
                    file.write(json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n")
                    counts[name] += 1
        manifest = {
            "format": FORMAT,
            "workspace": principal.workspace.key,
            "at": _plain(timezone.now()),
            "rows": counts,
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return counts


@transaction.atomic
def delete_workspace(principal: Principal, *, typed_name: str) -> None:
    """Delete a workspace with everything in it, once its name was typed. Raises ValidationError where it was not."""
    workspace = Workspace.objects.select_for_update().get(pk=principal.workspace.pk)
    if typed_name.strip() != workspace.name:
        raise ValidationError({"typed_name": f"Type the workspace's name, {workspace.name}, to delete it."})
    paths = exported_models()
    # The largest tables go first, in one statement each; the rest follows by their foreign keys.
    for model in LARGEST:
        model._default_manager.filter(**{paths[model]: workspace.pk}).delete()
    workspace.delete()
    log.warning("Workspace %s was deleted by %s", workspace.key, principal.user)


def _path(model: type[models.Model], known: dict[type[models.Model], str]) -> str:
    """Return the path to the workspace by the first foreign key that leads there, an own `workspace` first.

    A `workspace` without an index leads nowhere soon.
    """
    keys = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    keys = [key for key in keys if key.name != "workspace" or getattr(key, "db_index", True)]
    for key in sorted(keys, key=lambda key: key.name != "workspace"):
        if not key.null and key.related_model in known:
            rest = known[key.related_model]
            return key.name if rest == "pk" else f"{key.name}__{rest}"
    return ""


def _rows(model: type[models.Model], path: str, workspace: Workspace) -> Iterator[dict[str, Any]]:
    hidden = SECRETS | WITHHELD.get(model.__name__, frozenset())
    fields = [field for field in model._meta.concrete_fields if field.name not in hidden]
    people = [f.name for f in fields if isinstance(f, models.ForeignKey) and f.related_model.__name__ == "User"]
    rows = model._default_manager.filter(**{path: workspace.pk}).select_related(*people).order_by("pk")
    for row in rows.iterator(CHUNK):
        yield {field.name: _value(row, field, people) for field in fields}


def _value(row: models.Model, field: models.Field[Any, Any], people: list[str]) -> Any:
    if field.name in people:
        person = getattr(row, field.name)
        return None if person is None else {"name": person.name, "email": person.email}
    return _plain(getattr(row, field.attname))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value
