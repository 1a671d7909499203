"""The register of sources: made, edited, archived, and what each feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, User
from mltrack.accounts.services.audit import record_audit
from projects.models import DataSource, Initiative, SourceFeature
from projects.models.observations import validate_source_key
from projects.services.due import note_due
from projects.services.texts import json_safe, whole_text

EDITABLE: Final = ("name", "owner", "note", "archived", "features")
MOST_FEATURES: Final = 1_000
LONGEST_NOTE: Final = 5_000
Feature = tuple[str, str]


@transaction.atomic
def create_source(principal: Principal, *, key: str, name: str, **fields: Any) -> DataSource:
    """Return a new source of the workspace; `fields` are those of `edit_source`.

    Raises ValidationError({field: text}).
    """
    source = DataSource(workspace=principal.workspace, key=key)
    try:
        validate_source_key(key)
    except ValidationError as error:
        raise ValidationError({"key": error.messages}) from error
    if len(key) > 60:
        raise ValidationError({"key": "A source's key is at most 60 characters."})
    given = {"name": name, **fields}
    wanted = _checked(principal, given)
    _assign(source, wanted)
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError as error:
        raise ValidationError({"key": f"There is a source {key} already."}) from error
    touched = _set_features(source, wanted["features"]) if wanted.get("features") else set()
    record_audit(principal, "create", "data source", key, after=_told(source))
    note_due(touched, "data source")
    return source


@transaction.atomic
def edit_source(principal: Principal, source: DataSource, changes: Mapping[str, Any]) -> DataSource:
    """Return the source with its name, owner, note, `archived` or `features` changed.

    `features` are pairs of an initiative's key and a feature, and replace all that it fed. What does not change is
    not written. Raises ValidationError({field: text}).
    """
    locked = DataSource.objects.select_for_update(no_key=True, of=("self",)).get(pk=source.pk)
    locked.workspace = principal.workspace
    wanted = _checked(principal, changes)
    before = _told(locked)
    _assign(locked, wanted)
    locked.save()
    touched = _set_features(locked, wanted["features"]) if "features" in wanted else set()
    after = _told(locked)
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return locked
    if changed != ["features"]:
        touched |= set(locked.features.values_list("initiative_id", flat=True))
    record_audit(
        principal,
        "edit",
        "data source",
        locked.key,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    note_due(touched, "data source")
    return locked


def _checked(principal: Principal, given: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, str] = {name: "There is no such field." for name in given if name not in EDITABLE}
    wanted = {name: value for name, value in given.items() if name in EDITABLE}
    for name, longest in (("name", 120), ("note", LONGEST_NOTE)):
        wrong = whole_text(wanted[name], longest, empty=name == "note") if name in wanted else None
        if wrong:
            errors[name] = f"This {wrong}."
    owner = wanted.get("owner")
    if owner is not None and not _is_member(principal, owner):
        errors["owner"] = "The owner is a member of this workspace."
    if "features" in wanted:
        wanted["features"] = _features(principal, wanted["features"], errors)
    if errors:
        raise ValidationError(errors)
    return wanted


def _is_member(principal: Principal, owner: Any) -> bool:
    return isinstance(owner, User) and Member.objects.filter(workspace=principal.workspace, user=owner).exists()


def _features(principal: Principal, given: Sequence[Feature], errors: dict[str, str]) -> set[tuple[int, str]]:
    if len(given) > MOST_FEATURES:
        errors["features"] = f"A source feeds at most {MOST_FEATURES:,} features."
        return set()
    keys = {key for key, _ in given if whole_text(key, 60, empty=False) is None}
    known = dict(Initiative.objects.filter(workspace=principal.workspace, key__in=keys).values_list("key", "pk"))
    found: set[tuple[int, str]] = set()
    for key, feature in given:
        wrong = whole_text(feature, 120, empty=False)
        if key not in keys:
            errors["features"] = "An initiative is named by its key."
        elif key not in known:
            errors["features"] = f"No initiative {key} here."
        elif wrong or not feature.isprintable():
            errors["features"] = f"A feature {wrong or 'has printable characters only'}."
        else:
            found.add((known[key], feature.strip()))
    return found


def _assign(source: DataSource, wanted: Mapping[str, Any]) -> None:
    for name in ("name", "note"):
        if name in wanted:
            setattr(source, name, wanted[name].strip())
    if "owner" in wanted:
        source.owner = wanted["owner"]
    if "archived" in wanted and wanted["archived"] != (source.archived_at is not None):
        source.archived_at = timezone.now() if wanted["archived"] else None


def _set_features(source: DataSource, wanted: set[tuple[int, str]]) -> set[int]:
    """Make these the source's features; return the initiatives of those that came or went."""
    kept = {(each.initiative_id, each.feature): each.pk for each in source.features.all()}
    gone, new = kept.keys() - wanted, wanted - kept.keys()
    source.features.filter(pk__in=[kept[each] for each in gone]).delete()
    rows = [SourceFeature(source=source, initiative_id=pk, feature=name) for pk, name in sorted(new)]
    SourceFeature.objects.bulk_create(rows)
    return {pk for pk, _ in gone | new}


def _told(source: DataSource) -> dict[str, Any]:
    feeds = source.features.order_by("initiative__key", "feature").values_list("initiative__key", "feature")
    values = {"name": source.name, "owner": source.owner, "note": source.note}
    return {
        **json_safe(values),
        "archived": source.archived_at is not None,
        "features": [f"{key} {feature}" for key, feature in feeds],
    }
