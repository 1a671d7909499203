"""A valid body for every writing path, with every field that it can hold."""

from __future__ import annotations

from typing import Any

from tests.kpis.world import COMMIT, in_days

Body = dict[str, Any]
TIMES: Body = {"weekdays": [0, 4], "hour": 8, "zone": "Europe/Berlin", "only_if_changed": True}
HOOK = "https://hooks.example.org/services/T0/B0/x"
RHYTHM: Body = {"every": "fortnightly", "weekday": 2, "hour": 9, "zone": "Europe/Warsaw"}


def _moment(days: float) -> str:
    return str(in_days(days).isoformat())


def _initiative(ids: dict[str, str]) -> Body:
    return {
        "name": "Another",
        "problem": "They leave.",
        "scope_in": "In",
        "scope_out": "Out",
        "owner": ids["owner"],
        "sponsor": "Sales",
        "stage": "data",
        "state": "active",
        "criticality": "standard",
        "target_date": "2027-03-31",
        "target_resolution": "quarter",
        "links": [{"title": "Paper", "url": "https://example.org/"}],
        "candidate_rule": "best",
        "candidate_alias": "champion",
        "sample_size_key": "n",
    }


def _run(number: int) -> Body:
    return {
        "external_id": f"pushed-{number}",
        "name": "nightly",
        "status": "finished",
        "started_at": "2026-01-05T09:00:00Z",
        "ended_at": "2026-01-05T10:00:00Z",
        "params": {"threshold": "0.8"},
        "tags": {"commit": COMMIT},
        "metrics": {"accuracy": 0.9, "coverage": 0.8, "n": 5000},
        "datasets": [{"name": "cards", "digest": "9f", "context": "test"}],
        "url": "https://example.org/run",
    }


def _observation(number: int) -> Body:
    return {
        "kind": "volume",
        "name": "refills",
        "segment": f"S{number}",
        "time": "2026-01-05T00:00:00Z",
        "value": 12,
        "n": 12,
        "method": "count",
        "threshold": 1.5,
        "reference": "the week before",
        "period_days": 1,
    }


def _source(ids: dict[str, str]) -> Body:
    return {
        "name": "Pharmacy feed",
        "owner": ids["owner"],
        "note": "Nightly.",
        "features": [{"initiative": ids["initiatives"], "feature": "refills"}],
        "archived": False,
    }


def _evaluation(ids: dict[str, str], number: int) -> Body:
    return {
        "external_id": f"N{number}",
        "purpose": "test",
        "name": "nightly",
        "family": "trees",
        "members": ["a/1"],
        "run": ids["run_id"],
        "model_version": ids["model_version_id"],
        "dataset": {"name": "cards", "digest": "9f", "rows": 3, "schema_digest": "aa"},
        "commit": COMMIT,
        "at": "2026-01-05T09:00:00Z",
        "components": {"data": "9f", "code": COMMIT},
        "scope": "Every card.",
        "abstention": "Below 0.5.",
        "favourable": "good",
        "cost": 1.5,
        "metrics": {"rmse": {"value": 1.5, "low": 1.0, "high": 2.0, "n": 3}},
        "slice_columns": ["region"],
        "group_columns": ["sex"],
        "counts": [
            {
                "slices": {"region": "EU"},
                "groups": {"sex": "F"},
                "positive": True,
                "selected": True,
                "level": 9_100,
                "right": 3,
                "wrong": 0,
            }
        ],
        "confusion": [{"label": "good", "prediction": "good", "n": 3}],
    }


def _upload(ids: dict[str, str], number: int) -> Body:
    counted = ("counts", "confusion")
    described = {name: value for name, value in _evaluation(ids, number).items() if name not in counted}
    blocks = [{"size": 100, "rows": 3, "sha256": "0" * 64}]
    own = {"external_id": f"K{number}", "columns": ["id", "prediction", "label", "confidence"], "blocks": blocks}
    return {**described, **own, "keep_cases": True}


def _annotation(number: int) -> Body:
    return {"task": f"t{number}", "annotator": "ann", "label": "cat", "time": "2026-02-01T00:00:00Z", "batch": "b1"}


