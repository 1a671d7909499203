"""The policy of a workspace: imported as text, rehearsed before it bites, never edited in place."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from kpis.models import Scorecard
from kpis.scoring.readiness import judge
from kpis.scoring.scorecard import Scorecard as Policy
from kpis.scoring.scorecard_parse import ScorecardError, parse_scorecard
from kpis.selectors.judgement import gather_inputs
from kpis.selectors.scorecards import policy_of
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative
from projects.services.due import note_due


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """What a new scorecard would do to one initiative; `lost` and `won` are checks that stand no longer, or newly."""

    initiative: str
    name: str
    before: str
    after: str
    lost: tuple[str, ...]
    won: tuple[str, ...]


@transaction.atomic
def import_scorecard(principal: Principal, source: str) -> Scorecard:
    """Put a scorecard (TOML) in force as a new version. Raises ValidationError with every problem by line and field."""
    _parsed(source)
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    number = Scorecard.objects.filter(workspace=workspace).aggregate(last=Max("number"))["last"] or 0
    _retire(workspace)
    kept = Scorecard.objects.create(
        workspace=workspace, number=number + 1, source=source, active=True, author=principal.user
    )
    record_audit(principal, "import", "scorecard", str(kept.number))
    _note_all(workspace)
    return kept


@transaction.atomic
def use_default_scorecard(principal: Principal) -> bool:
    """Go back to the scorecard that ships with MLTrack; say whether another was in force."""
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    if not _retire(workspace):
        return False
    record_audit(principal, "reset", "scorecard", "default")
    _note_all(workspace)
    return True


def rehearse_scorecard(workspace: Workspace, source: str) -> list[VerdictChange]:
    """Return the initiatives whose verdict or checks a scorecard would change, by key; nothing is kept.

    Raises ValidationError with every problem of the text.
    """
    new, old = _parsed(source), policy_of(workspace)
    initiatives = Initiative.objects.filter(workspace=workspace, archived_at__isnull=True)
    found = (_rehearse(each, old, new) for each in initiatives.select_related("workspace", "owner").order_by("key"))
    return [each for each in found if each.before != each.after or each.lost or each.won]


def _rehearse(initiative: Initiative, old: Policy, new: Policy) -> VerdictChange:
    now = timezone.now()
    inputs = gather_inputs(initiative, now=now)
    before, after = judge(inputs, old, now), judge(inputs, new, now)
    stood = {check.check.id: check.stands for check in before.checks}
    stands = {check.check.id: check.stands for check in after.checks}
    return VerdictChange(
        initiative.key,
        initiative.name,
        before.verdict,
        after.verdict,
        tuple(each for each, holds in stands.items() if not holds and stood.get(each, True)),
        tuple(each for each, holds in stood.items() if not holds and stands.get(each, True)),
    )


def _parsed(source: str) -> Policy:
    try:
        return parse_scorecard(source)
    except ScorecardError as error:
        raise ValidationError({"source": [str(problem) for problem in error.problems]}) from error


def _retire(workspace: Workspace) -> int:
    return Scorecard.objects.filter(workspace=workspace, active=True).update(active=False)


def _note_all(workspace: Workspace) -> None:
    initiatives = Initiative.objects.filter(workspace=workspace, archived_at__isnull=True)
    note_due(list(initiatives.order_by("pk").values_list("pk", flat=True)), "scorecard")
