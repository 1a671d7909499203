"""What webhooks are told of verdicts and alerts: keys and words, no secrets and nobody's name."""

from __future__ import annotations

from kpis.models import AlertEpisode, CauseEpisode, EventType, ReadinessSnapshot
from kpis.selectors.paths import finding_path, initiative_path, kpi_path, public_url
from kpis.services.hook_events import announce
from projects.models import Finding


def announce_verdict(kept: ReadinessSnapshot, before: str) -> None:
    """Tell that the verdict of an initiative is another than `before`, in the transaction of the judgement."""
    workspace, initiative = kept.workspace, kept.initiative
    data = {
        "workspace": workspace.key,
        "initiative": initiative.key,
        "before": before,
        "after": kept.verdict,
        "snapshot": kept.public_id,
        "url": public_url(initiative_path(workspace, initiative.key)) or None,
    }
    announce(workspace, EventType.READINESS_CHANGED, data, f"readiness {kept.public_id}")


def announce_episode(episode: AlertEpisode) -> None:
    """Tell that an alert of a KPI opened, or that it closed, in the transaction of that."""
    alert, kpi = episode.alert, episode.alert.kpi
    is_open = episode.closed_at is None
    data = {
        "workspace": kpi.workspace.key,
        "kpi": kpi.key,
        "alert": alert.public_id,
        "kind": alert.kind,
        "words": episode.words if is_open else episode.closing_words,
        "url": public_url(kpi_path(kpi.workspace, kpi.key)) or None,
    }
    event_type = EventType.ALERT_OPENED if is_open else EventType.ALERT_CLOSED
    announce(kpi.workspace, event_type, data, f"{event_type.value} {episode.pk}")


def announce_cause(episode: CauseEpisode) -> None:
    """Tell that findings of a cause opened, with all that it hits by then, or that the last closed, in that."""
    is_open = episode.closed_at is None
    findings = Finding.objects.filter(told__episode=episode).select_related("initiative").order_by("initiative__key")
    hit = [{"initiative": each.initiative.key, "finding": each.public_id} for each in findings]
    path = finding_path(episode.workspace, hit[0]["finding"]) if hit else ""
    data = {
        "workspace": episode.workspace.key,
        "cause": episode.cause,
        "kind": episode.kind,
        "severity": episode.severity,
        "words": episode.words if is_open else episode.closing_words,
        "initiatives": hit,
        "url": (public_url(path) if path else "") or None,
    }
    event_type = EventType.FINDING_OPENED if is_open else EventType.FINDING_CLOSED
    announce(episode.workspace, event_type, data, f"{event_type.value} {episode.pk}")
