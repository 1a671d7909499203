"""How the rows of a sample story came to be labeled: real labels of public data, with days and people made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class Labels:
    """`rows` labels a day apart in groups of `a_day` on workdays, every `twice_every`th given a second time.

    `truth` are the real labels; the second person reads a row as `misread` does, which is what a trained model said.
    There were `total` rows to label from the start, and `added` more since the middle.
    """

    truth: Sequence[str]
    misread: Sequence[str]
    a_day: int
    rows: int
    twice_every: int
    total: int
    added: int

    def annotations(self, now: datetime) -> Iterator[dict[str, Any]]:
        """Yield the annotations as they are pushed."""
        for number, moment in enumerate(self._moments(now)):
            name, when = f"row {number + 1}", moment.isoformat()
            yield {"task": name, "annotator": "first sample person", "label": self.truth[number], "time": when}
            if number % self.twice_every == 0:
                second = {"annotator": "second sample person", "label": self.misread[number]}
                yield {"task": name, "time": when, **second}

    def snapshots(self, now: datetime) -> Iterator[tuple[datetime, int, int]]:
        """Yield moment, tasks and labeled tasks at the end of each workday."""
        moments = self._moments(now)
        for place in range(self.a_day, self.rows + 1, self.a_day):
            grown = self.added if place > self.rows // 2 else 0
            yield moments[place - 1] + timedelta(minutes=5), self.total + grown, place

    def relabels(self, tasks: Sequence[str]) -> list[dict[str, Any]]:
        """Return the second labels of an audit's tasks: the real ones."""
        return [{"task": task, "label": self.truth[int(task.removeprefix("row ")) - 1]} for task in tasks]

    def _moments(self, now: datetime) -> list[datetime]:
        """Return when each row was labeled, the last one on the last workday before today."""
        days: list[datetime] = []
        day = now.astimezone(UTC).date()
        while len(days) < -(-self.rows // self.a_day):
            day -= timedelta(days=1)
            if day.weekday() < WORKDAYS:
                days.append(datetime.combine(day, time(9), UTC))
        days.reverse()
        return [
            days[number // self.a_day] + timedelta(minutes=10 * (number % self.a_day)) for number in range(self.rows)
        ]


def labels_of(text: Mapping[str, Any], cases: Mapping[str, Any]) -> Labels | None:
    """Return the labels of a story, None where it tells of none."""
    asked = text.get("labels")
    if asked is None:
        return None
    misread = cases["runs"][asked["misread_by_run"] - 1]["predictions"]
    sizes = {name: asked[name] for name in ("a_day", "rows", "twice_every", "total", "added")}
    return Labels([str(each) for each in cases["labels"]], [str(each) for each in misread], **sizes)
