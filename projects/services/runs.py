"""Everything that is written of runs and their versions, by one name each."""

from __future__ import annotations

from projects.services.model_versions import push_model_version, record_model_versions
from projects.services.outcomes import BatchRejected, Fault, Outcome
from projects.services.pushes import push_runs
from projects.services.recording import mark_deleted, record_runs

__all__ = [
    "BatchRejected",
    "Fault",
    "Outcome",
    "mark_deleted",
    "push_model_version",
    "push_runs",
    "record_model_versions",
    "record_runs",
]
