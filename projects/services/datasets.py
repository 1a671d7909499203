"""Dataset versions that people and CI report for an initiative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import DatasetVersion, Initiative
from projects.progress.datasets.dvc_files import DvcError, read_dvc
from projects.services.due import note_due
from projects.services.run_rows import lock_source
from projects.services.texts import whole_text, without_secrets

MOST: Final = 2**62
LONGEST: Final = {"name": 300, "digest": 128, "schema_digest": 128, "labels_digest": 128, "uri": 500}


@dataclass(frozen=True, slots=True)
class DvcRecorded:
    """The versions of a DVC file with `created`, `updated` or `unchanged`, and the paths that were passed over."""

    versions: tuple[tuple[DatasetVersion, str], ...]
    skipped: tuple[str, ...]


@transaction.atomic
def record_dataset(
    principal: Principal,
    initiative: Initiative,
    *,
    name: str,
    digest: str,
    rows: int | None = None,
    schema_digest: str | None = None,
    labels_digest: str | None = None,
    size: int | None = None,
    files: int | None = None,
    uri: str | None = None,
    source: str = "api",
) -> tuple[DatasetVersion, str]:
    """Upsert a dataset version by name and digest; return it and `created`, `updated` or `unchanged`.

    Absent parts stay as they are; `source` is who told first. User, password and query of a `uri` are not kept.
    Raises ValidationError({field: text}).
    """
    texts = {"schema_digest": schema_digest, "labels_digest": labels_digest, "uri": uri}
    numbers = {"rows": rows, "size": size, "files": files}
    _check(name, digest, texts, numbers)
    lock_source(initiative)
    given = {field: value for field, value in {**texts, **numbers}.items() if value is not None}
    if uri is not None:
        given["uri"] = without_secrets(uri)
    version, created = DatasetVersion.objects.get_or_create(
        workspace=principal.workspace,
        initiative=initiative,
        name=name,
        digest=digest,
        defaults={**given, "source": source},
    )
    changed = [] if created else [field for field, value in given.items() if getattr(version, field) != value]
    if not created and not changed:
        return version, "unchanged"
    for field in changed:
        setattr(version, field, given[field])
    if changed:
        version.save(update_fields=changed)
    after = {"name": name, "digest": digest, **given}
    record_audit(principal, "record", "dataset", f"{initiative.key} {name}", after=after)
    note_due([initiative.pk], "dataset recorded")
    return version, "created" if created else "updated"


def _check(name: Any, digest: Any, texts: Mapping[str, Any], numbers: Mapping[str, Any]) -> None:
    errors = {}
    for field, value in (("name", name), ("digest", digest)):
        wrong = whole_text(value, LONGEST[field], empty=False)
        if wrong:
            errors[field] = f"This {wrong}."
    for field, value in texts.items():
        wrong = None if value is None else whole_text(value, LONGEST[field])
        if wrong:
            errors[field] = f"This {wrong}."
    for field, value in numbers.items():
        if value is not None and (type(value) is not int or not 0 <= value <= MOST):
            errors[field] = "This is a whole number that is not negative."
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def record_dvc(
    principal: Principal, initiative: Initiative, *, text: str, path: str = "", only: Sequence[str] = ()
) -> DvcRecorded:
    """Record the versions that a `.dvc` file or a `dvc.lock` pins, all or none; see `read_dvc` for `path` and `only`.

    Raises ValidationError({field: text}).
    """
    try:
        found = read_dvc(text, path, only)
    except DvcError as error:
        raise ValidationError({"text": str(error)}) from None
    if not found.data:
        raise ValidationError({"only": "None of its paths is data by these patterns, or has a hash."})
    try:
        recorded = tuple(
            record_dataset(
                principal,
                initiative,
                name=each.name,
                digest=each.digest,
                size=each.size,
                files=each.files,
                uri=each.uri[: LONGEST["uri"]] or None,
                source="dvc",
            )
            for each in found.data
        )
    except ValidationError as error:
        raise ValidationError({"text": " ".join(error.messages)}) from None
    return DvcRecorded(recorded, found.skipped)
