"""What usually goes wrong first, told from facts: no score, no ranking, and nothing about how people work.

Each rule looks at the facts of one initiative and says in words what it found, or nothing. What is to be done stands
beside it, with the place where it is done. Rules about the way to production are silent once an initiative is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from kpis.scoring.portfolio_analysis.histories import LAST, place_of
from kpis.scoring.wording import counted
from mltrack.formats import number

MODELING: Final = place_of("modeling")
DATA: Final = place_of("data")
STILL_SPRINTS: Final = 2
SLIPS: Final = 2
QUIET: Final = timedelta(weeks=3)
"""A word that is older than this, and overdue by the initiative's own rhythm, is no update for weeks."""
LONG_PAUSE: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class KpiFact:
    """A KPI that an initiative is tied to; `baseline` says whether its goal in force has one, or needs none."""

    key: str
    name: str
    owned: bool
    goal: bool
    baseline: bool


@dataclass(frozen=True, slots=True)
class InitiativeFacts:
    """What the rules look at; moments are aware, days are UTC's.

    `paused` is when it was paused last. `labeled` are tasks with a label, `truth` the result of the check on label
    audits, "" where it was not judged. `widenings` are days on which the scope grew after framing. `slips` are (before,
    after) of target dates that moved to a later day. `said` and `overdue` are when the newest word was said, or the
    initiative was made, and when the next was due; None where no word is asked for. `still` sprints in a row ended
    since a task last moved, on `moved`.
    """

    key: str
    name: str
    stage: str
    state: str = "active"
    paused: datetime | None = None
    target_date: date | None = None
    owned: bool = True
    kpis: Sequence[KpiFact] = ()
    labeled: int = 0
    audited: bool = False
    truth: str = ""
    widenings: Sequence[date] = ()
    slips: Sequence[tuple[date, date]] = ()
    said: datetime | None = None
    overdue: datetime | None = None
    open_tasks: int = 0
    still: int = 0
    moved: date | None = None

    @property
    def place(self) -> int:
        """The place of the stage on the way to production."""
        return place_of(self.stage)

    @property
    def on_its_way(self) -> bool:
        """Say whether it is still before production."""
        return -1 < self.place < LAST


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """One thing to look at: its kind, what was found, and the key of the KPI that it is about, if it is about one."""

    kind: str
    reason: str
    kpi: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of warning: its title, what to do about it, below which page of the initiative or KPI, what finds it."""

    title: str
    todo: str
    place: str
    find: Callable[[InitiativeFacts, datetime], Iterable[tuple[str, str]]]


def warnings_of(facts: InitiativeFacts, now: datetime) -> tuple[EarlyWarning, ...]:
    """Return the warnings of an initiative in the order of the rules; cancelled and retired ones have none."""
    if facts.state == "cancelled" or facts.stage == "retired":
        return ()
    return tuple(
        EarlyWarning(kind, reason, kpi) for kind, rule in RULES.items() for reason, kpi in rule.find(facts, now)
    )


def widened(before: dict[str, str], after: dict[str, str]) -> bool:
    """Say whether an edit of the scope widened it: `scope_in` gained words, or `scope_out` lost some.

    Filling in an empty field is no widening, and neither is saying the same at greater length with no new word.
    """
    gained = _words(after.get("scope_in")) - _words(before.get("scope_in"))
    lost = _words(before.get("scope_out")) - _words(after.get("scope_out"))
    longer = len(_words(after.get("scope_in"))) > len(_words(before.get("scope_in")))
    shorter = len(_words(after.get("scope_out"))) < len(_words(before.get("scope_out")))
    in_wider = bool(_words(before.get("scope_in"))) and bool(gained) and longer
    return in_wider or ("scope_out" in after and bool(lost) and shorter)


def _words(text: str | None) -> frozenset[str]:
    return frozenset((text or "").lower().split())


def _no_owner(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    if not facts.owned:
        yield "Nobody answers for it.", ""


def _no_kpi(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    if not facts.kpis:
        yield "It is tied to no KPI, so nobody can say what it is worth.", ""


def _no_kpi_owner(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    return ((f"{each.name} has no owner.", each.key) for each in facts.kpis if not each.owned)


def _no_baseline(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    for each in facts.kpis:
        if not each.goal:
            yield f"{each.name} has no goal, so no baseline either.", each.key
        elif not each.baseline:
            yield f"The goal of {each.name} has no baseline to compare with.", each.key


def _unvalidated_truth(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    sound = facts.audited or facts.truth in ("pass", "waived", "not_applicable")
    if facts.labeled and facts.place >= MODELING and not sound:
        yield f"{counted(facts.labeled, 'labeled task')}, and no sample of them was labeled again.", ""


def _scope_widened(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    if facts.widenings and facts.on_its_way:
        times = counted(len(facts.widenings), "time")
        yield f"The scope grew {times} after framing, the last time on {_day(facts.widenings[-1])}.", ""


def _no_movement(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    if facts.open_tasks and facts.still >= STILL_SPRINTS and facts.on_its_way and facts.state == "active":
        last = f"the last one on {_day(facts.moved)}" if facts.moved else "and none ever did"
        tasks = counted(facts.open_tasks, "open task")
        yield f"{facts.still} sprints ended since a task moved, {last}; {tasks}.", ""


def _no_update(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    if facts.said and facts.overdue and facts.overdue <= now and now - facts.said >= QUIET and facts.state == "active":
        yield f"No word for {counted((now - facts.said).days // 7, 'week')}.", ""


def _target_slipped(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    if len(facts.slips) >= SLIPS and facts.on_its_way:
        first, last = facts.slips[0][0], facts.slips[-1][1]
        yield f"The target date slipped {len(facts.slips)} times, from {_day(first)} to {_day(last)}.", ""


def _target_passed(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    if facts.target_date and facts.target_date < now.date() and facts.on_its_way:
        yield f"The target date, {_day(facts.target_date)}, has passed in {facts.stage}.", ""


def _no_target_date(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    if facts.target_date is None and DATA <= facts.place < LAST:
        yield f"It is in {facts.stage} and has no target date.", ""


def _long_pause(facts: InitiativeFacts, now: datetime) -> Iterable[tuple[str, str]]:
    if facts.state == "paused" and facts.paused and now - facts.paused >= LONG_PAUSE:
        yield f"Paused for {number((now - facts.paused).days)} days.", ""


def _day(on: date) -> str:
    return f"{on.day} {on:%b %Y}"


RULES: Final[dict[str, Rule]] = {
    "no_owner": Rule("No owner", "Name who answers for it.", "edit/owner/", _no_owner),
    "no_kpi": Rule("No KPI", "Tie it to the KPI that it should move.", "value/", _no_kpi),
    "no_kpi_owner": Rule("KPI without owner", "Name who answers for the KPI.", "edit/owner/", _no_kpi_owner),
    "no_baseline": Rule("No baseline", "State where the KPI stood before.", "goal/", _no_baseline),
    "unvalidated_truth": Rule(
        "Unvalidated ground truth",
        "Draw a sample of labeled tasks and label it again.",
        "labeling/audits/",
        _unvalidated_truth,
    ),
    "scope_widened": Rule(
        "Scope widened",
        "Take back what a first release can do without, or move the date.",
        "edit/scope_in/",
        _scope_widened,
    ),
    "no_movement": Rule(
        "No movement", "Say what blocks the tasks, cut them, or pause the initiative.", "delivery/", _no_movement
    ),
    "no_update": Rule("No update", "Say how it goes; three sentences do.", "activity/#new-update", _no_update),
    "target_slipped": Rule(
        "Target date slipped",
        "Look at what decides the forecast before a third date is named.",
        "forecast/",
        _target_slipped,
    ),
    "target_passed": Rule(
        "Target date passed", "Name a date that the forecast supports, or stop.", "edit/target_date/", _target_passed
    ),
    "no_target_date": Rule(
        "No target date", "Say by when it should be in production.", "edit/target_date/", _no_target_date
    ),
    "long_pause": Rule("Long pause", "Go on, or cancel it and say why.", "activity/#move", _long_pause),
}
