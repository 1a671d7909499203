"""What the newest test evaluation of an initiative is expected to move, by the bridge of each contribution."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kpis.models import Contribution, Target
from kpis.models.targets import TargetState
from kpis.scoring.evaluations.report import Report, report_of
from kpis.scoring.evaluations.says import point_says
from kpis.scoring.targets import Target as TargetFacts
from kpis.selectors.effects import Effect, bridge_of, bridged, effect_at
from kpis.selectors.evaluation_facts import evaluation_facts
from kpis.selectors.facts import target_facts
from projects.models import Evaluation
from projects.models.evaluations import Purpose
from projects.selectors.evaluations import tallies_of


@dataclass(frozen=True, slots=True)
class Expected:
    """The effect of an evaluation's operating point on one KPI."""

    effect: Effect
    report: Report

    @property
    def label(self) -> str:
        """The evaluation's name."""
        return self.report.facts.label

    @property
    def url(self) -> str:
        """The path of the evaluation's page."""
        return self.report.facts.url

    @property
    def how(self) -> str:
        """How the movement is computed, for the contribution."""
        found = f"{self.effect.expected}, {self.effect.interval}"
        return f"Bridge from {self.label}: {found}. {point_says(self.report.judged)}"


def expected_of(ties: Sequence[Contribution]) -> dict[int, Expected]:
    """Return what each contribution's bridge says, by its row id, in five queries; none where nothing has a bridge.

    The contributions are loaded with KPI, bridge, initiative and workspace. One whose initiative has no test
    evaluation is left out.
    """
    wanted = [tie for tie in ties if bridge_of(tie) is not None]
    if not wanted:
        return {}
    reports = _reports({tie.initiative_id for tie in wanted})
    found = {}
    for each in bridged([tie for tie in wanted if tie.initiative_id in reports]):
        report = reports[each.tie.initiative_id]
        if each.bridge is not None:
            found[each.tie.pk] = Expected(effect_at(report.judged.point, each, each.bridge), report)
    return found


def _reports(initiatives: Collection[int]) -> dict[int, Report]:
    tests = Evaluation.objects.filter(initiative__in=initiatives, purpose=Purpose.TEST)
    newest = list(
        tests.order_by("initiative_id", "-at", "-id")
        .distinct("initiative_id")
        .select_related("dataset", "initiative__workspace")
    )
    tallies, targets = tallies_of(newest), _targets(initiatives)
    return {
        each.initiative_id: report_of(
            evaluation_facts(each.initiative, each, tallies[each.pk]), targets[each.initiative_id]
        )
        for each in newest
    }


def _targets(initiatives: Collection[int]) -> dict[int, list[TargetFacts]]:
    found: defaultdict[int, list[TargetFacts]] = defaultdict(list)
    for each in Target.objects.filter(initiative__in=initiatives, state=TargetState.ACTIVE).order_by("id"):
        found[each.initiative_id].append(target_facts(each))
    return found
