"""All that a judgement needs, as plain values: gathered from the database by `kpis.selectors`, judged without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from kpis.scoring.attainment import Goal
from kpis.scoring.evaluations.pairs import Pairs
from kpis.scoring.forecast.standing import ForecastStanding
from kpis.scoring.labeling.standing import LabelStanding
from kpis.scoring.observed import ObservedFacts
from kpis.scoring.points import MetricPoint
from kpis.scoring.reruns import Rerun
from kpis.scoring.sampling import Reported
from kpis.scoring.targets import Criticality, Target
from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.tally import Tally

CandidateKind = Literal["run", "model_version", "evaluation"]
DEFAULT_MARGIN = 0.01


@dataclass(frozen=True, slots=True)
class InitiativeFacts:
    """The initiative as it is. `owner` is a person's name, empty when there is none."""

    key: str
    stage: str = "framing"
    state: str = "active"
    criticality: Criticality = "standard"
    target_date: date | None = None
    zone: str = "UTC"
    created_at: datetime | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class DatasetFact:
    """A dataset version by its name and digest; `labels_digest` where labels have their own.

    `leaked_rows` and `leaked_groups` are what its held-out splits share with those that were trained on, None where
    nobody knows. `recorded_at` is when the version became known.
    """

    name: str
    digest: str
    labels_digest: str = ""
    context: str = ""
    leaked_rows: int | None = None
    leaked_groups: int | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SharedData:
    """How many rows, and groups where they are known, of one version are in another that models are trained on."""

    name: str
    digest: str
    trained_name: str
    trained_digest: str
    rows: int
    groups: int | None = None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run: metrics under their own names (see `apply_aliases`), and what makes it repeatable.

    `shared` is what its datasets, as what it was trained on, share with any that measure, as far as that is known.
    `id` is the public id, `url` the path or address of its page.
    """

    id: str
    label: str = ""
    status: str = "finished"
    metrics: Mapping[str, MetricPoint] = field(default_factory=dict)
    ambiguous: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[DatasetFact, ...] = ()
    shared: tuple[SharedData, ...] = ()
    commit: str = ""
    ended_at: datetime | None = None
    url: str = ""
    sample_key: str = "n"

    @property
    def reported(self) -> Reported:
        """What the run reports, for the functions that look metrics up."""
        return Reported(self.metrics, self.params, self.tags, self.sample_key, self.ambiguous)


@dataclass(frozen=True, slots=True)
class EvaluationFacts:
    """How a model did on counted cases. `at` is when it was measured, `recorded_at` when it became known here.

    `metrics` are those that counts do not give. `components` are digests by part: data, labels, features, code,
    hyperparameters, model, threshold, container. `test_set` is the public id of its dataset version, `answers_given`
    for how many other candidates gates have already answered on it.
    """

    id: str
    tally: Tally
    label: str = ""
    url: str = ""
    purpose: str = "test"
    dataset: DatasetFact | None = None
    commit: str = ""
    at: datetime | None = None
    recorded_at: datetime | None = None
    metrics: Mapping[str, MetricPoint] = field(default_factory=dict)
    confusion: Confusion = field(default_factory=Confusion)
    favourable: str = ""
    components: Mapping[str, str] = field(default_factory=dict)
    scope: str = ""
    abstention: str = ""
    test_set: str = ""
    answers_given: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the verdict is about: a run, a model version with its run, or an evaluation.

    `evaluation` is what measures it, None where only the run's own numbers do. An evaluation without a run has a run
    that says when it ended, on which data and commit, and nothing else.
    """

    kind: CandidateKind
    id: str
    label: str
    run: RunFacts
    url: str = ""
    deployed: bool = False
    evaluation: EvaluationFacts | None = None

    @property
    def datasets(self) -> tuple[DatasetFact, ...]:
        """The data of its run, and that of its evaluation."""
        found = self.evaluation.dataset if self.evaluation else None
        known = {(each.name, each.digest) for each in self.run.datasets}
        return (
            self.run.datasets if found is None or (found.name, found.digest) in known else (*self.run.datasets, found)
        )


