"""Forecasts of dates: how well they held for real teams, and what they cost.

Every week of two real series a forecast is made from the weeks before it, for work of two, four and eight mean weeks,
and held against what happened. Coverage is the share of outcomes at or before the date, beside the chance that the
forecasts gave to it; of the six the lowest and the highest are shown. Pinball loss is that of the median, against
dividing the work by the mean week and rounding up.
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from django.db import connection

from benchmarks.results import Result
from benchmarks.sizes import Size
from benchmarks.stopwatch import in_turns, milliseconds
from benchmarks.worlds import make_world
from kpis.models import Forecast
from kpis.scoring.convolution import finish
from kpis.scoring.forecast.answer import forecast_answer
from kpis.scoring.forecast.calibration import KeptForecast
from kpis.scoring.forecast.calibration import calibration as plain
from kpis.scoring.forecast.three_point import ThreePoint
from kpis.scoring.forecast.what_if import Grounds, OpenCheck, OpenTasks, WantedLabels, readiness_forecast
from kpis.scoring.forecast_scores import Past, QuantileScore, past_forecasts, pinball, score
from kpis.scoring.labeling.completion import Left
from kpis.selectors.forecast_scores import forecast_scores
from mltrack.env import BASE_DIR
from projects.progress.delivery.throughput import Throughput, Week
from projects.progress.labeling.burnup import days_of
from projects.progress.labeling.quotas import Quota

SERIES: Final = ("DEV", "PS")
WINDOWS: Final = (6, 12, 26)
AHEAD: Final = (2, 4, 8)
LEAST_WINDOW: Final = 12
"""From this history on, coverage is promised."""
DRAWS: Final = {"tiny": 2_000}
TODAY: Final = date(2026, 11, 29)
KEPT_DAYS: Final = 400
READ: Final = (
    *("initiative__key", "as_of", "p50", "p85", "mass50", "mass85"),
    *("target_date", "reached_on", "cancelled_on"),
)
# Every initiative has one forecast a day up to the last one, with a date of 5 to 40 days later.
KEPT: Final = """
INSERT INTO kpis_forecast (initiative_id, public_id, made_at, as_of, p50, p85, mass50, mass85, decided_by, reason,
    target_date, document, digest, reached_on)
SELECT i.id, 'fct_' || lpad(i.id || 'x' || n, 16, '0'), now() - n * interval '1 day', date '2026-11-29' - n,
    date '2026-11-29' - n + 5 + n %% 20, date '2026-11-29' - n + 25 + n %% 16, 0.55, 0.87, 'tasks', '',
    date '2026-11-29' - 30, '{"parts": []}', n::text, CASE WHEN n > 100 THEN date '2026-11-29' - 90 END
