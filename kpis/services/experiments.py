"""Results of experiments, entered by people or pushed by programs."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from kpis.models import KPI, ExperimentResult
from kpis.models.realised import Outcome
from kpis.scoring.realised.experiments import Arm, arm_problem
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative
from projects.services.texts import json_safe

GROUPS: Final = ("treated", "control")
NUMBERS: Final = tuple(f"{group}{part}" for group in GROUPS for part in ("_n", "", "_deviation"))
EXPERIMENT_FIELDS: Final = (
    *("name", "outcome", *NUMBERS, "scale", "starts_on", "ends_on", "link", "note", "external_id"),
)
MOST_CASES: Final = 2_000_000_000


@transaction.atomic
def record_experiment(
    principal: Principal, initiative: Initiative, kpi: KPI, **given: Any
) -> tuple[ExperimentResult, bool]:
    """Keep what an experiment measured, and return it and whether it is new; one with a known external id is put right.

    `outcome` is shares or means; `treated` and `control` are how many of `…_n` cases had it, or the mean with
    `…_deviation`. The difference times `scale` is in the KPI's unit: for shares of a KPI in percent that is 100, which
    is also taken where nothing is said. Raises ValidationError.
    """
    fields = Fields(given, EXPERIMENT_FIELDS)
    values = _values(fields, kpi)
    fields.finish()
    held = _known(initiative, values["external_id"])
    if held is not None and held.kpi_id != kpi.pk:
        fields.fail("external_id", "This experiment was reported of another KPI.")
        fields.finish()
    before = {name: getattr(held, name) for name in values} if held else {}
    if held is not None and before == values:
        return held, False
    made = held or ExperimentResult(initiative=initiative, kpi=kpi, author=principal.user)
    for name, value in values.items():
        setattr(made, name, value)
    made.save()
    after = {"id": made.public_id, "kpi": kpi.key, **json_safe(values)}
    record_audit(principal, "record", "experiment", initiative.key, before=json_safe(before), after=after)
    return made, held is None


def _known(initiative: Initiative, external_id: str) -> ExperimentResult | None:
    if not external_id:
        return None
    ours = ExperimentResult.objects.select_for_update().filter(initiative=initiative, external_id=external_id)
    return ours.first()


def _values(fields: Fields, kpi: KPI) -> dict[str, Any]:
    outcome = fields.choice("outcome", Outcome.values, Outcome.SHARES)
    values: dict[str, Any] = {
        "name": fields.text("name", 200, required=True),
        "outcome": outcome,
        "link": fields.link("link") if fields.given.get("link") else "",
        "note": fields.text("note", 2000),
        "external_id": fields.text("external_id", 250),
        "scale": _scale(fields, kpi, outcome),
        **{name: fields.day(name) for name in ("starts_on", "ends_on")},
    }
    for group in GROUPS:
        values |= _group(fields, group, outcome)
    first, last = values["starts_on"], values["ends_on"]
    for name in ("starts_on", "ends_on"):
        if values[name] is None:
            fields.fail(name, "A date is needed.")
    if first and last and last < first:
        fields.fail("ends_on", "It ends before it begins.")
    return values


def _scale(fields: Fields, kpi: KPI, outcome: str) -> float:
    given = fields.number("scale")
    if given == 0:
        fields.fail("scale", "Times nothing it moves nothing.")
    usual = 100.0 if outcome == Outcome.SHARES and kpi.unit.startswith("%") else 1.0
    return usual if given is None else given


def _group(fields: Fields, group: str, outcome: str) -> dict[str, Any]:
    n = fields.count(f"{group}_n")
    value = fields.number(group, required=True)
    deviation = fields.number(f"{group}_deviation") if outcome == Outcome.MEANS else None
    if n is None or n > MOST_CASES:
        fields.fail(f"{group}_n", "Say how many cases the group had.")
    elif value is not None:
        wrong = arm_problem(outcome, Arm(n, value, deviation))
        if wrong:
            fields.fail(group, wrong)
    return {f"{group}_n": n, group: value, f"{group}_deviation": deviation}
