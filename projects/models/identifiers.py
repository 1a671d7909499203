"""The public ids of facts, as named defaults that migrations can refer to."""

from __future__ import annotations

from secrets import token_hex

from mltrack.identifiers import new_id, new_ids

OBSERVATION_SOURCE = "osr"
"""What the ids of sources of observations begin with: by it a pull tells whose question was answered."""


def connection_id() -> str:
    """Return a new id of a connection, `con_…`."""
    return new_id("con")


def run_id() -> str:
    """Return a new id of a run, `run_…`."""
    return new_id("run")


def new_run_ids(count: int) -> list[str]:
    """Return so many of them."""
    return new_ids("run", count)


def attempt_id() -> str:
    """Return a new id of a sync attempt, `att_…`."""
    return new_id("att")


def dataset_id() -> str:
    """Return a new id of a dataset version, `dat_…`."""
    return new_id("dat")


def model_version_id() -> str:
    """Return a new id of a model version, `mdl_…`."""
    return new_id("mdl")


def deployment_id() -> str:
    """Return a new id of a deployment, `dep_…`."""
    return new_id("dep")


def rollback_id() -> str:
    """Return a new id of a rollback or its rehearsal, `rbk_…`."""
    return new_id("rbk")


def evaluation_id() -> str:
    """Return a new id of an evaluation, `evl_…`."""
    return new_id("evl")


def upload_id() -> str:
    """Return a new id of an upload, `upl_…`."""
    return new_id("upl")


def labeling_project_id() -> str:
    """Return a new id of a labeling project, `lbp_…`."""
    return new_id("lbp")


def label_audit_id() -> str:
    """Return a new id of a label audit, `aud_…`."""
    return new_id("aud")


def data_source_id() -> str:
    """Return a new id of a data source, `dts_…`."""
    return new_id("dts")


def observed_series_id() -> str:
    """Return a new id of an observed series, `obs_…`."""
    return new_id("obs")


def new_observed_series_ids(count: int) -> list[str]:
    """Return so many of them."""
    return new_ids("obs", count)


def observation_source_id() -> str:
    """Return a new id of a source of observations, `osr_…`."""
    return new_id(OBSERVATION_SOURCE)


def planned_stop_id() -> str:
    """Return a new id of a planned stop, `stp_…`."""
    return new_id("stp")


def finding_id() -> str:
    """Return a new id of a finding, `fnd_…`."""
    return new_id("fnd")


def sprint_id() -> str:
    """Return a new id of a sprint, `spr_…`."""
    return new_id("spr")


def task_id() -> str:
    """Return a new id of a task, `tsk_…`."""
    return new_id("tsk")


def task_marker() -> str:
    """Return a text that nobody can guess, by which a task is found in its tracker."""
    return f"mltrack-{token_hex(16)}"
