"""What an evaluation reports at its operating point: metrics with their exact n, as targets judge those of runs."""

from __future__ import annotations

from collections.abc import Iterator

from kpis.scoring.evaluations.class_scores import balanced_accuracy, class_scores
from kpis.scoring.evaluations.curve import CurvePoint, point_at
from kpis.scoring.evaluations.fairness import Fairness, Gap, fairness
from kpis.scoring.evaluations.groups import GroupCounts, group_counts, groupings
from kpis.scoring.evaluations.share import Share
from kpis.scoring.inputs import EvaluationFacts
from kpis.scoring.points import MetricPoint
from kpis.scoring.sampling import Reported, metric_key

SMALLEST_GROUP = 30


def reported_at(facts: EvaluationFacts, point: CurvePoint, smallest_group: int = SMALLEST_GROUP) -> Reported:
    """Return the metrics of an evaluation at a point of its curve.

    `accuracy`, `error_rate` (of accepted cases) and `coverage` (of all), for each slice and group as
    `<metric>/<column>=<value>`; recall and precision of each class as `recall/<class>`, over all cases; the gaps
    between groups of each column with at least `smallest_group` cases, the widest of them; and what the evaluation
    states itself. A metric without cases is not reported.
    """
    found = dict(_at_point(point))
    for name, ladder in facts.tally.by_slice.items():
        found.update(_at_point(point_at(ladder, point.threshold), name))
    for columns in groupings(facts.tally):
        groups = group_counts(facts.tally, point.threshold, columns)
        for name, counts in groups.items():
            found.update(_of_group(counts, name))
    found.update(_gaps(facts, point, smallest_group))
    found.update(_of_classes(facts))
    return Reported({**found, **facts.metrics})


def _at_point(point: CurvePoint, part: str = "") -> Iterator[tuple[str, MetricPoint]]:
    yield from _shares(
        part,
        accuracy=Share(point.right, point.accepted),
        error_rate=Share(point.wrong, point.accepted),
        coverage=Share(point.accepted, point.n),
    )


def _of_group(counts: GroupCounts, name: str) -> Iterator[tuple[str, MetricPoint]]:
    yield from _shares(
        name,
        accuracy=counts.accuracy,
        error_rate=counts.error_rate,
        coverage=counts.coverage,
        selection_rate=counts.selection_rate,
        true_positive_rate=counts.true_positive_rate,
        false_positive_rate=counts.false_positive_rate,
    )


def _shares(part: str, **shares: Share) -> Iterator[tuple[str, MetricPoint]]:
    for metric, share in shares.items():
        if share.metric is not None:
            yield metric_key(metric, part), share.metric


def _of_classes(facts: EvaluationFacts) -> Iterator[tuple[str, MetricPoint]]:
    for name, scores in class_scores(facts.confusion).items():
        yield from _shares(name, recall=scores.recall, precision=scores.precision)
    balanced = balanced_accuracy(facts.confusion)
    if balanced is not None:
        yield "balanced_accuracy", MetricPoint(balanced, n=facts.confusion.n)


def _gaps(facts: EvaluationFacts, point: CurvePoint, smallest: int) -> Iterator[tuple[str, MetricPoint]]:
    """Return the gaps of each metric, of the column in which groups lie farthest apart."""
    found = [
        fairness(group_counts(facts.tally, point.threshold, [column]), smallest) for column in facts.tally.group_columns
    ]
    for metric, gaps in _by_metric(found).items():
        known = [gap for gap in gaps if gap.difference is not None]
        if known:
            yield f"{metric}_difference", _difference(known, facts.tally.n)
            ratios = [gap for gap in known if gap.ratio is not None]
            if ratios:
                yield f"{metric}_ratio", _ratio(ratios, facts.tally.n)


def _by_metric(found: list[Fairness]) -> dict[str, list[Gap]]:
    return {
        "demographic_parity": [each.selection for each in found],
        "equalized_odds": [gap for each in found for gap in _odds(each)],
        "error_parity": [each.error for each in found],
        "coverage_parity": [each.coverage for each in found],
    }


def _odds(found: Fairness) -> list[Gap]:
    """Return both gaps of equalized odds, none where either cannot be compared."""
    return [found.true_positive, found.false_positive] if found.equalized_odds_difference is not None else []


def _difference(gaps: list[Gap], n: int) -> MetricPoint:
    """Return the largest difference; its interval holds for all of them at once within a column."""
    return MetricPoint(
        max(gap.difference or 0.0 for gap in gaps),
        low=max(gap.surest or 0.0 for gap in gaps),
        high=max(gap.widest or 0.0 for gap in gaps),
        n=n,
        source="groups",
    )


def _ratio(gaps: list[Gap], n: int) -> MetricPoint:
    """Return the smallest ratio, each of them known; its interval holds for all of them at once within a column."""
    return MetricPoint(
        min(gap.ratio or 0.0 for gap in gaps),
        low=min(gap.least or 0.0 for gap in gaps),
        high=min(1.0 if gap.most is None else gap.most for gap in gaps),
        n=n,
        source="groups",
    )