FROM projects_initiative i, generate_series(1, %(days)s) n WHERE i.workspace_id = %(workspace)s
"""


def measure(size: Size) -> list[Result]:
    """Return the calibration by history, exact chances against simulated ones, and the cost of a forecast and of the
    scores of all that were kept."""
    found = [row for window in WINDOWS for row in calibration(window)]
    return [*found, simulated(DRAWS.get(size.name, 100_000)), cost(), scores_of_kept(size)]


def calibration(window: int) -> list[Result]:
    """Return how forecasts from so many weeks held."""
    tried = [(weekly(BASE_DIR / "tests" / "golden", name), ahead) for name in SERIES for ahead in AHEAD]
    past = [(series, ahead, list(past_forecasts(series, window, ahead))) for series, ahead in tried]
    scores = [score(each, window) for *_, each in past]
    upper, lower = [each.p85 for each in scores if each.p85], [each.p50 for each in scores if each.p50]
    asked = window >= LEAST_WINDOW
    rows = _covered("P85", window, upper, (0.80, 0.95) if asked else (None, None))
    rows += _covered("P50", window, lower, (None, None))
    loss = float(np.mean([each.pinball for each in lower]))
    plain = float(np.mean([_plain_loss(series, window, ahead, each) for series, ahead, each in past]))
    width = float(np.mean([_width(each) for *_, each in past]))
    what = f"{window} weeks of history"
    return [
        *rows,
        Result("forecasts", f"P50 pinball loss, {what}", f"{loss:.2f} weeks", f"plain {plain:.2f}", loss / plain),
        Result("forecasts", f"P50 to P85, {what}", f"{width:.2f} weeks", "", None),
    ]


def weekly(folder: Path, name: str) -> list[int]:
    """Return the outputs per week of a real team."""
    with (folder / f"05_weekly_laukkanen_{name}.csv").open(encoding="utf-8") as lines:
        return [int(row["count"]) for row in csv.DictReader(lines)]


def simulated(draws: int) -> Result:
    """Return by how many standard errors exact chances and simulated ones differ at most, over 20 weeks."""
    history, pieces, weeks = [3, 0, 5, 2, 4, 1], 30, 20
    sums = np.random.default_rng(1).choice(history, (draws, weeks)).cumsum(axis=1)
    exact = np.array([finish(pieces, [history]).after(week) for week in range(1, weeks + 1)])
    gap = np.abs((sums >= pieces).mean(axis=0) - exact)
    # One draw more is allowed for, so that next to impossible weeks count too.
    errors = np.sqrt(exact * (1 - exact) / draws) + 1 / draws
    most = float((gap / errors).max())
    return Result("forecasts", "exact against simulated, standard errors", f"{most:.1f}", f"{draws:,} draws", most, 4)


def cost() -> Result:
    """Return what a forecast of readiness from four parts costs, with its answer."""
    monday = date(2026, 5, 25)
    history = Throughput(tuple(Week(monday + timedelta(weeks=n), n % 6, n % 3) for n in range(26)))
    first = TODAY - timedelta(days=83)
    days = days_of({first + timedelta(days=n): 40 + n % 30 for n in range(84)}, first, TODAY)
    estimate = ThreePoint(*(TODAY + timedelta(days=n) for n in (5, 12, 40)))
    left = Left(8_000, (Quota("rare", 300, 100),), {"rare": 0.04})
    checks = tuple(OpenCheck(f"check {n}", f"check {n}", estimate) for n in range(2))
    grounds = Grounds(TODAY, OpenTasks(120, history), WantedLabels(left, days), checks=checks)
    milliseconds = _fastest(lambda: forecast_answer(readiness_forecast(grounds)))
    return Result("forecasts", "readiness from four parts", f"{milliseconds:.0f} ms", "", None)


def scores_of_kept(size: Size) -> Result:
    """Return what it costs to score all kept forecasts by the database, against reading every row."""
    world = make_world(size.initiatives)
    with connection.cursor() as cursor:
        cursor.execute(KEPT, {"workspace": world.owner.workspace.pk, "days": KEPT_DAYS})
        cursor.execute("VACUUM (ANALYZE) kpis_forecast")
    workspace, rows = world.owner.workspace, Forecast.objects.filter(initiative__workspace=world.owner.workspace)

    def read() -> None:
        plain([KeptForecast(*each) for each in rows.values_list(*READ)], TODAY)

    took = in_turns({"summed": lambda: forecast_scores(workspace, TODAY), "read": read}, size.rounds + 2)
    return Result(
        "forecasts",
        f"scores of {size.initiatives * KEPT_DAYS:,} kept forecasts",
        milliseconds(took["summed"]),
        f"all rows read {milliseconds(took['read'])}",
        took["summed"] / took["read"],
        0.5 if size.name != "tiny" else None,
    )


def _covered(
    level: str, window: int, scores: Sequence[QuantileScore], aims: tuple[float | None, float | None]
) -> list[Result]:
    low, high = min(scores, key=lambda each: each.coverage), max(scores, key=lambda each: each.coverage)
    what = f"{level} coverage, {window} weeks of history"
    return [_row(f"{what}, lowest", low, aims[0], at_least=True), _row(f"{what}, highest", high, aims[1])]


def _row(what: str, found: QuantileScore, aim: float | None, *, at_least: bool = False) -> Result:
    claimed = f"claimed {found.nominal:.2f}"
    return Result("forecasts", what, f"{found.coverage:.2f}", claimed, found.coverage, aim, at_least=at_least)


def _plain_loss(series: Sequence[int], window: int, ahead: int, past: Sequence[Past]) -> float:
    """Return the median's loss of dividing by the mean week, over the forecasts whose P50 is scored."""
    moments = [now for now in range(window, len(series)) if any(series[now - window : now])]
    losses = []
    for now, each in zip(moments, past, strict=True):
        said, mean = each.forecast.quantile(0.5), sum(series[now - window : now]) / window
        if said and said <= each.known:
            losses.append(pinball(each.actual, math.ceil(max(1, round(ahead * mean)) / mean), 0.5))
    return float(np.mean(losses))


def _width(past: Sequence[Past]) -> float:
    ends = [(each.forecast.quantile(0.5), each.forecast.quantile(0.85)) for each in past]
    return float(np.mean([high - low for low, high in ends if low is not None and high is not None]))


def _fastest(work: Callable[[], object]) -> float:
    """Return the milliseconds of the fastest of five runs."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1000 * min(times)
