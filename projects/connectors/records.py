"""What connectors bring home: plain records, whatever the system they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.tally import Tally

RunStatus = Literal["running", "finished", "failed", "killed"]
Special = Literal["nan", "inf", "-inf"]
EvaluationPurpose = Literal["validation", "test", "shadow", "production"]


@dataclass(frozen=True, slots=True)
class MetricRecord:
    """One value. `value` is a finite float, or None where `special` says what it is instead."""

    value: float | None
    special: Special | None = None
    step: int = 0
    time: datetime | None = None


def as_record(metric: MetricRecord | float) -> MetricRecord:
    """Return a metric as a record; a plain number has no step and no time."""
    return metric if isinstance(metric, MetricRecord) else MetricRecord(metric)


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """A dataset that a run used. `context` is a word such as `training`; `rows` where the server knows it.

    `uri` is where it lies, empty where that is not known.
    """

    name: str
    digest: str
    context: str = ""
    rows: int | None = None
    schema_digest: str | None = None
    uri: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run with its latest metrics. Times are aware UTC; `url` leads people to the run's own page.

    A metric that is a plain, finite number has no step and no time.
    """

    external_id: str
    name: str
    status: RunStatus
    started_at: datetime | None
    ended_at: datetime | None
    params: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, MetricRecord | float]
    datasets: Sequence[DatasetRecord] = ()
    experiment_id: str = ""
    experiment_name: str = ""
    deleted: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class ModelVersionRecord:
    """A registered version. `aliases` are all that point to it now, sorted."""

    name: str
    version: str
    run_external_id: str
    aliases: Sequence[str]
    tags: Mapping[str, str]
    status: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    """An experiment or project of the server, of which a person may choose some."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class MeasuredMetric:
    """A metric of an evaluation that counts do not give, with the interval and n of its source; finite numbers."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class EvaluationRecord:
    """How a model did on counted cases. `tally` has at least one case; `at` is aware.

    `external_id` is the source's own name of it, "" for none. `run` is the external id of a run of the same source,
    `model_version` `name/version`. `components` are digests by part (data, labels, features, code, hyperparameters,
    model, threshold, container). `scope` says which cases the denominator covers, `abstention` how the model abstains.
    """

    tally: Tally
    at: datetime
    external_id: str = ""
    purpose: EvaluationPurpose = "test"
    name: str = ""
    family: str = ""
    members: Sequence[str] = ()
    run: str = ""
    model_version: str = ""
    dataset: DatasetRecord | None = None
    commit: str = ""
    components: Mapping[str, str] = field(default_factory=dict)
    scope: str = ""
    abstention: str = ""
    favourable: str = ""
    metrics: Mapping[str, MeasuredMetric] = field(default_factory=dict)
    confusion: Confusion = field(default_factory=Confusion)
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class EvaluationFile:
    """A file of a run that states an evaluation: parsed JSON that nobody has checked, with the digest of its bytes."""

    run_external_id: str
    path: str
    digest: str
    content: Any

    @property
    def name(self) -> str:
        """Return what it is called where it is listed."""
        return file_name(self.run_external_id, self.path)


def file_name(run_external_id: str, path: str) -> str:
    """Return what a file of a run is called among the rejected records."""
    return f"{run_external_id} {path}"


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """Something that cannot be stored, and why, in words."""

    external_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """One step of a pull: store it and `cursor` in one transaction.

    `model_versions` is None, or the whole registry (versions that are not in it are gone). `deleted_ids` are
    runs that were deleted there. `evaluations` are files of runs of this page or an earlier one. `requests` were sent
    for this page. After the page with `last` the pull is complete.
    """

    records: Sequence[RunRecord] = ()
    model_versions: Sequence[ModelVersionRecord] | None = None
    deleted_ids: Sequence[str] = ()
    evaluations: Sequence[EvaluationFile] = ()
    rejected: Sequence[RejectedRecord] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    last: bool = False
    requests: int = 0


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One point of a metric's history; `value` is None where `special` says what it is instead."""

    step: int
    time: datetime | None
    value: float | None
    special: Special | None = None


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """The history of one metric of a run, thinned to what a chart needs.

    `read` counts the points that the server was asked for; `is_whole` is False where it has more than are read.
    """

    points: Sequence[HistoryPoint] = ()
    read: int = 0
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class ServerReport:
    """What a test of a connection found: the server's version and how much is visible with these credentials."""

    version: str
    visible: int
    text: str