def _task(ids: dict[str, str]) -> Body:
    return {
        "title": "Fit it",
        "body": "**All** of it",
        "type": "training",
        "status": "done",
        "sprint": ids["sprint_id"],
        "assignee": ids["owner"],
        "estimate": 2.5,
        "priority": "high",
        "due_on": "2026-12-01",
        "check": "model.accuracy",
        "run": ids["run_id"],
        "dataset": ids["dataset_id"],
        "blocked_by": [ids["blocker_key"]],
    }


def _pushed_task(ids: dict[str, str], number: int) -> Body:
    moments = {name: f"2026-02-0{day}T09:00:00Z" for day, name in enumerate(("created_at", "started_at", "done_at"), 1)}
    return {**_task(ids), "external_id": f"J-{number}", "url": "https://example.org/J-1", **moments}


def _sprint(number: int) -> Body:
    return {"name": f"Sprint {number}", "goal": "Ship it", "starts_on": "2026-02-02", "ends_on": "2026-02-15"}


def _kpi(ids: dict[str, str]) -> Body:
    return {
        "name": "Another rate",
        "description": "Who left.",
        "owner": ids["owner"],
        "unit": "%",
        "direction": "lower",
        "period": "month",
        "aggregation": "mean",
        "zone": "Europe/Berlin",
        "baseline": 8.0,
        "target": 5.0,
        "low": None,
        "high": None,
        "start": "2026-01-01",
        "due": "2027-01-01",
        "reason": "As agreed.",
    }


def _connection(ids: dict[str, str], number: int) -> Body:
    return {
        "name": f"Tracking {number}",
        "base_url": "http://127.0.0.1:9/base",
        "secret": "user:word",
        "options": {"experiment_ids": ["1"], "window_seconds": 60},
        "interval_seconds": 300,
        "initiative": ids["initiatives"],
    }


_FILE = {"time_column": "day", "value_column": "rate"}


def _by_hand() -> Body:
    return {"kind": "upload", "connection": None, "statement": "", "options": _FILE, "begins": "2026-01-01"}


def _link(ids: dict[str, str]) -> Body:
    asked = {"kind": "csv_link", "connection": ids["source_connection"], "statement": "rates.csv"}
    return {**asked, "options": _FILE, "begins": "2026-01-01"}


def _observing(ids: dict[str, str]) -> Body:
    return {**_link(ids), "kind": "errors", "threshold": 0.5, "method": "share"}


