"""The splits of a dataset version, counted from hashes of rows or told as counts, and what they share.

Hashes are counted and then kept for the newest five versions of a name alone, 8 bytes a row, so that versions can be
compared by rows. They are made without a key: who can guess a row can tell whether it is there. Who may not send them
sends counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import DatasetSplit, DatasetVersion, Initiative, SplitHashes, SplitOverlap
from projects.progress.datasets.row_hashes import (
    MOST_ROWS,
    Counted,
    Hashes,
    counted,
    of_bytes,
    shared,
    to_bytes,
    unpacked,
)
from projects.progress.datasets.splits import Overlap, leak_of
from projects.selectors.datasets import as_overlap, overlaps_of, splits_of, using_initiatives
from projects.services.due import note_due
from projects.services.run_rows import lock_source
from projects.services.version_overlaps import count_version_overlaps

MOST_SPLITS: Final = 10
KEPT_VERSIONS: Final = 5
COUNTED: Final = ("rows", "digest", "duplicates", "groups")


@dataclass(frozen=True, slots=True)
class SplitInput:
    """A split as it is reported: either `hashes` of its rows (and of its groups), in base64, or the counts."""

    name: str
    rows: int | None = None
    digest: str | None = None
    duplicates: int | None = None
    groups: int | None = None
    class_counts: Mapping[str, int] | None = None
    hashes: str | None = None
    group_hashes: str | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    fields: Mapping[str, Any]
    rows: Hashes | None = None
    groups: Hashes | None = None


@transaction.atomic
def record_splits(
    principal: Principal,
    initiative: Initiative,
    version: DatasetVersion,
    splits: Sequence[SplitInput],
    overlaps: Sequence[Overlap] = (),
) -> str:
    """Upsert a version's splits by name, and what they share; return `updated` or `unchanged`.

    A split that is reported replaces the one of its name whole, with its overlaps. The initiatives that use the
    version are judged again. Raises ValidationError({field: text}).
    """
    read = _read(splits)
    lock_source(version.initiative or initiative)
    DatasetVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    before = {each.name: each for each in splits_of(version)}
    _check_room({*before, *read}, version, read)
    changed = [name for name, each in read.items() if _differs(before.get(name), each)]
    written = {name: _write(version, name, read[name]) for name in changed}
    _check_overlaps(overlaps, {*before, *read})
    told = _overlaps(version, {**before, **written}, frozenset(changed), overlaps)
    if not changed and not told:
        return "unchanged"
    _note_leak(version)
    if changed:
        count_version_overlaps(initiative, version)
    _forget_older(version)
    after = {"splits": {name: read[name].fields["rows"] for name in changed}, "overlaps": told}
    record_audit(principal, "record", "dataset", f"{initiative.key} {version.name}", after=after)
    note_due({initiative.pk, *using_initiatives(version)}, "splits recorded")
    return "updated"


def _read(splits: Sequence[SplitInput]) -> dict[str, _Read]:
    """Return what each split says, by name. Raises ValidationError."""
    found: dict[str, _Read] = {}
    for each in splits:
        if each.name in found:
            raise ValidationError({"splits": f"{each.name} is reported twice."})
        found[each.name] = _from_counts(each) if each.hashes is None else _from_hashes(each, each.hashes)
        _check_counts(each.name, found[each.name].fields)
    return found


def _from_counts(given: SplitInput) -> _Read:
    if given.rows is None:
        raise ValidationError({"splits": f"{given.name} needs rows, or hashes of them."})
    if given.group_hashes is not None:
        raise ValidationError({"splits": f"{given.name} has hashes of groups, but none of rows."})
    fields = {name: getattr(given, name) for name in (*COUNTED, "class_counts")}
    return _Read({**fields, "digest": given.digest or ""})


def _from_hashes(given: SplitInput, text: str) -> _Read:
    told = [name for name in COUNTED if getattr(given, name) is not None]
    if told:
        raise ValidationError({"splits": f"{given.name} has hashes, from which {' and '.join(told)} follow."})
    rows = _counted(given.name, text)
    groups = None if given.group_hashes is None else _counted(given.name, given.group_hashes)
    fields = {
        "rows": rows.rows,
        "digest": rows.digest,
        "duplicates": rows.duplicates,
        "groups": None if groups is None else len(groups.distinct),
        "class_counts": given.class_counts,
    }
    return _Read(fields, rows.distinct, None if groups is None else groups.distinct)


def _counted(name: str, text: str) -> Counted:
    try:
        return counted(unpacked(text))
    except ValueError as error:
        raise ValidationError({"splits": f"What is sent of {name} {error}."}) from None


def _check_counts(name: str, fields: Mapping[str, Any]) -> None:
    rows = fields["rows"]
    for part in ("duplicates", "groups"):
        if fields[part] is not None and fields[part] > rows:
            raise ValidationError({"splits": f"{name} has {rows} rows, but {fields[part]} {part}."})
    by_class = list((fields["class_counts"] or {}).values())
    if any(type(each) is not int or each < 0 for each in by_class):
        raise ValidationError({"splits": f"The rows of a class of {name} are counted from 0."})
    if sum(by_class) > rows:
        raise ValidationError({"splits": f"{name} has {rows} rows, but more by class."})


def _check_room(names: set[str], version: DatasetVersion, read: Mapping[str, _Read]) -> None:
    if len(names) > MOST_SPLITS:
        raise ValidationError({"splits": f"A version has at most {MOST_SPLITS} splits."})
    kept = version.splits.filter(hashes__isnull=False).exclude(name__in=read).values_list("rows", flat=True)
    sent = sum(each.fields["rows"] for each in read.values() if each.rows is not None)
    if sent and sent + sum(kept) > MOST_ROWS:
        raise ValidationError({"splits": f"The hashes of more than {MOST_ROWS:,} rows are sent: send counts instead."})


def _differs(kept: DatasetSplit | None, read: _Read) -> bool:
    if kept is None or any(getattr(kept, name) != value for name, value in read.fields.items()):
        return True
    return (read.rows is not None) != SplitHashes.objects.filter(split=kept).exists()


def _write(version: DatasetVersion, name: str, read: _Read) -> DatasetSplit:
    version.splits.filter(name=name).delete()
    made = DatasetSplit.objects.create(version=version, name=name, **read.fields)
    if read.rows is not None:
        groups = None if read.groups is None else to_bytes(read.groups)
        SplitHashes.objects.create(split=made, rows=to_bytes(read.rows), groups=groups)
    return made


def _check_overlaps(overlaps: Sequence[Overlap], names: set[str]) -> None:
    for each in overlaps:
        unknown = [name for name in (each.left, each.right) if name not in names]
        if unknown or each.left == each.right:
            raise ValidationError({"overlaps": f"{unknown[0]} is no split." if unknown else "Name two splits."})


def _overlaps(
    version: DatasetVersion, splits: Mapping[str, DatasetSplit], changed: frozenset[str], told: Sequence[Overlap]
) -> list[dict[str, Any]]:
    """Count what changed splits share with every other by their hashes, and keep what is told; return what is new."""
    hashed = set(version.splits.filter(hashes__isnull=False).values_list("name", flat=True))
    found = {frozenset((each.left, each.right)): each for each in _counted_overlaps(splits, changed & hashed, hashed)}
    for each in told:
        if {each.left, each.right} <= hashed:
            raise ValidationError({"overlaps": f"What {each.left} and {each.right} share follows from their hashes."})
        smaller = min(splits[each.left].rows, splits[each.right].rows)
        if max(each.rows, each.groups or 0) > smaller:
            raise ValidationError({"overlaps": f"{each.left} and {each.right} cannot share more than {smaller}."})
        found[frozenset((each.left, each.right))] = each
    return [row for each in found.values() if (row := _keep(version, splits, each))]


def _counted_overlaps(
    splits: Mapping[str, DatasetSplit], changed: frozenset[str], hashed: set[str]
) -> Iterator[Overlap]:
    """Yield what each changed split shares with every other, once a pair."""
    if not changed:
        return
    rows = {each.pk: each for each in SplitHashes.objects.filter(split__in=[splits[name] for name in hashed])}
    for left in sorted(changed):
        for right in sorted(hashed):
            if right not in changed or left < right:
                yield _shared(left, right, rows[splits[left].pk], rows[splits[right].pk])


def _shared(left: str, right: str, ours: SplitHashes, theirs: SplitHashes) -> Overlap:
    groups = None
    if ours.groups is not None and theirs.groups is not None:
        groups = shared(of_bytes(ours.groups), of_bytes(theirs.groups))
    return Overlap(left, right, shared(of_bytes(ours.rows), of_bytes(theirs.rows)), groups)


def _keep(version: DatasetVersion, splits: Mapping[str, DatasetSplit], each: Overlap) -> dict[str, Any] | None:
    left, right = sorted((splits[each.left], splits[each.right]), key=lambda split: split.pk)
    values = {"rows": each.rows, "groups": each.groups}
    kept, made = SplitOverlap.objects.get_or_create(version=version, left=left, right=right, defaults=values)
    if not made:
        if (kept.rows, kept.groups) == (each.rows, each.groups):
            return None
        SplitOverlap.objects.filter(pk=kept.pk).update(**values)
    return {"left": left.name, "right": right.name, **values}


def _note_leak(version: DatasetVersion) -> None:
    names = [each.name for each in splits_of(version)]
    found = leak_of(names, [as_overlap(each) for each in overlaps_of(version)])
    version.leaked_rows, version.leaked_groups = found.rows, found.groups
    version.save(update_fields=["leaked_rows", "leaked_groups"])


def _forget_older(version: DatasetVersion) -> None:
    """Delete the hashes of all but the newest few versions of this name; what was counted from them stays."""
    same = DatasetVersion.objects.filter(
        workspace=version.workspace_id, initiative=version.initiative_id, name=version.name
    )
    newest = same.filter(splits__hashes__isnull=False).order_by("-recorded_at", "-id").distinct()[:KEPT_VERSIONS]
    older = SplitHashes.objects.filter(split__version__in=same).exclude(split__version__in=[each.pk for each in newest])
    older.delete()
