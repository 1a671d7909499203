"""The date of readiness: a product of its parts, what decides it, what if, and why there may be none."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from kpis.scoring.convolution import Finish, finish
from kpis.scoring.delivery.task_forecast import forecast_tasks
from kpis.scoring.forecast.answer import forecast_answer
from kpis.scoring.forecast.parts import Part
from kpis.scoring.forecast.readiness_date import ReadinessForecast
from kpis.scoring.forecast.three_point import ThreePoint
from kpis.scoring.forecast.what_if import Grounds, OpenCheck, OpenTasks, WantedLabels, WhatIf, readiness_forecast
from kpis.scoring.labeling.completion import Left, forecast
from projects.progress.delivery.throughput import Throughput, Week
from projects.progress.labeling.burnup import Day, days_of
from tests.kpis.scoring.golden import golden

TODAY = date(2026, 11, 29)
EXAMPLE = golden("10_readiness")["example"]


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


def history(*done: int) -> Throughput:
    first = date(2026, 11, 30) - timedelta(weeks=len(done))
    return Throughput(tuple(Week(first + timedelta(weeks=place), n) for place, n in enumerate(done)))


def labeled(per_day: int) -> tuple[Day, ...]:
    first = TODAY - timedelta(days=83)
    return days_of({first + timedelta(days=place): per_day for place in range(84)}, first, TODAY)


ESTIMATE = ThreePoint(after(5), after(9), after(30))
GROUNDS = Grounds(
    TODAY,
    OpenTasks(10, history(3, 0, 5, 2, 4, 1, *[2] * 6)),
    WantedLabels(Left(600), labeled(10)),
    checks=(OpenCheck("delivery.rollback", "the way back was tried", ESTIMATE),),
)


def test_three_parts_are_the_product_of_their_distributions() -> None:
    found = readiness_forecast(GROUNDS)
    assert [each.gate for each in found.parts] == ["tasks", "labels", "check:delivery.rollback"]
    tasks = forecast_tasks(10, GROUNDS.tasks.history, TODAY).as_is if GROUNDS.tasks else None
    labels = forecast(Left(600), labeled(10), after(1)).whole
    assert tasks is not None
    for day in range(1, 120):
        known = tasks.by(after(day)) * labels.by(after(day)) * ESTIMATE.by(after(day))
        assert found.by(after(day)) == pytest.approx(known, abs=1e-12)
    assert found.by(TODAY - timedelta(days=1)) == 0
    # By hand: 600 labels at 10 a day are 60 days, and tasks are next to certain by then.
    assert (found.p50, found.p85, found.decided_by, found.reason) == (after(60), after(60), "labels", "")
    assert sum(found.chances) == pytest.approx(1)


def test_the_recorded_gates_by_week() -> None:
    tasks, labels = EXAMPLE["gate_tasks"], EXAMPLE["gate_labels"]
    parts = (
        Part("tasks", "the tasks", finish(tasks["backlog"], [tasks["history"]])),
        Part("labels", "the labels", finish(labels["remaining"], [labels["history"]])),
    )
    found = ReadinessForecast(TODAY, parts)
    assert [(each.at(TODAY, 0.5), each.at(TODAY, 0.85)) for each in parts] == [
        (after(each["p50"]), after(each["p85"])) for each in (tasks, labels)
    ]
    assert found.decided_by == "labels"
    earliest, latest = found.bounds(0.85)
    assert earliest is not None
    assert latest is not None
    assert found.p85 is not None
    assert earliest <= found.p85 <= latest


def test_without_the_deciding_part_it_is_sooner() -> None:
    found = readiness_forecast(GROUNDS)
    sooner = found.without("labels")
    assert sooner.decided_by == "tasks"
    assert sooner.p85 is not None
    assert found.p85 is not None
    assert sooner.p85 < found.p85
    assert readiness_forecast(GROUNDS, WhatIf(drop=frozenset({"labels"}))) == sooner


def test_twice_as_many_labels_a_day_take_half_the_days() -> None:
    found = readiness_forecast(GROUNDS, WhatIf(labeling_rate=2))
    assert found.parts[1].at(TODAY, 0.85) == after(30)
    slower = readiness_forecast(GROUNDS, WhatIf(labeling_rate=0.5))
    assert slower.p85 == after(120)


def test_fewer_tasks_are_done_sooner_and_none_are_no_part() -> None:
    parts = {n: readiness_forecast(GROUNDS, WhatIf(cut_tasks=n)).parts[0] for n in (0, 5)}
    assert np.all(np.array(parts[5].finish.done[:70]) >= parts[0].finish.done[:70])
    assert readiness_forecast(GROUNDS, WhatIf(cut_tasks=99)).parts[0].gate == "labels"


def test_one_part_without_a_date_leaves_none_and_is_named() -> None:
    grounds = Grounds(TODAY, OpenTasks(4, history(*[0] * 12)), WantedLabels(Left(600), labeled(10)))
    found = readiness_forecast(grounds)
    assert (found.p50, found.p85, found.by(after(9)), found.bounds(0.5)) == (None, None, None, (None, None))
    assert found.reason == "no credible date because of the tasks: nothing was finished in the last 12 weeks"
    assert (found.decided_by, found.chances) == ("tasks", (0.0, 0.0))
    assert found.parts[1].at(TODAY, 0.5) == after(60)
    assert found.without("tasks").p85 == after(60)


def test_with_no_history_it_says_what_to_do() -> None:
    grounds = Grounds(
        TODAY, OpenTasks(4, Throughput()), WantedLabels(Left(5)), checks=(OpenCheck("a", "it is watched"),)
    )
    assert readiness_forecast(grounds).reason == (
        "no credible date because of the tasks: there is no full week of history yet; finish tasks for a week, or "
        "import finished ones with their dates; the labels: there is no history yet; it is watched: nobody estimated "
        "when it will be done; its owner can name the earliest, the most likely and the latest day"
    )


def test_an_estimate_that_has_passed_is_asked_for_anew() -> None:
    past = ThreePoint(after(-9), after(-5), after(0))
    (part,) = readiness_forecast(Grounds(TODAY, checks=(OpenCheck("a", "it is watched", past),))).parts
    assert part.reason == "no credible date: the latest day of its estimate, 2026-11-29, has come; estimate it anew"


@pytest.mark.parametrize(
    "grounds",
    [
        Grounds(TODAY),
        Grounds(TODAY, OpenTasks(0, Throughput()), WantedLabels(Left(0), labeled(1))),
        Grounds(TODAY, None, WantedLabels(None)),
    ],
)
def test_nothing_left_is_done_today(grounds: Grounds) -> None:
    found = readiness_forecast(grounds)
    assert (found.parts, found.p50, found.p85, found.decided_by) == ((), TODAY, TODAY, None)
    assert found.reason == "nothing is left to be done"


def test_together_too_far_is_no_date() -> None:
    # Each may be counted on with 90 % within the horizon, both together with 81 %.
    parts = tuple(Part(f"check:{n}", "it", Finish((0.5, 0.9))) for n in range(2))
    found = ReadinessForecast(TODAY, parts)
    assert (found.p50, found.p85, found.reason) == (None, None, "no credible date: all of it together is too far away")
    assert found.without("check:0").p85 == after(2)


@pytest.mark.parametrize("values", [{"cut_tasks": -1}, {"labeling_rate": 0}, {"labeling_rate": 101}])
def test_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at most 100 times"):
        WhatIf(**values)  # type: ignore[arg-type]


def test_the_answer_has_the_promised_shape() -> None:
    answer = forecast_answer(readiness_forecast(GROUNDS))
    assert {"p50", "p85", "decided_by", "parts", "reason"} <= set(answer)
    assert (answer["p50"], answer["decided_by"], answer["reason"]) == ("2027-01-28", "labels", "")
    tasks, labels, check = answer["parts"]
    assert (labels["gate"], labels["p85"], labels["reason"]) == ("labels", "2027-01-28", "")
    assert labels["without_p85"] < "2027-01-28" == tasks["without_p85"] == check["without_p85"]
    assert answer["bounds"]["p85"] == {"earliest": "2027-01-28", "latest": "2027-01-28"}
    nothing = forecast_answer(readiness_forecast(Grounds(TODAY, OpenTasks(1, Throughput()))))
    assert (nothing["p50"], nothing["p85"], nothing["bounds"]["p50"]["latest"]) == (None, None, None)
    assert nothing["parts"][0]["reason"].startswith("no credible date: ")
