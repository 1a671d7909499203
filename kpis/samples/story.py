"""The sample stories as records: read from the two files beside this module. Plain Python, no Django."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from projects.connectors.records import DatasetRecord, EvaluationRecord, MetricRecord, RunRecord
from projects.progress.evaluations.confusion import confusion_of
from projects.progress.evaluations.levels import SCALE
from projects.progress.evaluations.tally import tally_rows

HERE = Path(__file__).resolve().parent
DATA_LINK = "https://archive.ics.uci.edu/"
RUN_EVERY = timedelta(days=2)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    """One story: its texts and goals (`text`), what was trained (`trained`), and what each model said (`cases`)."""

    name: str
    text: Mapping[str, Any]
    trained: Mapping[str, Any]
    cases: Mapping[str, Any]

    def runs(self, now: datetime) -> list[RunRecord]:
        """Return its runs, the last one ended an hour before `now`, the others two days apart."""
        trained = self.trained["runs"]
        ends = [now - timedelta(hours=1) - RUN_EVERY * (len(trained) - 1 - place) for place in range(len(trained))]
        return [self._run(number, run, end) for number, (run, end) in enumerate(zip(trained, ends), 1)]

    def evaluations(self, now: datetime) -> list[EvaluationRecord]:
        """Return what each run said of the held-out rows, measured when it ended."""
        return [self._evaluation(run, said) for run, said in zip(self.runs(now), self.cases["runs"])]

    def baseline(self) -> tuple[float, int]:
        """Return accuracy and n of the first run: the most frequent class, the plainest baseline there is."""
        first = self.trained["runs"][0]
        return (first["n"] - first["errors_all"]) / first["n"], first["n"]

    def _run(self, number: int, run: Mapping[str, Any], end: datetime) -> RunRecord:
        return RunRecord(
            external_id=f"{self.name}-{number}",
            name=run["name"],
            status="finished",
            started_at=end - timedelta(minutes=1),
            ended_at=end,
            params={**run["params"], "threshold": str(run["threshold"])},
            tags={"sample": "true"},
            metrics=dict(metrics_of(run, end)),
            datasets=[
                DatasetRecord(name=f"{self.name} {part}", digest=data["digest"], context=part, rows=data["rows"])
                for part, data in self.trained["datasets"].items()
            ],
        )

    def _evaluation(self, run: RunRecord, said: Mapping[str, Any]) -> EvaluationRecord:
        labels, predictions = self.cases["labels"], said["predictions"]
        confidences = [level / SCALE for level in said["levels"]]
        right = [label == predicted for label, predicted in zip(labels, predictions)]
        return EvaluationRecord(
            tally=tally_rows(confidences, right, self.cases["slices"]),
            at=run.ended_at or EARLIEST,
            external_id=f"{run.external_id}-test",
            name=f"{run.name} on held-out rows",
            family=run.params["model"],
            run=run.external_id,
            dataset=next(each for each in run.datasets if each.context == "test"),
            components={"hyperparameters": hashlib.sha256(json.dumps(run.params, sort_keys=True).encode()).hexdigest()},
            scope=self.text["scope_in"],
            abstention="The model decides alone where its highest class probability reaches the threshold.",
            confusion=confusion_of(map(str, labels), map(str, predictions)),
        )


def metrics_of(run: Mapping[str, Any], at: datetime) -> Iterator[tuple[str, MetricRecord]]:
    """Yield what a run reports: accuracy among the decided cases and coverage, each with its n."""
    n, decided = run["n"], run["decided"]
    yield "coverage", MetricRecord(decided / n, time=at)
    yield "coverage_n", MetricRecord(float(n), time=at)
    yield "accuracy_all", MetricRecord((n - run["errors_all"]) / n, time=at)
    yield "accuracy_n", MetricRecord(float(decided), time=at)
    if decided:
        yield "accuracy", MetricRecord((decided - run["errors_decided"]) / decided, time=at)
    else:
        yield "accuracy", MetricRecord(None, "nan", time=at)


def stories() -> list[Story]:
    """Return the stories in the order of the file."""
    texts = tomllib.loads((HERE / "stories.toml").read_text())
    trained = json.loads((HERE / "results.json").read_text())["stories"]
    cases = json.loads((HERE / "cases.json").read_text())
    return [Story(name, text, trained[name], cases[name]) for name, text in texts.items()]
