"""Which runs count for an initiative, as people set it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Connection, Initiative, SelectionRule
from projects.services.due import note_due
from projects.services.links import sync_links
from projects.services.texts import whole_text

MOST_RULES: Final = 50
_TEXTS: Final = {"tag_key": 250, "tag_value": 500, "registered_model": 256, "alias": 256}
FIELDS: Final = ("connection", "experiment_ids", *_TEXTS)


@transaction.atomic
def set_selection(
    principal: Principal, initiative: Initiative, rules: Sequence[Mapping[str, Any]]
) -> list[SelectionRule]:
    """Replace the initiative's rules and make its links follow; return the new rules.

    A rule is `{"connection": con_…, "experiment_ids": […], "tag_key", "tag_value", "registered_model", "alias"}`;
    all but the connection may be absent, and an absent part fits every run. Raises ValidationError.
    """
    if len(rules) > MOST_RULES:
        raise ValidationError({"rules": f"An initiative has at most {MOST_RULES} rules."})
    checked = [_checked(position, rule) for position, rule in enumerate(rules)]
    old = list(SelectionRule.objects.filter(initiative=initiative).select_related("connection").order_by("id"))
    named = {each["connection"] for each in checked}
    locked = _locked(initiative, named, [each.connection_id for each in old])
    by_id = {each.public_id: each for each in locked}
    missing = sorted(named - set(by_id))
    if missing:
        raise ValidationError({"rules": f"There is no connection {missing[0][:40]} here."})
    SelectionRule.objects.filter(initiative=initiative).delete()
    made = SelectionRule.objects.bulk_create(
        SelectionRule(initiative=initiative, **{**each, "connection": by_id[each["connection"]]}) for each in checked
    )
    before, after = [_shown(each) for each in old], [_shown(each) for each in made]
    if before != after:
        record_audit(
            principal, "select", "initiative", initiative.key, before={"rules": before}, after={"rules": after}
        )
    _follow(initiative, locked)
    return made


def _locked(initiative: Initiative, public_ids: set[str], numbers: Sequence[int]) -> list[Connection]:
    """Hold the connections in the order of their rows, so that pulls and other changes wait."""
    ours = Connection.objects.filter(workspace_id=initiative.workspace_id)
    wanted = ours.filter(public_id__in=public_ids) | ours.filter(pk__in=numbers)
    return list(wanted.select_for_update(no_key=True).order_by("id"))


def _follow(initiative: Initiative, connections: Sequence[Connection]) -> None:
    moved = {initiative.pk}
    for each in connections:
        moved |= sync_links(each)
    note_due(moved, "selection changed")


def _checked(position: int, rule: Any) -> dict[str, Any]:
    if not isinstance(rule, Mapping):
        raise ValidationError({"rules": f"Rule {position + 1} is no object."})
    unknown = sorted(str(key) for key in rule if key not in FIELDS)
    if unknown:
        raise ValidationError({"rules": f"Rule {position + 1} has an unknown field {unknown[0][:80]!r}."})
    if not isinstance(rule.get("connection"), str):
        raise ValidationError({"rules": f"Rule {position + 1} names no connection."})
    ids = rule.get("experiment_ids", [])
    if not isinstance(ids, list) or len(ids) > 1_000 or any(whole_text(each, 100, empty=False) for each in ids):
        raise ValidationError({"rules": f"Rule {position + 1}: experiment_ids is a list of ids in quotes."})
    texts = {name: rule.get(name, "") for name in _TEXTS}
    for name, value in texts.items():
        wrong = whole_text(value, _TEXTS[name])
        if wrong:
            raise ValidationError({"rules": f"Rule {position + 1}: {name} {wrong}."})
    if texts["tag_value"] and not texts["tag_key"]:
        raise ValidationError({"rules": f"Rule {position + 1}: a tag_value needs a tag_key."})
    return {"connection": rule["connection"], "experiment_ids": list(dict.fromkeys(ids)), **texts}


def _shown(rule: SelectionRule) -> dict[str, Any]:
    parts = {name: getattr(rule, name) for name in ("experiment_ids", *_TEXTS)}
    return {"connection": rule.connection.public_id, **{name: value for name, value in parts.items() if value}}