@dataclass(frozen=True, slots=True)
class PlainBaseline:
    """What the simplest thing achieves on a metric; `n` where it was measured on counted cases."""

    metric: str
    value: float
    n: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class BarChange:
    """A change of the criticality (`metric` is empty), or of what is stated as plain baseline of a metric.

    `before` and `after` are the word or the number as text. Only changes since there was a result are given.
    """

    metric: str
    before: str
    after: str
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class ContributionFacts:
    """A KPI that the initiative is expected to move, with its goal in force and its latest reading."""

    kpi: str
    name: str
    owner: str = ""
    goal: Goal = field(default_factory=Goal)
    latest: float | None = None
    latest_at: datetime | None = None
    period: str = "week"
    expected: float | None = None
    by: date | None = None
    grade: str = "E"
    url: str = ""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that is still to be done."""

    key: str
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """How many tasks are neither cancelled nor put away, how many of them are done, and the first that are not.

    Tasks that a check opened and tasks about the check on tasks are left out: they follow from the judgement.
    """

    total: int = 0
    done: int = 0
    open: tuple[OpenTask, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """A deployment: `run` and `model_version` are public ids, "" where not known.

    `beside_at` is when it came to be a canary or shadow, None where it never was one.
    """

    version: str
    environment: str
    state: str
    at: datetime
    image: str = ""
    run: str = ""
    model_version: str = ""
    beside_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class RollbackFacts:
    """The newest rollback, `real` or a `rehearsal`; `seconds` is how long it took, None where nobody timed it."""

    kind: str
    environment: str
    at: datetime
    seconds: int | None = None
    change: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class AttestationFacts:
    """A person's word on a check. Only unrevoked ones are given."""

    id: str
    check: str
    link: str
    at: datetime
    expires: datetime
    author: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class WaiverFacts:
    """A permitted failure. `value` is the measured value it names, None where the check has no number."""

    id: str
    check: str
    reason: str
    expires: datetime
    state: str = "approved"
    value: float | None = None
    value_text: str = ""
    requester: str = ""
    approver: str = ""
    self_approved: bool = False


@dataclass(frozen=True, slots=True)
class ProgressPoint:
    """The share of required checks that passed at a moment, from a kept snapshot."""

    at: datetime
    share: float


@dataclass(frozen=True, slots=True)
class JudgementInputs:
    """Everything that one judgement rests on.

    `current_datasets` are the newest version of each dataset by name; `bound` is what each attestation was
    given for (see `fingerprints.bound_fingerprints`); `history` is in order of time; `production` is the run
    of what is deployed, None when nothing is, `production_evaluation` its newest evaluation, and `pairs` how that and
    the candidate's did on the same cases, by slice ("" is all of them), None where the cases are not known. `labels` is
    None where nothing is known of them, `forecast` where no date was credible when one was made last. `releases` are
    the newest deployments and `reruns` other runs of the candidate's commit, data and parameters, newest first.
    """

    initiative: InitiativeFacts
    candidate: Candidate | None = None
    targets: tuple[Target, ...] = ()
    baselines: tuple[PlainBaseline, ...] = ()
    production: RunFacts | None = None
    production_evaluation: EvaluationFacts | None = None
    pairs: Mapping[str, Pairs] | None = None
    margin: float = DEFAULT_MARGIN
    current_datasets: tuple[DatasetFact, ...] = ()
    reruns: tuple[Rerun, ...] = ()
    contributions: tuple[ContributionFacts, ...] = ()
    attestations: tuple[AttestationFacts, ...] = ()
    waivers: tuple[WaiverFacts, ...] = ()
    bound: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    history: tuple[ProgressPoint, ...] = ()
    proposals: tuple[str, ...] = ()
    bars: tuple[BarChange, ...] = ()
    labels: LabelStanding | None = None
    forecast: ForecastStanding | None = None
    tasks: TaskFacts = field(default_factory=TaskFacts)
    releases: tuple[ReleaseFacts, ...] = ()
    rollback: RollbackFacts | None = None
    observed: ObservedFacts = field(default_factory=ObservedFacts)