def bodies(ids: dict[str, str], number: int) -> dict[str, list[Body]]:
    """Return the bodies by `METHOD path`; `number` makes the names of new things differ."""
    reading = {"time": "2026-02-01T00:00:00Z", "value": 7.5, "segment": "eu"}
    rows, columns = {"readings": [reading]}, {"times": ["2026-02-02"], "values": [7], "segments": ["eu"]}
    rule = {"connection": ids["connections"], "experiment_ids": ["1"], "tag_key": "a", "tag_value": "b"}
    initiative = "initiatives/{key}/"
    return {
        "POST initiatives/": [{**_initiative(ids), "key": f"N{number}"}],
        f"PATCH {initiative}": [{**_initiative(ids), "archived": False}],
        f"POST {initiative}stages/": [
            {"stage": "data", "state": "cancelled", "at": _moment(-1), "note": "No consent.", "reason": "data"}
        ],
        f"POST {initiative}updates/": [
            {"health": "at_risk", "text": "Late.", "next": "Hurry.", "in_the_way": "Labels."}
        ],
        f"POST {initiative}runs/": [_run(number)],
        f"POST {initiative}runs/batch/": [{"runs": [_run(number)]}],
        f"POST {initiative}model-versions/": [
            {"name": "model", "version": str(number), "run": "pushed-1", "aliases": ["prod"], "tags": {"by": "ci"}}
        ],
        f"POST {initiative}evaluations/": [_evaluation(ids, number)],
        f"POST {initiative}evaluations/uploads/": [_upload(ids, number)],
        f"POST {initiative}datasets/": [
            {
                "name": "cards",
                "digest": str(number),
                "rows": 10,
                "schema_digest": "a",
                "labels_digest": "b",
                "size": 900,
                "files": 2,
                "uri": "s3://bucket/cards",
            }
        ],
        f"POST {initiative}datasets/dvc/": [
            {"text": f"outs: [{{path: raw, md5: a{number}}}]", "path": "data/raw.dvc", "only": ["data/*"]}
        ],
        f"POST {initiative}datasets/{{dataset_id}}/overlaps/": [
            {"trained_id": ids["trained_id"], "rows": 0, "groups": 0}
        ],
        f"POST {initiative}datasets/{{dataset_id}}/splits/": [
            {
                "splits": [
                    {
                        "name": f"a{number}",
                        "rows": 9,
                        "digest": "d",
                        "duplicates": 1,
                        "groups": 2,
                        "class_counts": {"x": 9},
                    },
                    {"name": "test", "hashes": "AAAAAAAAAAE=", "group_hashes": "AAAAAAAAAAI="},
                ],
                "overlaps": [{"left": f"a{number}", "right": "test", "rows": 1, "groups": 1}],
            }
        ],
        f"POST {initiative}labeling/": [
            {"time": _moment(-1), "total": 90, "labeled": 40, "reviewed": 9, "skipped": 3, "per_class": {"cat": 40}}
        ],
        f"POST {initiative}labeling/datasets/": [{"batch": "", "dataset_id": ids["dataset_id"], "project": ""}],
        f"POST {initiative}gold/": [{"gold": [{"task": f"t{number}", "label": "cat"}]}],
        f"POST {initiative}annotations/batch/": [{"annotations": [_annotation(number)]}],
        f"POST {initiative}quotas/": [{"class": f"c{number}", "wanted": 50, "by": "2027-01-01", "reason": "Agreed."}],
        f"POST {initiative}audits/": [
            # The very same is open: an initiative has one open audit at a time.
            {"n": 2, "kind": "by_class", "least": 1, "seed": "seven", "labels_digest": "9f", "note": "Agreed."}
        ],
        f"POST {initiative}audits/{{audit_id}}/relabels/": [
            {"relabels": [{"task": "t1", "label": "cat", "project": ""}]}
        ],
        f"POST {initiative}audits/{{audit_id}}/discard/": [{"reason": "It is in the way."}],
        f"POST {initiative}observations/": [_observation(number)],
        f"POST {initiative}observations/batch/": [{"observations": [_observation(number)]}],
        f"POST {initiative}observations/end/": [{"kind": "volume", "name": "refills", "segment": "", "ended": True}],
        f"POST {initiative}observations/files/": [
            {
                "format": "dvc",
                "document": {"accuracy": 0.9 + number / 1000},
                "time": "2026-01-05T00:00:00Z",
                "reference": "the week before",
            }
        ],
        f"POST {initiative}drift/": [
            {
                "features": [
                    {
                        "name": f"amount-{number}",
                        "segment": "IL",
                        "method": "psi",
                        "bins": {"reference": [50, 50], "current": [48, 52]},
                    },
                    {"name": f"age-{number}", "samples": {"reference": [30.5, 41.0], "current": [33.0, 52.5]}},
                ],
                "time": "2026-01-05T00:00:00Z",
                "reference": "the week before",
            }
        ],
        "POST initiatives/{key}/observation-sources/": [{**_observing(ids), "name": f"refused-{number}"}],
        "POST initiatives/{key}/observation-sources/preview/": [_observing(ids)],
        "PATCH initiatives/{key}/observation-sources/{observing_id}/": [
            {
                "name": "errors",
                "statement": "rates.csv",
                "options": _FILE,
                "begins": "2026-01-01",
                "threshold": 0.25,
                "method": "share",
                "paused": False,
            }
        ],
        "POST data-sources/": [{"key": f"feed-{number}", **_source(ids)}],
        "PATCH data-sources/{source_key}/": [_source(ids)],
        "POST planned-stops/": [
            {
                "first_day": "2026-12-24",
                "last_day": "2026-12-26",
                "reason": "Closed over Christmas.",
                "initiative": ids["initiatives"],
                "source": ids["source_key"],
                "segment": "IL",
            }
        ],
        f"POST {initiative}deployments/": [
            {
                "environment": "production",
                "version": str(number),
                "state": "live",
                "at": _moment(-1),
                "image_digest": "sha256:1",
                "endpoint": "https://example.org/predict",
                "commit": COMMIT,
            }
        ],
        f"POST {initiative}deployments/{{deployment_id}}/promote/": [{"note": "It held."}],
        f"POST {initiative}deployments/{{deployment_id}}/rollback/": [
            {"to_deployment": ids["earlier_id"], "seconds": 40, "link": "https://example.org/", "note": "It erred."}
        ],
        f"PUT {initiative}deployments/{{deployment_id}}/probe/": [{"interval_seconds": 600, "expected": "ready"}],
        f"POST {initiative}rollbacks/": [
            {
                "environment": "production",
                "seconds": 40,
                "at": _moment(-number),
                "link": "https://example.org/",
                "note": "As planned.",
            }
        ],
        f"POST {initiative}tasks/": [_pushed_task(ids, number), {"key": ids["task_key"], "body": "Again"}],
        f"POST {initiative}tasks/batch/": [{"tasks": [_pushed_task(ids, number)]}],
        f"PATCH {initiative}tasks/{{task_key}}/": [_task(ids)],
        f"POST {initiative}checks/{{check_id}}/task/": [{"estimate": 2.5, "sprint": ids["sprint_id"], "tracker": None}],
        "PUT rhythm/": [RHYTHM],
        f"PUT {initiative}rhythm/": [RHYTHM],
        "POST calendars/": [{"initiative": ids["initiatives"]}],
        "POST shares/": [{"kind": "kpi", "target": ids["kpis"], "query": "since=baseline", "days": 7}],
        "POST subscriptions/": [
            {"kind": "kpi", "target": ids["kpis"], "query": "", **TIMES, "channel": "teams", "secret_url": HOOK}
        ],
        "PATCH subscriptions/{subscription_id}/": [
            {**TIMES, "secret_url": HOOK, "muted_until": "2026-01-01", "active": True}
        ],
        "POST webhooks/": [{"name": "CI", "url": HOOK, "events": ["readiness.changed", "alert.opened"]}],
        "PATCH webhooks/{webhook_id}/": [{"name": "CI", "url": HOOK, "events": ["alert.closed"], "active": True}],
        "POST sprints/": [_sprint(number)],
        "PATCH sprints/{sprint_id}/": [_sprint(number)],
        "POST sprints/{sprint_id}/roll-over/": [{"into": ids["into_id"]}],
        f"PUT {initiative}contributions/{{kpi}}/bridge/": [
            {"volume": 1000.0, "value_per_correct": 1.5, "cost_per_error": 2.0, "formula": "a", "inputs": {"a": 1.0}}
        ],
        f"PUT {initiative}stop-rule/": [{"metric": "accuracy", "gain": 0.005, "attempts": 5}],
        f"PUT {initiative}selection/": [{"rules": [{**rule, "registered_model": "m", "alias": "prod"}]}],
        f"POST {initiative}targets/": [
            {
                "metric": f"metric {number}",
                "comparator": "between",
                "value": 0.5,
                "high": 0.9,
                "slice": "eu",
                "minimum_n": 100,
                "confidence": 0.95,
                "reason": "As agreed.",
            },
            {
                "metric": "accuracy",
                "comparator": ">=",
                "value": 0.5,
                "threshold": 0.8,
                "grid_step": 0.05,
                "dataset_digest": f"d{number}",
                "reason": "As agreed.",
            },
        ],
        f"POST {initiative}targets/{{target_id}}/withdraw/": [{"reason": "It is in the way."}],
        f"POST {initiative}aliases/": [{"alias": f"acc {number}", "metric": "accuracy"}],
        f"POST {initiative}baselines/": [{"metric": "accuracy", "value": 0.5, "n": 100, "note": "Guess."}],
        f"POST {initiative}contributions/": [
            {"kpi": ids["kpis"], "expected": -1.0, "by": "2027-01-01", "how": "Calls.", "grade": "E"}
        ],
        f"POST {initiative}results/": [_asked(ids)],
        f"POST {initiative}experiments/": [_experiment(ids, number)],
        f"POST {initiative}costs/": [
            {
                "kind": "people",
                "starts_on": "2026-01-01",
                "ends_on": "2026-03-31",
                "weeks": 9.5,
                "amount": 1.5,
                "note": "Two.",
            }
        ],
        f"POST {initiative}decisions/": [{"decision": "adjust", "reason": "Only half.", "review_on": _moment(90)[:10]}],
        f"POST {initiative}attestations/": [
            {"check": "data.privacy", "link": "https://example.org/", "note": "Seen.", "expires": _moment(30)}
        ],
        f"POST {initiative}estimates/": [
            {"check": "data.privacy", **{name: _moment(30)[:10] for name in ("earliest", "likely", "latest")}}
        ],
        f"POST {initiative}waivers/": [{"check": "model.accuracy", "reason": "Pilot.", "expires": _moment(30)}],
        f"POST {initiative}gate/": [
            {"commit": COMMIT, "ref": "main", "model_version": "", "evaluation": "", "dry_run": False}
        ],
        "PATCH calendar/": [{"zone": "Asia/Kathmandu", "first_weekday": "sunday", "fiscal_month": 4}],
        "POST kpis/": [{**_kpi(ids), "key": f"rate-{number}", "formula": f"2 * kpi('{ids['kpis']}')"}],
        "PATCH kpis/{key}/": [{**_kpi(ids), "formula": "", "archived": False}],
        "POST dashboards/": [{**_dashboard(ids), "key": f"board-{number}"}],
        "PATCH dashboards/{key}/": [{**_dashboard(ids), "archived": False}],
        "POST kpis/{key}/notes/": [{"day": "2026-02-01", "text": "A campaign."}],
        "PATCH kpis/{key}/notes/{note_id}/": [{"day": "2026-02-02", "text": "A campaign began."}],
        "POST kpis/{key}/alerts/": [
            {"kind": "threshold", "side": "above", "value": 10 + number, "margin": 1},
        ],
        "PATCH kpis/{key}/alerts/{alert_id}/": [{"side": "below", "value": 10 + number, "margin": 2}],
        "PUT findings/{finding_id}/mute/": [{"scope": "name"}],
        "PATCH findings/{finding_id}/": [{"acknowledged": True, "explanation": "The feed of that state was moved."}],
        "PATCH notices/{notice_id}/": [{"read": True}, {"snooze": "week"}],
        "POST kpis/{key}/readings/": [reading, rows, columns],
        "POST kpis/{key}/readings/batch/": [rows, columns],
        "POST kpis/{key}/sources/": [
            {**_by_hand(), "name": f"Files {number}"},
            {**_link(ids), "name": f"Link {number}"},
        ],
        "POST kpis/{key}/sources/preview/": [{**_by_hand(), "content": "day,rate\n2026-02-01,7.5\n"}, _link(ids)],
        "PATCH kpis/{key}/sources/{source_id}/": [
            {"name": "By hand", "statement": "", "options": _FILE, "begins": "2026-01-01", "paused": False}
        ],
        "POST connections/": [
            {**_connection(ids, number), "kind": "mlflow"},
            {**_connection(ids, number), "kind": "github", "options": {}, "webhook_secret": "word"},
        ],
        "PATCH connections/{connection_id}/": [{**_connection(ids, number), "paused": True, "webhook_secret": ""}],
    }


