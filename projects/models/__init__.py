"""The tables of facts."""

from projects.models.asked_sources import AskedSource
from projects.models.connections import Breaker, Connection, NudgeDelivery, RejectedRecord, SyncAttempt
from projects.models.datasets import DatasetSplit, DatasetVersion, RunDataset, SplitHashes, SplitOverlap, VersionOverlap
from projects.models.deployments import Deployment, DeploymentChange, Rollback
from projects.models.evaluations import CaseBlock, Evaluation, EvaluationStratum, Origin, Pairing, Purpose
from projects.models.findings import Finding, FindingKind, Severity
from projects.models.initiatives import Initiative, JudgeDue, StageChange, Update
from projects.models.label_audits import AuditedTask, AuditKind, AuditState, LabelAudit, RelabelSource
from projects.models.labeling import (
    Annotation,
    Annotator,
    AnnotatorFigures,
    BatchDataset,
    LabelingProject,
    LabelingSnapshot,
    LabelingState,
    LabelingTally,
    LabelTask,
    TallyKind,
    TaskState,
)
from projects.models.observation_sources import ObservationSource
from projects.models.observations import (
    DataSource,
    Observation,
    ObservedKind,
    ObservedSeries,
    PlannedStop,
    SourceFeature,
)
from projects.models.probes import EndpointProbe, ProbeResult
from projects.models.rhythms import Rhythmic, UpdateRhythm
from projects.models.runs import (
    MetricValue,
    ModelVersion,
    Run,
    RunColumns,
    RunLink,
    SelectionRule,
)
from projects.models.sent_tasks import SentTask
from projects.models.sprints import Sprint
from projects.models.tasks import MoveKind, Priority, SprintMove, Task, TaskBlock, TaskStatus, TaskTransition, TaskType
from projects.models.uploads import EvaluationUpload, UploadBlock

__all__ = [
    "Annotation",
    "Annotator",
    "AnnotatorFigures",
    "AskedSource",
    "AuditKind",
    "AuditState",
    "AuditedTask",
    "BatchDataset",
    "Breaker",
    "CaseBlock",
    "Connection",
    "DataSource",
    "DatasetSplit",
    "DatasetVersion",
    "Deployment",
    "DeploymentChange",
    "EndpointProbe",
    "Evaluation",
    "EvaluationStratum",
    "EvaluationUpload",
    "Finding",
    "FindingKind",
    "Initiative",
    "JudgeDue",
    "LabelAudit",
    "LabelTask",
    "LabelingProject",
    "LabelingSnapshot",
    "LabelingState",
    "LabelingTally",
    "MetricValue",
    "ModelVersion",
    "MoveKind",
    "NudgeDelivery",
    "Observation",
    "ObservationSource",
    "ObservedKind",
    "ObservedSeries",
    "Origin",
    "Pairing",
    "PlannedStop",
    "Priority",
    "ProbeResult",
    "Purpose",
    "RejectedRecord",
    "RelabelSource",
    "Rhythmic",
    "Rollback",
    "Run",
    "RunColumns",
    "RunDataset",
    "RunLink",
    "SelectionRule",
    "SentTask",
    "Severity",
    "SourceFeature",
    "SplitHashes",
    "SplitOverlap",
    "Sprint",
    "SprintMove",
    "StageChange",
    "SyncAttempt",
    "TallyKind",
    "Task",
    "TaskBlock",
    "TaskState",
    "TaskStatus",
    "TaskTransition",
    "TaskType",
    "Update",
    "UpdateRhythm",
    "UploadBlock",
    "VersionOverlap",
]
