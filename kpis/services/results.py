"""What an initiative moved in a KPI: asked for, answered and kept. Answers are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from kpis.models import KPI, ContributionResult, ExperimentResult
from kpis.models.realised import SEGMENT, Method
from kpis.scoring.kpi_words import movement, short_unit
from kpis.scoring.realised.document import document_of
from kpis.selectors.realised import Asked, Found, answer_to, claims_on, results_on
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative

RESULT_FIELDS: Final = (
    *("method", "since", "first", "last", "segment", "control_kpi", "control_segment", "experiment", "effect", "note"),
)
ITSELF: Final = "A control is another segment or another KPI, not what is measured itself."
NOT_ALIKE: Final = "A control is measured by the same period and in the same unit."
UNCLEAR: Final = "Readings do not tell what the KPI did since then, so nothing can be claimed of it."
TOO_MUCH: Final = "All claims together would be {claimed}, and the KPI itself moved {own}: more cannot be claimed."


def read_asked(initiative: Initiative, kpi: KPI, given: Mapping[str, Any]) -> Asked:
    """Return what is asked. Raises ValidationError with every wrong field."""
    fields = Fields(given, RESULT_FIELDS)
    method = fields.choice("method", Method.values, Method.INTERRUPTED)
    experiment = _experiment(fields, initiative, kpi) if method == Method.EXPERIMENT else None
    since = experiment.starts_on if experiment else fields.day("since")
    first, last = fields.day("first"), fields.day("last")
    today = timezone.now().date()
    if since is None:
        fields.fail("since", "Say on which day it changed.")
    elif since > today + timedelta(days=1):
        fields.fail("since", "This day is still to come.")
    elif (first and first >= since) or (last and last <= since):
        fields.fail("first" if first and first >= since else "last", "The window begins before the change, ends after.")
    effect = fields.number("effect", required=method == Method.CLAIM)
    segment = fields.text("segment", SEGMENT)
    control, beside = _control(fields, kpi, segment)
    fields.text("note", 2000)
    fields.finish()
    return Asked(method, since or today, first, last, segment, control, beside, experiment, effect)


@transaction.atomic
def keep_result(principal: Principal, initiative: Initiative, kpi: KPI, **given: Any) -> ContributionResult:
    """Answer what an initiative moved in a KPI, and keep the answer with all of its evidence.

    `method` is one of `Method`, `since` the day of the change (an experiment's own where it is one), `first` and `last`
    bound the window; `segment`, `control_kpi` (its key) and `control_segment` say what is compared; `experiment` is a
    public id, `effect` what is claimed. An answer may be that there is no credible one. Raises ValidationError, also
    for a claim that would make all claims together more than the KPI itself moved.
    """
    held = KPI.objects.select_for_update(no_key=True).get(pk=kpi.pk, workspace=initiative.workspace_id)
    asked, now = read_asked(initiative, held, given), timezone.now()
    made = _row(initiative, held, asked, answer_to(initiative, held, asked, now), now)
    made.note, made.author = str(given.get("note") or "").strip(), principal.user
    if asked.method == Method.CLAIM:
        _refuse_too_much(made, now)
    made.save(force_insert=True)
    after = {
        "id": made.public_id,
        "kpi": held.key,
        "method": made.method,
        "since": made.since.isoformat(),
        **{name: getattr(made, name) for name in ("grade", "effect", "low", "high", "problem", "digest")},
    }
    record_audit(principal, "keep", "result", initiative.key, after=after, reason=made.note)
    return made


def _experiment(fields: Fields, initiative: Initiative, kpi: KPI) -> ExperimentResult | None:
    name = fields.text("experiment", 40, required=True)
    found = ExperimentResult.objects.filter(initiative=initiative, kpi=kpi, public_id=name).first()
    if found is None:
        fields.fail("experiment", "This initiative has no such experiment on this KPI.")
    return found


def _control(fields: Fields, kpi: KPI, segment: str) -> tuple[KPI | None, str]:
    """Return the KPI of the control and its segment; none where neither is named."""
    key, beside = fields.text("control_kpi", 60), fields.text("control_segment", SEGMENT)
    if not key and not beside:
        return None, ""
    found = KPI.objects.filter(workspace=kpi.workspace_id, key=key).first() if key else kpi
    if found is None:
        fields.fail("control_kpi", "There is no such KPI here.")
    elif found == kpi and beside == segment:
        fields.fail("control_segment", ITSELF)
    elif (found.period, found.unit) != (kpi.period, kpi.unit):
        fields.fail("control_kpi", NOT_ALIKE)
    return found, beside


def _row(initiative: Initiative, kpi: KPI, asked: Asked, found: Found, now: datetime) -> ContributionResult:
    answer = found.answer
    effect = answer.effect
    return ContributionResult(
        kpi=kpi,
        initiative=initiative,
        method=asked.method,
        grade=answer.grade,
        since=asked.since,
        first=asked.first,
        last=asked.last,
        segment=asked.segment,
        control_kpi=asked.control,
        control_segment=asked.control_segment,
        experiment=asked.experiment,
        effect=effect.value if effect else None,
        low=effect.low if effect else None,
        high=effect.high if effect else None,
        n_before=answer.n_before,
        n_after=answer.n_after,
        problem=answer.problem,
        digest=found.digest,
        document=document_of(answer),
        as_of=now,
    )


def _refuse_too_much(made: ContributionResult, now: datetime) -> None:
    others = [each for each in results_on(made.kpi) if each.initiative_id != made.initiative_id]
    claims = claims_on(made.kpi, [*others, made], now)
    fields, unit = Fields({}, ()), short_unit(made.kpi.unit)
    if claims.own is None:
        fields.fail("effect", UNCLEAR)
    elif claims.claim_too_much:
        shown = {"claimed": movement(claims.claimed, unit), "own": movement(claims.own, unit)}
        fields.fail("effect", TOO_MUCH.format(**shown))
    fields.finish()
