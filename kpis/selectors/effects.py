"""What an operating point should move in each tied KPI, beside what the KPI then did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Min

from kpis.models import KPI, Bridge, Contribution
from kpis.scoring.evaluations.bridge import NAMES, Movement, Worth, free_movement, movement
from kpis.scoring.evaluations.curve import CurvePoint
from kpis.scoring.evaluations.formula import FormulaError, read_formula
from kpis.scoring.kpi_words import movement as moved_words
from kpis.scoring.kpi_words import short_unit
from kpis.selectors.periods import PeriodValue, period_values
from projects.models import Deployment, Initiative

SINCE_PERIODS = 120
WHOLE_FROM = 1000


@dataclass(frozen=True, slots=True)
class BridgedTie:
    """A contribution with its bridge, and how far its KPI moved by itself since the model went live, or was tied.

    `moved` is None without readings before and after that moment. It is the KPI's own, whoever moved it.
    """

    tie: Contribution
    bridge: Bridge | None
    since: datetime
    is_live: bool
    moved: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a threshold is expected to move in one KPI, per period of the bridge; `problem` says why it cannot be."""

    bridged: BridgedTie
    movement: Movement | None
    problem: str = ""

    @property
    def kpi(self) -> KPI:
        """The KPI."""
        return self.bridged.tie.kpi

    @property
    def expected(self) -> str:
        """The expected movement in words, "" where there is none."""
        return self._words(self.movement.expected if self.movement else None)

    @property
    def interval(self) -> str:
        """Its interval in words, "" where there is none."""
        if self.movement is None:
            return ""
        return f"{self._words(self.movement.interval.low)} … {self._words(self.movement.interval.high)}"

    @property
    def moved(self) -> str:
        """What the KPI did since, in words."""
        return self._words(self.bridged.moved)

    def _words(self, value: float | None) -> str:
        if value is None:
            return ""
        return moved_words(round(value) if abs(value) >= WHOLE_FROM else value, short_unit(self.kpi.unit))


def bridged_ties(initiative: Initiative) -> list[BridgedTie]:
    """Return the ties of an initiative to KPIs in use with their bridges, the first made first; three queries."""
    ties = Contribution.objects.filter(initiative=initiative, kpi__archived_at__isnull=True)
    return bridged(list(ties.select_related("kpi", "bridge", "initiative").order_by("id")))


def bridged(ties: Sequence[Contribution]) -> list[BridgedTie]:
    """Return ties, loaded with KPI and bridge, with what came of them, in two queries, none without ties."""
    if not ties:
        return []
    live = Deployment.objects.filter(initiative__in={tie.initiative_id for tie in ties})
    live_at = dict(
        live.filter(environment="production", state="live").values_list("initiative_id").annotate(at=Min("at"))
    )
    values = period_values({tie.kpi_id for tie in ties}, SINCE_PERIODS)
    return [_bridged(tie, live_at.get(tie.initiative_id), values.get(tie.kpi_id, [])) for tie in ties]


def _bridged(tie: Contribution, live_at: datetime | None, values: Sequence[PeriodValue]) -> BridgedTie:
    since = live_at or tie.created_at
    return BridgedTie(tie, bridge_of(tie), since, live_at is not None, moved_since(values, since))


def bridge_of(tie: Contribution) -> Bridge | None:
    """Return a contribution's bridge, None without one; no query where it was loaded with it."""
    try:
        return tie.bridge
    except ObjectDoesNotExist:
        return None


def moved_since(values: Sequence[PeriodValue], since: datetime) -> float | None:
    """Return how far periods that end after a moment moved from the last one before it, None without both."""
    before = [each for each in values if each.time <= since]
    after = [each for each in values if each.time > since]
    return after[-1].value - before[-1].value if before and after else None


def effects_at(point: CurvePoint, ties: Sequence[BridgedTie]) -> list[Effect]:
    """Return what a threshold should move in each KPI that has a bridge; no query."""
    return [effect_at(point, each, each.bridge) for each in ties if each.bridge is not None]


def effect_at(point: CurvePoint, tie: BridgedTie, bridge: Bridge) -> Effect:
    """Return what a threshold should move in one KPI."""
    worth = Worth(bridge.volume, bridge.value_per_correct, bridge.cost_per_error)
    if not bridge.formula:
        return Effect(tie, movement(point, worth))
    try:
        formula = read_formula(bridge.formula, NAMES | set(bridge.inputs))
        return Effect(tie, free_movement(point, worth, formula, bridge.inputs))
    except FormulaError as error:
        return Effect(tie, None, str(error))
