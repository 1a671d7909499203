"""How often words on initiatives are asked for."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from mltrack.days import ZONES
from projects.models import Initiative, Rhythmic, Update, UpdateRhythm
from projects.progress.rhythm import stale_at
from projects.selectors.rhythms import rhythm_of


@transaction.atomic
def set_rhythm(
    principal: Principal, initiative: Initiative | None, *, every: str, weekday: int, hour: int, zone: str
) -> UpdateRhythm:
    """Keep the rhythm of an initiative, or the workspace's for None; what does not change is not written.

    The newest words are judged old by the new rhythm from now on. Raises ValidationError({field: text}).
    """
    values = {"every": every, "weekday": weekday, "hour": hour, "zone": zone}
    _check(values)
    Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    kept = UpdateRhythm.objects.filter(workspace=principal.workspace, initiative=initiative).first()
    before = {name: getattr(kept, name) for name in values} if kept else {}
    if kept is not None and before == values:
        return kept
    kept = kept or UpdateRhythm(workspace=principal.workspace, initiative=initiative)
    for name, value in values.items():
        setattr(kept, name, value)
    kept.since = timezone.now()
    kept.save()
    _date_words(principal.workspace, initiative, every)
    kind, key = ("initiative", initiative.key) if initiative else ("workspace", principal.workspace.key)
    record_audit(principal, "set rhythm", kind, key, before=before, after=values)
    return kept


@transaction.atomic
def follow_workspace(principal: Principal, initiative: Initiative) -> None:
    """Let an initiative follow the workspace's rhythm again."""
    gone, _ = UpdateRhythm.objects.filter(initiative=initiative).delete()
    if gone:
        _date_words(principal.workspace, initiative, rhythm_of(initiative).every)
        record_audit(principal, "follow rhythm", "initiative", initiative.key)


def _check(values: dict[str, object]) -> None:
    wrong = {
        "every": values["every"] not in Rhythmic.values,
        "weekday": values["weekday"] not in range(7),
        "hour": values["hour"] not in range(24),
        "zone": values["zone"] not in ZONES,
    }
    words = {
        "every": f"A rhythm is one of {', '.join(Rhythmic.values)}.",
        "weekday": "A weekday is 0, Monday, to 6, Sunday.",
        "hour": "An hour is 0 to 23.",
        "zone": "Name a time zone as Europe/Berlin.",
    }
    errors = {name: words[name] for name, bad in wrong.items() if bad}
    if errors:
        raise ValidationError(errors)


def _date_words(workspace: Workspace, initiative: Initiative | None, every: str) -> None:
    """Set when the newest word of each initiative that the rhythm counts for grows old."""
    words = Update.objects.filter(initiative__workspace=workspace)
    words = words.filter(initiative=initiative) if initiative else words.filter(initiative__rhythm=None)
    newest = list(words.order_by("initiative_id", "-at", "-id").distinct("initiative_id"))
    for update in newest:
        update.stale_at = stale_at(every, update.at)
    Update.objects.bulk_update(newest, ["stale_at"], batch_size=500)
