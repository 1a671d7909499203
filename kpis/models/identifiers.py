"""The public ids of judgement, as named defaults that migrations can refer to."""

from __future__ import annotations

from mltrack.identifiers import new_id


def target_id() -> str:
    """Return a new id of a target version, `tgt_…`."""
    return new_id("tgt")


def goal_id() -> str:
    """Return a new id of a goal version, `gol_…`."""
    return new_id("gol")


def attestation_id() -> str:
    """Return a new id of an attestation, `ats_…`."""
    return new_id("ats")


def waiver_id() -> str:
    """Return a new id of a waiver, `wvr_…`."""
    return new_id("wvr")


def gate_decision_id() -> str:
    """Return a new id of a gate decision, `gat_…`."""
    return new_id("gat")


def snapshot_id() -> str:
    """Return a new id of a readiness snapshot, `rdy_…`."""
    return new_id("rdy")


def quota_id() -> str:
    """Return a new id of a quota version, `quo_…`."""
    return new_id("quo")
