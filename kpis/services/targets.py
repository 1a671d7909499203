"""Targets: never edited in place. A new version supersedes; one that asks for less waits for a second person."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from kpis.models import MetricAlias, Target
from kpis.models.targets import Comparator, TargetState
from kpis.scoring.evaluations.guarantee import declared_grid
from kpis.scoring.loosening import loosens
from kpis.scoring.sampling import metric_key
from kpis.scoring.targets import DEFAULT_STEP, PROPORTIONS
from kpis.scoring.targets import Target as TargetFacts
from kpis.selectors.facts import TARGET_FIELDS, target_facts
from kpis.services.affected import note_initiative
from kpis.services.approvals import approves_own, takes_back_own
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Evaluation, Initiative, MetricValue

# What a run may report as one metric such as `accuracy@0.85`.
JOINT = ("accuracy", "coverage")
ASKED_FIELDS = tuple(name for name in TARGET_FIELDS if name not in ("metric", "slice"))


def has_result(initiative: Initiative, metric: str, part: str = "") -> bool:
    """Say whether a run has reported this metric, under its own name or another, or the initiative has evaluations.

    An evaluation is a result of every metric: its curve shows what each threshold gives.
    """
    aliases = MetricAlias.objects.filter(initiative=initiative, metric=metric).values_list("alias", flat=True)
    found = Q(key__in=[metric_key(name, part) for name in (metric, *aliases)])
    if metric in JOINT and not part:
        found |= Q(key__startswith="accuracy@")
    reported = MetricValue.objects.filter(found, run__links__initiative=initiative).exists()
    return reported or Evaluation.objects.filter(initiative=initiative).exists()


@transaction.atomic
def propose_target(principal: Principal, initiative: Initiative, **given: Any) -> Target:
    """Append a version of the target on (metric, slice) and return it; the version in force if nothing changes.

    `given` holds metric, comparator, value, and where wanted high, slice, minimum_n, confidence (a ratio), threshold,
    grid_step (0.01), dataset_digest and reason. The version is in force at once, unless it asks for less than the one
    before and there is a result: then it needs a reason and stays proposed until an approver confirms. Raises
    ValidationError.
    """
    fields = Fields(given, (*TARGET_FIELDS, "reason"))
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    values = _read(fields, initiative)
    reason = fields.text("reason", 2000)
    fields.finish()
    versions = initiative.targets.filter(metric=values["metric"], slice=values["slice"])
    present = versions.filter(state=TargetState.ACTIVE).first()
    if present is not None and all(getattr(present, name) == values[name] for name in ASKED_FIELDS):
        return present
    why = loosens(target_facts(present), TargetFacts("", **values)) if present else []
    return _append(principal, initiative, values, why, reason)


@transaction.atomic
def withdraw_target(principal: Principal, target: Target, *, reason: str = "") -> Target:
    """Withdraw a target: at once while no run has reported its metric, else proposed, with a reason.

    Returns the version that says so. Raises ValidationError when it is not in force.
    """
    initiative = Initiative.objects.select_for_update(no_key=True).get(pk=target.initiative_id)
    present = initiative.targets.filter(pk=target.pk, state=TargetState.ACTIVE).first()
    if present is None:
        raise ValidationError({"target": "Only a target in force can be withdrawn."})
    values = {name: getattr(present, name) for name in TARGET_FIELDS}
    return _append(principal, initiative, values, loosens(target_facts(present), None), reason.strip(), withdraws=True)


@transaction.atomic
def approve_target(principal: Principal, target: Target) -> Target:
    """Put a proposed version in force. Raises ValidationError when it is not waiting, or it is the author's own."""
    initiative, waiting = _waiting(principal, target)
    waiting.self_approved = approves_own(principal, waiting.author_id)
    waiting.approver, waiting.decided_at = principal.user, timezone.now()
    _take_force(initiative, waiting)
    return _decided(principal, initiative, waiting, "approve")


@transaction.atomic
def reject_target(principal: Principal, target: Target) -> Target:
    """Turn a proposed version down; its author may take it back so. Raises ValidationError when it is not waiting."""
    initiative, waiting = _waiting(principal, target)
    waiting.state, waiting.approver, waiting.decided_at = TargetState.REJECTED, principal.user, timezone.now()
    waiting.save()
    return _decided(principal, initiative, waiting, "reject")


@transaction.atomic
def end_target(principal: Principal, target: Target, *, reason: str = "") -> Target:
    """Withdraw a version in force, or take back one's own that waits. Raises ValidationError for somebody else's."""
    if target.state != TargetState.PROPOSED:
        return withdraw_target(principal, target, reason=reason)
    takes_back_own(principal, target.author_id)
    return reject_target(principal, target)


