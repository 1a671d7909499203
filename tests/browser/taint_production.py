"""The taint in what is observed, found, deployed and rolled back."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from kpis.models import FindingMute
from kpis.services.causes import tell_causes
from kpis.services.monitoring import judge_monitors
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member
from projects.models import EndpointProbe, Finding, Initiative, ObservationSource, ProbeResult
from projects.progress.faults import Fault
from projects.services.connections import create_connection
from projects.services.data_sources import create_source
from projects.services.deployments import record_deployment
from projects.services.findings import explain_finding, keep_findings
from projects.services.observations import record_observations
from projects.services.planned_stops import plan_stop
from projects.services.probes import set_probe
from projects.services.rollbacks import record_rehearsal, roll_back
from tests.kpis.world import in_days

DAYS: Final = 3


def poison_production(principal: Principal, initiative: Initiative, text: str, link: str) -> None:
    """Write `text` into deployments, probes, observations, their sources and stops, and findings."""
    poison_deployments(principal, initiative, text, link)
    poison_observations(principal, initiative, text)
    poison_observation_source(principal, initiative, text)
    ended, lasting = (_fault(f"drift:{text[:58].replace(':', '')}:{number}", text) for number in range(2))
    for fault in (ended, lasting):
        keep_findings(initiative, [(fault, [initiative.pk])], set(), timezone.now())
        tell_causes(initiative, timezone.now())
    member = Member.objects.get(workspace=principal.workspace, user=principal.user)
    FindingMute.objects.create(member=member, cause=text[:400].strip())
    FindingMute.objects.create(member=member, source=text[:60].strip(), name=text[:120].strip())
    for each in Finding.objects.filter(initiative=initiative):
        explain_finding(principal, each, text[:1000])


def poison_deployments(principal: Principal, initiative: Initiative, text: str, link: str) -> None:
    """Bring two versions into an environment, take the newer one back, and ask its endpoint."""
    where: dict[str, Any] = {"environment": text[:60].strip(), "endpoint": link}
    for number in range(2):
        version = f"{number}{text[:119].strip()}"
        made, _ = record_deployment(principal, initiative, version=version, at=timezone.now(), **where)
    probe = set_probe(principal, made, expected=text[:200])
    now, words = timezone.now(), text[:200]
    EndpointProbe.objects.filter(pk=probe.pk).update(state="down", changed_at=now, last_at=now, last_words=words)
    ProbeResult.objects.create(probe=probe, deployment=made, at=now, ok=False, ms=90, words=words)
    roll_back(principal, made, seconds=9, link=link, note=text)
    record_rehearsal(principal, initiative, environment=text[:60].strip(), seconds=9, link=link, note=text)


def poison_observation_source(principal: Principal, initiative: Initiative, text: str) -> None:
    """Let a source of observations of a hostile server fail and warn with the text."""
    connection = create_connection(
        principal,
        kind="csv_link",
        name=f"o{text[:100].strip()}",
        base_url="http://127.0.0.1:9",
        interval_seconds=600_000,
    )
    ObservationSource.objects.create(
        initiative=initiative,
        connection=connection,
        kind="errors",
        name=text[:120].strip(),
        statement=text,
        options={"time_column": text},
        method=text[:60].strip(),
        begins=timezone.now().date(),
        warning=text,
        error_code="bad_file",
        error_text=text,
    )


def poison_observations(principal: Principal, initiative: Initiative, text: str) -> None:
    """Observe a volume that is too new to watch, whose source and stops say it, too."""
    volume: dict[str, Any] = {"kind": "volume", "name": text[:120].strip(), "segment": text[:120].strip(), "value": 1}
    said = {"method": text[:60].strip(), "reference": text[:120].strip()}
    days = [in_days(-1 - number).isoformat() for number in range(DAYS)]
    record_observations(principal, initiative, [{**volume, **said, "time": day} for day in days])
    source = create_source(
        principal, key="hostile", name=text[:120].strip(), note=text, features=[(initiative.key, text[:120].strip())]
    )
    day = in_days(9).date()
    plan_stop(principal, first_day=day, last_day=day, reason=text[:300], segment=text[:120].strip(), source=source)
    judge_monitors(initiative.pk)


def _fault(cause: str, text: str) -> Fault:
    return Fault(cause, "drift", text[:120].strip(), text[:120].strip(), "warning", text[:500], {"source": text})
