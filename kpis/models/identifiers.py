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


def estimate_id() -> str:
    """Return a new id of an estimate of a check, `est_…`."""
    return new_id("est")


def forecast_id() -> str:
    """Return a new id of a forecast, `fct_…`."""
    return new_id("fct")


def note_id() -> str:
    """Return a new id of a note on a KPI's chart, `nte_…`."""
    return new_id("nte")


def alert_id() -> str:
    """Return a new id of a KPI's alert, `alr_…`."""
    return new_id("alr")


def notice_id() -> str:
    """Return a new id of a notice to a person, `ntc_…`."""
    return new_id("ntc")


def calendar_link_id() -> str:
    """Return a new id of a link for calendars, `cal_…`."""
    return new_id("cal")


def result_id() -> str:
    """Return a new id of what an initiative moved, `res_…`."""
    return new_id("res")


def experiment_id() -> str:
    """Return a new id of an experiment's result, `exp_…`."""
    return new_id("exp")


def cost_id() -> str:
    """Return a new id of a cost of an initiative, `cst_…`."""
    return new_id("cst")


def value_decision_id() -> str:
    """Return a new id of a decision on an initiative's value, `vdc_…`."""
    return new_id("vdc")


def kpi_source_id() -> str:
    """Return a new id of a source of a KPI's readings, `src_…`."""
    return new_id("src")


def panel_id() -> str:
    """Return a new id of a panel of a dashboard, `pnl_…`."""
    return new_id("pnl")


def share_id() -> str:
    """Return a new id of a link that shows a view, `shr_…`."""
    return new_id("shr")


def subscription_id() -> str:
    """Return a new id of a subscription, `sub_…`."""
    return new_id("sub")


def delivery_id() -> str:
    """Return a new id of what a subscription sent, `dlv_…`."""
    return new_id("dlv")


def hook_id() -> str:
    """Return a new id of a webhook, `hok_…`."""
    return new_id("hok")


def hook_event_id() -> str:
    """Return a new id of an event that webhooks are told of, `evt_…`."""
    return new_id("evt")


def hook_delivery_id() -> str:
    """Return a new id of what a webhook was told, `hdl_…`."""
    return new_id("hdl")