def _read(fields: Fields, initiative: Initiative) -> dict[str, Any]:
    values: dict[str, Any] = {
        "metric": fields.text("metric", 300, required=True),
        "comparator": fields.choice("comparator", Comparator.values),
        "value": fields.number("value", required=True),
        "high": fields.number("high"),
        "slice": fields.text("slice", 200),
        "minimum_n": fields.count("minimum_n"),
        "confidence": fields.number("confidence"),
        "threshold": fields.number("threshold"),
        "grid_step": fields.number("grid_step"),
        "dataset_digest": fields.text("dataset_digest", 128),
    }
    _check_ends(fields, values)
    _check_threshold(fields, values)
    if values["confidence"] is not None and not 0.5 < values["confidence"] < 1:
        fields.fail("confidence", "A confidence is a ratio above 0.5 and below 1, such as 0.95.")
    alias = MetricAlias.objects.filter(initiative=initiative, alias=values["metric"]).first()
    if alias is not None:
        fields.fail(
            "metric", f"{alias.alias} is another name of {alias.metric} here: set the target on {alias.metric}."
        )
    return values


def _check_ends(fields: Fields, values: dict[str, Any]) -> None:
    between = values["comparator"] == Comparator.BETWEEN
    if between and values["high"] is None:
        fields.fail("high", "A target between two values needs both.")
    elif between and values["value"] is not None and values["high"] < values["value"]:
        fields.fail("high", "The upper end lies below the lower one.")
    elif not between and values["high"] is not None:
        fields.fail("high", "Only a target between two values has an upper end.")
    if values["metric"] in PROPORTIONS:
        for name in ("value", "high"):
            if values[name] is not None and not 0 <= values[name] <= 1:
                fields.fail(name, f"{values['metric']} is a ratio from 0 to 1: 90 % is 0.9.")


def _check_threshold(fields: Fields, values: dict[str, Any]) -> None:
    """Note what is wrong with the threshold and the grid, and fill in the grid where none is given."""
    if values["threshold"] is not None and not 0 <= values["threshold"] <= 1:
        fields.fail("threshold", "A threshold is a confidence from 0 to 1.")
    if values["metric"] != "accuracy" or values["slice"]:
        for name in ("threshold", "grid_step"):
            if values[name] not in (None, DEFAULT_STEP):
                fields.fail(name, "Only the target on accuracy of all cases chooses the threshold.")
    if values["grid_step"] is None:
        values["grid_step"] = DEFAULT_STEP
    if not 0.0001 <= values["grid_step"] <= 0.5:
        # Confidences are kept to four decimals; a finer grid would only be long.
        fields.fail("grid_step", "The step of the thresholds lies between 0.0001 and 0.5.")
        return
    try:
        declared_grid(values["grid_step"])
    except ValueError:
        fields.fail("grid_step", "The step of the thresholds divides 1: 0.01 or 0.05.")


def _append(
    principal: Principal,
    initiative: Initiative,
    values: dict[str, Any],
    why: list[str],
    reason: str,
    *,
    withdraws: bool = False,
) -> Target:
    waits = bool(why) and has_result(initiative, values["metric"], values["slice"])
    if waits and not reason:
        raise ValidationError({"reason": "This asks for less than before (" + "; ".join(why) + "): say why."})
    versions = initiative.targets.filter(metric=values["metric"], slice=values["slice"])
    versions.filter(state=TargetState.PROPOSED).update(state=TargetState.SUPERSEDED, decided_at=timezone.now())
    target = Target(
        initiative=initiative,
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        state=TargetState.PROPOSED,
        withdraws=withdraws,
        reason=reason,
        loosens=why,
        author=principal.user,
        **values,
    )
    if waits:
        target.save()
    else:
        _take_force(initiative, target)
    action = "withdraw" if withdraws else "set"
    return _decided(principal, initiative, target, f"propose to {action}" if waits else action)


def _take_force(initiative: Initiative, target: Target) -> None:
    now = timezone.now()
    initiative.targets.filter(metric=target.metric, slice=target.slice, state=TargetState.ACTIVE).update(
        state=TargetState.SUPERSEDED, valid_to=now
    )
    target.state = TargetState.WITHDRAWN if target.withdraws else TargetState.ACTIVE
    target.valid_from = now
    target.valid_to = now if target.withdraws else None
    target.save()


def _waiting(principal: Principal, target: Target) -> tuple[Initiative, Target]:
    initiative = Initiative.objects.select_for_update(no_key=True).get(
        pk=target.initiative_id, workspace=principal.workspace
    )
    fresh = initiative.targets.get(pk=target.pk)
    if fresh.state != TargetState.PROPOSED:
        raise ValidationError({"target": "This version is not waiting for an approval."})
    return initiative, fresh


def _decided(principal: Principal, initiative: Initiative, target: Target, action: str) -> Target:
    after = {name: getattr(target, name) for name in (*TARGET_FIELDS, "number", "state", "self_approved", "loosens")}
    record_audit(principal, action, "target", initiative.key, after=after, reason=target.reason)
    note_initiative(initiative, "target")
    return target