def _dashboard(ids: dict[str, str]) -> dict[str, Any]:
    tile = {"kind": "kpi_tile", "title": "Rate", "width": 1, "settings": {"kpi": ids["kpis"], "since": "year"}}
    board = {"kind": "kpi_board", "title": "All", "width": 4, "settings": {"q": "", "only": "all", "rows": 5}}
    words = {"kind": "text", "title": "Why", "width": 2, "settings": {"text": "**Look**"}}
    return {"name": "Board", "team": "North", "description": "For us.", "panels": [tile, board, words]}


def _asked(ids: dict[str, str]) -> dict[str, Any]:
    return {
        "kpi": ids["kpis"],
        "method": "experiment",
        "since": "2026-01-05",
        "first": "2026-01-01",
        "last": "2026-07-01",
        "segment": "eu",
        "control_kpi": ids["kpis"],
        "control_segment": "us",
        "experiment": ids["experiment_id"],
        "effect": -1.0,
        "note": "As agreed.",
    }


def _experiment(ids: dict[str, str], number: int) -> dict[str, Any]:
    groups = {"treated_n": 40, "treated": 3.5, "treated_deviation": 1.0, "control_n": 50, "control": 3.0}
    return {
        "kpi": ids["kpis"],
        "name": "Calls",
        "outcome": "means",
        **groups,
        "control_deviation": 1.5,
        "scale": 2.0,
        "starts_on": "2026-01-05",
        "ends_on": "2026-02-01",
        "link": "https://example.org/",
        "note": "By week.",
        "external_id": f"ab-{number}",
    }
