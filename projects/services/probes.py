"""Probes of endpoints: set, due, asked, kept. A slow one waits alone, and one that fails is asked less often.

A probe that fails is a finding of its initiative, closed by the one that is answered.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Deployment, EndpointProbe, Initiative, ProbeResult
from projects.models.probes import LONGEST_INTERVAL, SHORTEST_INTERVAL
from projects.progress.faults import Fault, endpoint_cause, endpoint_fault
from projects.selectors.production import champion_of
from projects.services.backoff import SLOW_AT_ONCE, after_failure, after_success
from projects.services.due import note_due
from projects.services.endpoints import PATIENCE, Answered, ask_endpoint
from projects.services.findings import keep_fault
from projects.services.texts import is_web_address, whole_text

MOST_RESULTS: Final = 500
"""How many answers of a probe are kept."""
MOST_DUE: Final = 200


@transaction.atomic
def set_probe(
    principal: Principal, deployment: Deployment, *, interval_seconds: int = 300, expected: str = ""
) -> EndpointProbe:
    """Ask what is live in a deployment's environment from now on, every `interval_seconds`; return the probe.

    Raises ValidationError({field: text}), also for a deployment that names no endpoint to begin with.
    """
    errors = {}
    wrong = whole_text(expected, 200)
    if wrong:
        errors["expected"] = f"This {wrong}."
    if type(interval_seconds) is not int or not SHORTEST_INTERVAL <= interval_seconds <= LONGEST_INTERVAL:
        errors["interval_seconds"] = "The interval is 60 seconds to a day."
    if not is_web_address(deployment.endpoint):
        errors["endpoint"] = f"{deployment.version} in {deployment.environment} names no http or https endpoint."
    if errors:
        raise ValidationError(errors)
    initiative, environment = deployment.initiative, deployment.environment
    values: dict[str, Any] = {"interval_seconds": interval_seconds, "expected": expected}
    made, is_new = EndpointProbe.objects.update_or_create(
        initiative=initiative, environment=environment, defaults={**values, "due_at": timezone.now(), "failures": 0}
    )
    key = f"{initiative.key} {environment}"
    record_audit(principal, "create" if is_new else "edit", "probe", key, after=values)
    return made


@transaction.atomic
def remove_probe(principal: Principal, deployment: Deployment) -> None:
    """Stop asking what is live in a deployment's environment, and forget what came back. Once more changes nothing."""
    initiative, environment = deployment.initiative, deployment.environment
    gone, _ = EndpointProbe.objects.filter(initiative=initiative, environment=environment).delete()
    if gone:
        _judge_answer(initiative, environment, None, "Its endpoint is not asked any more.")
        record_audit(principal, "remove", "probe", f"{initiative.key} {environment}")


def due_probes() -> list[int]:
    """Return the probes to run now, the longest due first; of those that failed last only a few at once."""
    due = EndpointProbe.objects.filter(due_at__lte=Now(), initiative__archived_at=None)
    failing = ExpressionWrapper(Q(failures__gt=0), BooleanField())
    rows = list(due.order_by(failing, "due_at").values_list("pk", "failures")[:MOST_DUE])
    good = [number for number, failures in rows if not failures]
    return good + [number for number, failures in rows if failures][:SLOW_AT_ONCE]


def run_probe(probe_id: int) -> ProbeResult | None:
    """Ask the endpoint of what is live if that is due, and keep the answer; None where it is not, or nothing is there.

    The claim is made before the question, so that two workers ask once, and a worker that dies is followed by another
    after the interval.
    """
    claim = EndpointProbe.objects.filter(pk=probe_id, due_at__lte=Now())
    if not claim.update(due_at=Now() + timedelta(seconds=PATIENCE * 2)):
        return None
    probe = EndpointProbe.objects.select_related("initiative").get(pk=probe_id)
    live = champion_of(probe.initiative, probe.environment)
    if live is None or not is_web_address(live.endpoint):
        words = "Nothing is live here that names an endpoint."
        wait = timedelta(seconds=probe.interval_seconds)
        told = {"state": EndpointProbe.State.UNKNOWN, "failures": 0, "changed_at": None, "last_words": words}
        with transaction.atomic():
            EndpointProbe.objects.filter(pk=probe_id).update(due_at=Now() + wait, **told)
            _judge_answer(probe.initiative, probe.environment, None, words)
        return None
    return _kept(probe, live, ask_endpoint(live.endpoint, probe.expected))


@transaction.atomic
def _kept(asked: EndpointProbe, live: Deployment, answer: Answered) -> ProbeResult | None:
    """Keep an answer; None where the probe was removed meanwhile."""
    probe = EndpointProbe.objects.select_for_update(no_key=True).filter(pk=asked.pk).first()
    if probe is None:
        return None
    now = timezone.now()
    probe.failures = 0 if answer.ok else probe.failures + 1
    state = EndpointProbe.State.UP if answer.ok else EndpointProbe.State.DOWN
    if probe.state != state:
        probe.state, probe.changed_at = state, now
    wait = after_success(probe.interval_seconds, random.random())  # noqa: S311 -- spreads questions, hides nothing
    if probe.failures:
        wait = max(wait, after_failure(probe.failures, None, random.random()))  # noqa: S311 -- as above
    probe.due_at = now + timedelta(seconds=wait)
    probe.last_at, probe.last_ms, probe.last_words = now, answer.ms, answer.words
    probe.save()
    kept = ProbeResult.objects.create(
        probe=probe, deployment=live, at=now, ok=answer.ok, ms=answer.ms, status=answer.status, words=answer.words
    )
    fault = None if answer.ok else endpoint_fault(asked.initiative.key, live.version, probe, answer.status)
    _judge_answer(asked.initiative, probe.environment, fault, f"The endpoint in {probe.environment} answers again.")
    oldest = probe.results.order_by("-id").values_list("id", flat=True)[MOST_RESULTS : MOST_RESULTS + 1]
    for limit in oldest:
        probe.results.filter(id__lte=limit).delete()
    return kept


def _judge_answer(initiative: Initiative, environment: str, fault: Fault | None, closing: str) -> None:
    """Open or close the finding of an environment's endpoint, and have the initiative judged where that changed."""
    if keep_fault(initiative, endpoint_cause(initiative.key, environment), fault, timezone.now(), closing):
        note_due([initiative.pk], "endpoint")
