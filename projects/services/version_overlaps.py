"""What two dataset versions share, where one measures a model that was trained on the other: counted, or told."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.access import datasets_of
from projects.models import DatasetVersion, Initiative, SplitHashes, VersionOverlap
from projects.progress.datasets.row_hashes import of_bytes
from projects.progress.datasets.version_overlap import SplitRows, VersionsShare, versions_share
from projects.selectors.datasets import using_initiatives
from projects.services.due import note_due
from projects.services.run_rows import lock_source

MOST: Final = 2**62
OTHERS: Final = 20
"""With so many other versions, the newest, rows are compared."""


def count_version_overlaps(initiative: Initiative, version: DatasetVersion) -> None:
    """Count what a version shares with the initiative's newest others whose hashes are kept.

    It belongs to the caller's transaction. What was counted before goes; what was told stays where hashes do not tell
    all.
    """
    ours = _rows_of(version)
    of_it = Q(measured=version) | Q(trained=version)
    VersionOverlap.objects.filter(of_it, is_counted=True).delete()
    if all(each.rows is None for each in ours.values()):
        return
    others = datasets_of(initiative).filter(splits__hashes__isnull=False).exclude(pk=version.pk)
    for other in others.order_by("-recorded_at", "-id").distinct()[:OTHERS]:
        theirs = _rows_of(other)
        _keep(version, other, versions_share(ours, theirs))
        _keep(other, version, versions_share(theirs, ours))


@transaction.atomic
def record_version_overlap(
    principal: Principal,
    initiative: Initiative,
    measured: DatasetVersion,
    trained: DatasetVersion,
    *,
    rows: int,
    groups: int | None = None,
) -> str:
    """Keep how many rows of a version are in one that models are trained on; return `updated` or `unchanged`.

    The initiatives that use either are judged again. Raises ValidationError({field: text}).
    """
    _check(measured, trained, {"rows": rows, "groups": groups})
    lock_source(initiative)
    kept = VersionOverlap.objects.filter(measured=measured, trained=trained).first()
    if kept is not None and kept.is_counted:
        found = versions_share(_rows_of(measured), _rows_of(trained))
        if rows < kept.rows or (found is not None and found.is_whole):
            raise ValidationError({"rows": "What these versions share follows from the hashes of their rows."})
    if kept is not None and (kept.rows, kept.groups, kept.is_counted) == (rows, groups, False):
        return "unchanged"
    values = {"rows": rows, "groups": groups, "is_counted": False}
    VersionOverlap.objects.update_or_create(measured=measured, trained=trained, defaults=values)
    after = {"trained": str(trained), "rows": rows, "groups": groups}
    record_audit(principal, "record", "dataset", f"{initiative.key} {measured.name}", after=after)
    note_due({initiative.pk, *using_initiatives(measured), *using_initiatives(trained)}, "overlap recorded")
    return "updated"


def _check(measured: DatasetVersion, trained: DatasetVersion, counts: dict[str, int | None]) -> None:
    if measured.pk == trained.pk:
        raise ValidationError({"trained_id": "Name another version: what splits of one share is told with its splits."})
    most = min((each.rows for each in (measured, trained) if each.rows is not None), default=MOST)
    for field, n in counts.items():
        if n is not None and (type(n) is not int or not 0 <= n <= most):
            raise ValidationError({field: f"This is a whole number from 0 to {most}."})


def _rows_of(version: DatasetVersion) -> dict[str, SplitRows]:
    """Return the hashes that are kept of each split; two queries."""
    found = dict.fromkeys(version.splits.values_list("name", flat=True), SplitRows())
    kept = SplitHashes.objects.filter(split__version=version).select_related("split")
    for each in kept:
        groups = None if each.groups is None else of_bytes(each.groups)
        found[each.split.name] = SplitRows(of_bytes(each.rows), groups)
    return found


def _keep(measured: DatasetVersion, trained: DatasetVersion, found: VersionsShare | None) -> None:
    if found is None:
        return
    values = {"rows": found.rows, "groups": found.groups, "is_counted": True}
    if found.is_whole:
        VersionOverlap.objects.update_or_create(measured=measured, trained=trained, defaults=values)
    else:
        VersionOverlap.objects.get_or_create(measured=measured, trained=trained, defaults=values)
