"""Dataset versions that people and CI report for an initiative."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import DatasetVersion, Initiative
from projects.services.due import note_due
from projects.services.run_rows import lock_source
from projects.services.texts import whole_text

_MOST_ROWS = 2**62


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
) -> tuple[DatasetVersion, str]:
    """Upsert a dataset version by name and digest; return it and `created`, `updated` or `unchanged`.

    Absent parts stay as they are. Raises ValidationError({field: text}).
    """
    _check(name, digest, rows, schema_digest, labels_digest)
    lock_source(initiative)
    given = {"rows": rows, "schema_digest": schema_digest, "labels_digest": labels_digest}
    given = {field: value for field, value in given.items() if value is not None}
    version, created = DatasetVersion.objects.get_or_create(
        workspace=principal.workspace, initiative=initiative, name=name, digest=digest, defaults=given
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


def _check(name: Any, digest: Any, rows: Any, schema_digest: Any, labels_digest: Any) -> None:
    errors = {}
    for field, value, longest in (("name", name, 300), ("digest", digest, 128)):
        wrong = whole_text(value, longest, empty=False)
        if wrong:
            errors[field] = f"This {wrong}."
    for field, value in (("schema_digest", schema_digest), ("labels_digest", labels_digest)):
        wrong = None if value is None else whole_text(value, 128)
        if wrong:
            errors[field] = f"This {wrong}."
    if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool) or not 0 <= rows <= _MOST_ROWS):
        errors["rows"] = "This is a whole number that is not negative."
    if errors:
        raise ValidationError(errors)
