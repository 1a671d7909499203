"""What a decision is worth to a KPI: the only writer of bridges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from kpis.models import Bridge, Contribution
from kpis.scoring.evaluations.bridge import NAMES
from kpis.scoring.evaluations.formula import FUNCTIONS, LONGEST, FormulaError, read_formula
from kpis.services.contributions import set_contribution
from kpis.services.fields import Fields, finite
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit

BRIDGE_FIELDS = ("volume", "value_per_correct", "cost_per_error", "formula", "inputs")
INPUT = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_INPUTS = 20


@transaction.atomic
def set_bridge(principal: Principal, contribution: Contribution, **given: Any) -> Bridge:
    """Say what a decision is worth, or say it anew.

    `volume` (in-scope cases per period), `value_per_correct` and `cost_per_error` are needed, `formula` over these
    and the names of `inputs` may be empty. Raises ValidationError.
    """
    fields = Fields(given, BRIDGE_FIELDS)
    values: dict[str, Any] = {name: fields.number(name, required=True) for name in BRIDGE_FIELDS[:3]}
    if (values["volume"] or 0) < 0:
        fields.fail("volume", "A number of cases is not negative.")
    values["inputs"] = _inputs(fields)
    values["formula"] = _formula(fields, values["inputs"])
    fields.finish()
    present = Bridge.objects.select_for_update().filter(contribution=contribution).first()
    before = {name: getattr(present, name) for name in BRIDGE_FIELDS} if present else {}
    if present is not None and before == values:
        return present
    made, _ = Bridge.objects.update_or_create(contribution=contribution, defaults={**values, "author": principal.user})
    after = {"kpi": contribution.kpi.key, **values}
    record_audit(principal, "set", "bridge", contribution.initiative.key, before=before, after=after)
    return made


def _inputs(fields: Fields) -> dict[str, float]:
    given = fields.given.get("inputs") or {}
    if not isinstance(given, Mapping) or len(given) > MOST_INPUTS:
        fields.fail("inputs", f"These are at most {MOST_INPUTS} numbers by name.")
        return {}
    found = {}
    for name, value in given.items():
        number = finite(value)
        if not INPUT.fullmatch(str(name)) or name in NAMES or name in FUNCTIONS:
            shown = str(name)[:60]
            fields.fail("inputs", f"“{shown}” is no free name: a–z, 0–9 and _, and none of {', '.join(sorted(NAMES))}.")
        elif number is None:
            fields.fail("inputs", f"“{name}” must be a number within ±1e100.")
        else:
            found[str(name)] = number
    return found


def _formula(fields: Fields, inputs: Mapping[str, float]) -> str:
    text = fields.text("formula", LONGEST)
    if text and "formula" not in fields.errors:
        try:
            read_formula(text, NAMES | set(inputs))
        except FormulaError as error:
            fields.fail("formula", str(error))
    return text


@transaction.atomic
def remove_bridge(principal: Principal, contribution: Contribution) -> None:
    """Forget what a decision is worth; without a bridge nothing happens."""
    present = Bridge.objects.filter(contribution=contribution).first()
    if present is None:
        return
    before = {"kpi": contribution.kpi.key, **{name: getattr(present, name) for name in BRIDGE_FIELDS}}
    present.delete()
    record_audit(principal, "remove", "bridge", contribution.initiative.key, before=before)


@transaction.atomic
def expect_movement(principal: Principal, contribution: Contribution, expected: float, how: str) -> Contribution:
    """Take what a bridge computes as the expected movement of a contribution: a claim, grade E. The date stays."""
    return set_contribution(
        principal,
        contribution.initiative,
        contribution.kpi,
        expected=expected,
        by=contribution.by,
        how=how,
        grade=Contribution.Grade.CLAIM,
    )
