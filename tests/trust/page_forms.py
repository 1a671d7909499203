"""What the forms of every page send when they are filled in well: one entry for each way to post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.forms import BaseForm

from kpis.forms.activity import MoveForm, UpdateForm
from kpis.forms.alerts import AlertForm, SnoozeForm
from kpis.forms.analysis import SinceForm
from kpis.forms.attestations import AttestForm
from kpis.forms.bridges import BridgeForm
from kpis.forms.calendars import CalendarForm
from kpis.forms.check_tasks import CheckTaskForm
from kpis.forms.dashboards import DashboardForm, PanelForm
from kpis.forms.datasets import DvcForm
from kpis.forms.evaluations import EvaluationFilter, StopRuleForm, ThresholdForm
from kpis.forms.findings import ExplainForm, FindingFilterForm, MuteForm
from kpis.forms.forecasts import EstimateForm, WhatIfForm
from kpis.forms.formulas import FormulaForm
from kpis.forms.gates import GateForm
from kpis.forms.hooks import HookEditForm, HookForm
from kpis.forms.initiatives import CreateForm, FieldForm
from kpis.forms.kpi_notes import NoteForm
from kpis.forms.kpi_sources import QuestionForm, SourceFileForm, SourceForm
from kpis.forms.kpis import GoalForm, KpiFieldForm, KpiForm
from kpis.forms.label_audits import AuditForm, RelabelsForm
from kpis.forms.labeling import AnnotationsForm, BatchForm, CurveForm, QuotaForm
from kpis.forms.mails import MailForm, OwnRhythmForm, RhythmForm, WhenForm
from kpis.forms.observation_sources import ObservationSourceForm
from kpis.forms.observed_series import SeriesEndForm
from kpis.forms.one_field import OneFieldForm
from kpis.forms.production import ProbeForm, RehearsalForm
from kpis.forms.readings import PasteForm, ReadingForm
from kpis.forms.realised import CostForm, DecisionForm, ExperimentForm, MeasureForm
from kpis.forms.runs import ColumnsForm
from kpis.forms.shares import ShareForm, ViewForm
from kpis.forms.sprints import RollOverForm, SprintForm
from kpis.forms.subscriptions import SubscriptionEditForm, SubscriptionForm, TimesForm
from kpis.forms.targets import AliasForm, BaselineForm, CandidateForm, RuleForm, TargetForm
from kpis.forms.task_bulk import BulkForm
from kpis.forms.tasks import TaskFieldForm, TaskForm
from kpis.forms.value import MovementForm, TieForm
from kpis.forms.waivers import WaiverForm
from kpis.forms.workspace import DeleteForm, ScorecardForm
from kpis.scoring.scorecard_parse import DEFAULT_PATH
from mltrack.accounts.forms import (
    FirstRunForm,
    InviteForm,
    JoinForm,
    MemberForm,
    NewWorkspaceForm,
    ProfileForm,
    TokenForm,
    WorkspaceForm,
)
from projects.forms import ConnectionForm
from projects.source_forms import SourceEditForm, StopForm
from projects.source_forms import SourceForm as DataSourceForm
from tests.kpis.world import COMMIT, in_days

Values = Mapping[str, Any]
ANNOTATIONS: Final = {
    "source": "task,label\nt1,cat",
    "file": "",
    "kind": "csv",
    "annotator": "ann",
    "question": "",
    "batch": "b1",
}
SOURCE: Final = {
    "name": "By hand",
    "connection": "upload",
    "statement": "",
    "begins": "2026-01-01",
    "time_column": "day",
    "value_column": "rate",
    "segment": "",
    "time_form": "iso",
    "delimiter": "",
    "decimal_comma": "on",
}
WHEN: Final = {"weekday": "4", "hour": "10", "zone": "Europe/Berlin"}
TIMES: Final = {"weekdays": ["0", "4"], "hour": "8", "zone": "Europe/Berlin", "only_if_changed": "on"}
ABOUT: Final = {"kind": "portfolio", "target": "", "query": "q=is:overdue"}
HOOK: Final = "https://hooks.example.org/services/T0/B0/x"
WORD: Final = "a long enough password"


@dataclass(frozen=True, slots=True)
class Post:
    """One way to post to a page. `more` is what its view reads beside the form's own fields.

    `kept` says that odd values may stay stored until everything has been read; what signs people out may not.
    """

    name: str
    form: type[BaseForm] | None
    values: Values
    more: Values
    visitor: str = "admin"
    kept: bool = True
    field: str = "name"

    @property
    def body(self) -> dict[str, Any]:
        """Everything that is sent."""
        return {**self.values, **self.more}


# Posted to before anybody exists, and in no other test of classes; and read from addresses, whose parameters get odd
# values of their own. `QuestionForm` and `OneFieldForm` are what others have in common.
ELSEWHERE: Final = {
    FirstRunForm,
    EvaluationFilter,
    FindingFilterForm,
    ThresholdForm,
    CurveForm,
    WhatIfForm,
    WhenForm,
    SinceForm,
    ViewForm,
    TimesForm,
    QuestionForm,
    OneFieldForm,
}


def posts(ids: Mapping[str, str]) -> list[Post]:
    """Return the posts, from an id of each kind."""
    facts = [*_facts(ids), *_data(ids), *_initiative(ids), *_edits(ids), *_delivery(ids)]
    return [*_people(ids), *facts, *_judgement(ids), *_kpis(ids)]


def _post(name: str, form: type[BaseForm] | None, values: Values, more: Values | None = None, **rest: Any) -> Post:
    return Post(name, form, values, more or {}, **rest)


def _people(ids: Mapping[str, str]) -> list[Post]:
    old = {"oldpassword": WORD, "password1": "another long word", "password2": "another long word"}
    new = {"email": "x@example.org", "password1": WORD, "password2": WORD}
    return [
        _post("account_change_password", None, old, kept=False),
        _post(
            "account_login", None, {"login": "x@example.org", "password": WORD, "remember": "on"}, visitor="anonymous"
        ),
        _post("account_logout", None, {"next": "/"}, kept=False),
        _post("account_reset_password", None, {"email": "x@example.org"}, visitor="anonymous"),
        _post("account_reset_password_from_key", None, {"password1": WORD, "password2": WORD}, visitor="anonymous"),
        _post("account_set_password", None, {"password1": WORD, "password2": WORD}, kept=False),
        _post("account_signup", None, new, visitor="anonymous"),
        _post("accounts:invitation_revoke", None, {}),
        _post("accounts:member_edit", MemberForm, {"role": "admin", "is_approver": "on", "is_labeling_lead": "on"}),
        _post("accounts:member_remove", None, {}),
        _post("accounts:members", InviteForm, {"email": "x@example.org", "role": "viewer", "is_approver": "on"}),
        _post("accounts:profile", ProfileForm, {"name": "Ada"}),
        _post(
            "accounts:settings",
            WorkspaceForm,
            {
                "name": "North",
                "allows_self_approval": "on",
                "zone": "Europe/Berlin",
                "first_weekday": "6",
                "fiscal_month": "4",
                "currency": "EUR",
            },
        ),
        _post("accounts:token_revoke", None, {}, kept=False),
        _post("accounts:tokens", TokenForm, {"name": "CI", "scopes": ["read", "gate"], "days": "9"}),
        _post("invitation", JoinForm, {"name": "Ada", "password": WORD}, visitor="anonymous", kept=False),
        _post(
            "preferences", None, {"theme": "dark", "density": "compact", "nav": "slim", "keys": "off", "next": "/w/"}
        ),
        _post("workspace_new", NewWorkspaceForm, {"name": "East"}, visitor="operator"),
    ]


def _data(ids: Mapping[str, str]) -> list[Post]:
    file = {"text": "outs: [{path: raw, md5: a1}]", "path": "data/raw.dvc", "only": "data/*", "file": ""}
    drill = {"environment": "production", "seconds": "40", "link": "https://example.org/", "note": "As planned."}
    return [
        _post("kpis:data", DvcForm, file),
        _post("kpis:production", RehearsalForm, drill),
        *_observing(ids),
        _post("kpis:deployment_probe", ProbeForm, {"interval_seconds": "600", "expected": "ready"}),
        _post("kpis:deployment_promote", None, {}),
        _post("kpis:deployment_rollback", None, {}),
    ]


def _observing(ids: Mapping[str, str]) -> list[Post]:
    asked = {"kind": "errors", "connection": ids["source_connection"], "statement": "rates.csv"}
    judged = {"threshold": "0.5", "method": "share"}
    return [
        _post(
            "kpis:observed_end",
            SeriesEndForm,
            {"kind": "volume", "name": "refills", "segment": "", "ended": "1"},
        ),
        _post("kpis:observing", ObservationSourceForm, {**SOURCE, **asked, **judged}, {"save": ""}),
        _post("kpis:observing_sync", None, {}, {"whole": "1"}),
        _post("kpis:observing_pause", None, {"paused": "1"}),
        _post("kpis:observing_remove", None, {}),
    ]


def _facts(ids: Mapping[str, str]) -> list[Post]:
    address = {"kind": "mlflow", "name": "Lab", "base_url": "http://127.0.0.1:9/base", "auth": "basic", "username": "u"}
    others = {"secret": "s", "mlflow_workspace": "w", "ca_pem": "", "interval_seconds": "60", "chosen": ["1"]}
    labels = {"control": "sentiment", "batch_key": "batch", "dataset_key": "data"}
    trackers = {
        "board_ids": "5",
        "estimate_field": "Points",
        "github_projects": "orgs/acme/5",
        "webhook_secret": "w",
        "gitlab_sprints": "milestones",
        "status_labels": "status:",
        "type_labels": "type:",
        "sprint_property": "sprint",
        "type_property": "kind",
        "estimate_property": "points",
        "due_property": "due",
        "blocked_property": "after",
        "may_open_tasks": "on",
        "may_close_tasks": "on",
        "new_tasks_in": "1",
        "tls": "prefer",
    }
    connection = {**address, **others, **labels, **trackers, "initiative": ids["initiatives"]}
    source = {"name": "Feed", "owner": ids["owner"], "note": "Nightly.", "feeds": f"{ids['initiatives']} refills"}
    about = {"initiative": ids["initiatives"], "source": ids["source_key"], "segment": "IL"}
    stop = {"first_day": "2026-12-24", "last_day": "2026-12-26", "reason": "Closed.", **about}
    words = {"status-0": "doing", "type-0": "data", "save": "", "version": "1"}
    return [
        _post("nudge", None, {}, visitor="anonymous"),
        _post("projects:connection_create", ConnectionForm, connection, {"save": "1"}),
        _post("projects:connection_edit", ConnectionForm, connection, {"version": "1"}),
        _post("projects:connection_pause", None, {}),
        _post("projects:connection_sync", None, {}),
        _post("projects:connection_words", None, {}, words),
        _post("projects:connection_delete", None, {}, {"name": "MLflow"}),
        _post("projects:source_register", DataSourceForm, {"key": "another-feed", **source}),
        _post("projects:source", SourceEditForm, {**source, "archived": "on"}),
        _post("projects:stop_create", StopForm, stop),
        _post("projects:stop_withdraw", None, {}),
    ]


def _initiative(ids: Mapping[str, str]) -> list[Post]:
    move = {"stage": "data", "state": "active", "at": "2026-01-05T09:00", "note": "Begun.", "reason": ""}
    rule = {"connection": ids["connections"], "experiments": "1, 2", "tag_key": "a", "tag_value": "b"}
    selection = {**rule, "registered_model": "m", "alias": "prod"}
    alias = {"alias": "acc", "metric": "accuracy"}
    candidate = {"version": "1", "candidate_rule": "best", "candidate_alias": "prod", "sample_size_key": "n"}
    columns = {"columns": ["metric:accuracy"]}
    return [
        _post("kpis:initiative_create", CreateForm, {"name": "Another", "key": "ANOTHER"}),
        _post("kpis:initiative_archive", None, {}, {"archived": "1"}),
        _post("kpis:initiative_move", MoveForm, move),
        _post("kpis:calendars", CalendarForm, {"initiative": ""}),
        _post("kpis:calendar_revoke", None, {}),
        _post("kpis:estimate_withdraw", None, {}),
        _post("kpis:shares", ShareForm, {"kind": "kpi", "target": ids["kpis"], "query": "since=baseline", "days": "7"}),
        _post("kpis:share_revoke", None, {}),
        _post("kpis:subscriptions", SubscriptionForm, {**ABOUT, "channel": "slack", "secret_url": HOOK, **TIMES}),
        _post("kpis:subscription", SubscriptionEditForm, {**TIMES, "muted_until": "2026-01-01", "secret_url": HOOK}),
        _post("kpis:subscription_send", None, {}),
        _post("kpis:subscription_switch", None, {}, {"active": "1"}),
        _post("kpis:subscription_remove", None, {}),
        _post("kpis:hooks", HookForm, {"name": "CI", "url": HOOK, "events": ["readiness.changed", "alert.opened"]}),
        _post("kpis:hook", HookEditForm, {"name": "CI", "url": HOOK, "events": ["alert.closed"]}),
        _post("kpis:hook_test", None, {}),
        _post("kpis:hook_replay", None, {}),
        _post("kpis:hook_rotate", None, {}),
        _post("kpis:hook_switch", None, {}, {"active": "1"}),
        _post("kpis:hook_remove", None, {}),
        _post("subscription_off", None, {"List-Unsubscribe": "One-Click"}, visitor="anonymous"),
        _post("kpis:mails", MailForm, {"reminders": "on", "digest": "on", "alerts": "on", **WHEN}),
        _post("kpis:rhythm", RhythmForm, {"every": "weekly", **WHEN}),
        _post("kpis:initiative_rhythm", OwnRhythmForm, {"every": "weekly", **WHEN}),
        _post("mails_off", None, {"List-Unsubscribe": "One-Click"}, visitor="anonymous"),
        _post(
            "kpis:initiative_update",
            UpdateForm,
            {"health": "at_risk", "text": "Late.", "next_steps": "Hurry.", "in_the_way": "Labels."},
        ),
        _post("kpis:portfolio_move", None, {}, {"to": "modeling"}),
        _post("kpis:runs_columns", ColumnsForm, columns, {"back": "status=finished&sort=name"}),
        _post("kpis:alias", AliasForm, alias),
        _post("kpis:alias_remove", None, {}, {"alias": "acc"}),
        _post("kpis:baseline", BaselineForm, {"metric": "accuracy", "value": "0.5", "n": "100", "note": "Guess."}),
        _post("kpis:selection_rule", RuleForm, selection),
        _post("kpis:selection_rule_remove", None, {}, {"rule": "{}"}),
        _post("kpis:candidate", CandidateForm, candidate),
    ]


def _edits(ids: Mapping[str, str]) -> list[Post]:
    """The fields that are edited in place, each with its own way to read a text."""
    owner = ids["owner"]
    initiative = {
        "name": "Another",
        "problem": "They leave.",
        "scope_in": "In",
        "scope_out": "Out",
        "owner": owner,
        "sponsor": "Sales",
        "criticality": "critical",
        "target_date": "Q1 2027",
        "links": "Paper https://example.org/",
    }
    kpi = {
        "name": "Rate",
        "description": "Who left.",
        "owner": owner,
        "unit": "%",
        "direction": "lower",
        "period": "month",
        "aggregation": "mean",
        "zone": "Europe/Berlin",
    }
    edits: list[tuple[str, type[BaseForm], Values]] = [
        ("kpis:initiative_edit", FieldForm, initiative),
        ("kpis:kpi_edit", KpiFieldForm, kpi),
    ]
    return [
        _post(name, form, {"version": "", "was": "", "value": value}, field=field)
        for name, form, values in edits
        for field, value in values.items()
    ]


def _delivery(ids: Mapping[str, str]) -> list[Post]:
    """Tasks and sprints; the fields of a task that name rows take ids."""
    task, sprint, owner = ids["task_key"], ids["sprint_id"], ids["owner"]
    fields = {
        "title": "Look",
        "body": "Twice.",
        "status": "doing",
        "type": "data",
        "priority": "3",
        "assignee": owner,
        "sprint": sprint,
        "estimate": "1.5",
        "due_on": "2027-01-01",
        "check_id": "data.schema",
        "run": ids["run_id"],
        "dataset": ids["dataset_id"],
        "blocked_by": ids["blocker_key"],
    }
    days = {"starts_on": "2027-01-04", "ends_on": "2027-01-15", "goal": "Labels."}
    many = {"status": "done", "sprint": sprint, "type": "data", "priority": "2", "assignee": owner}
    beside = {"above": ids["blocker_key"], "below": "", "version": ""}
    return [
        _post("kpis:delivery", TaskForm, {"title": "Look at the data"}),
        *(
            _post("kpis:task_edit", TaskFieldForm, {"version": "", "was": "", "value": value}, field=field)
            for field, value in fields.items()
        ),
        _post("kpis:task_put_away", None, {}, {"away": ""}),
        _post("kpis:task_place", None, {}, {"task": task, "status": "doing", "sprint": sprint, "last": "", **beside}),
        _post("kpis:tasks_edit", BulkForm, many, {"task": [task], "apply": "1", "quick": "", "back": "/"}),
        _post("kpis:tasks_undo", None, {}, {"token": "none", "back": "/"}),
        _post("kpis:sprint_create", SprintForm, {"name": "Another", "version": "", **days}),
        _post("kpis:sprint_edit", SprintForm, {"name": "Changed", "version": "", **days}),
        _post("kpis:sprint_roll_over", RollOverForm, {"into": ids["into_id"]}),
        _post("kpis:sprint_delete", None, {}),
    ]


def _judgement(ids: Mapping[str, str]) -> list[Post]:
    target = {"metric": "recall", "comparator": "between", "value": "90 %", "high": "1", "slice": "eu"}
    data = {"threshold": "", "grid_step": "", "dataset_digest": "d1"}
    demand = {**data, "minimum_n": "100", "confidence": "0.95", "reason": "As agreed."}
    soon = in_days(30).date().isoformat()
    gate = {"commit": COMMIT, "model_version": "", "evaluation": "", "ref": "main", "dry_run": "on"}
    word = {"link": "https://example.org/", "note": "Seen.", "expires": soon}
    days = {"earliest": soon, "likely": soon, "latest": soon}
    scorecard = {"source": DEFAULT_PATH.read_text(), "file": ""}
    return [
        _post("kpis:targets", TargetForm, {**target, **demand}),
        _post("kpis:target_decide", None, {}, {"decision": "withdraw", "reason": "In the way."}),
        _post("kpis:attest", AttestForm, word),
        _post("kpis:check_task", CheckTaskForm, {"estimate": "2.5", "tracker": "here"}),
        _post("kpis:attestation_revoke", None, {}),
        _post("kpis:forecast", EstimateForm, {"check": "data.privacy", **days}),
        _post("kpis:waive", WaiverForm, {"reason": "Pilot.", "expires": soon}),
        _post("kpis:waiver_decide", None, {}, {"decision": "reject"}),
        _post("kpis:gate", GateForm, gate),
        _post("kpis:scorecard", ScorecardForm, scorecard, {"activate": "1"}),
        _post("kpis:scorecard_reset", None, {}),
        _post("kpis:sample_remove", None, {}),
        _post("kpis:sample_restore", None, {}),
        _post("kpis:workspace_delete", DeleteForm, {"typed_name": "Admin"}, kept=False),
        _post("kpis:workspace_export", None, {}),
    ]


def _realised(ids: Mapping[str, str]) -> list[Post]:
    asked = {
        "method": "experiment",
        "since": "2026-01-05",
        "first": "2026-01-01",
        "last": "2026-07-01",
        "segment": "eu",
    }
    beside = {"control_kpi": ids["kpis"], "control_segment": "us", "experiment": ids["experiment_id"], "effect": "-1"}
    groups = {"treated_n": "40", "treated": "3.5", "treated_deviation": "1", "control_n": "50", "control": "3"}
    days = {"starts_on": "2026-01-05", "ends_on": "2026-02-01"}
    about = {"name": "Calls", "outcome": "means", "control_deviation": "1.5", "scale": "2", "note": "By week."}
    decided = {"decision": "adjust", "reason": "Only half.", "review_on": in_days(90).date().isoformat()}
    return [
        _post("kpis:measure", MeasureForm, {**asked, **beside, "note": "As agreed."}),
        _post("kpis:experiment", ExperimentForm, {**about, **groups, **days, "link": "https://example.org/"}),
        _post("kpis:costs", CostForm, {"kind": "people", **days, "weeks": "9.5", "amount": "1.5", "note": "Two."}),
        _post("kpis:cost_remove", None, {}),
        _post("kpis:value_decision", DecisionForm, decided),
    ]


def _dashboards(ids: Mapping[str, str]) -> list[Post]:
    about = {"name": "Board", "team": "North", "description": "For us."}
    tile = {"kind": "kpi_tile", "title": "Rate", "width": "1", "kpi": ids["kpis"], "since": "year"}
    panel = {**tile, "q": "", "only": "all", "rows": "9", "period": "year", "text": "**Look**"}
    return [
        _post("kpis:dashboard_create", DashboardForm, about),
        _post("kpis:dashboard_compose", DashboardForm, about),
        _post("kpis:dashboard_copy", None, {}),
        _post("kpis:dashboard_archive", None, {}, {"archived": "1"}),
        _post("kpis:panel_create", PanelForm, panel),
        _post("kpis:panel", PanelForm, panel),
        _post("kpis:panel_move", None, {}, {"to": "later"}),
        _post("kpis:panel_remove", None, {}, {"removed": "1"}),
    ]


def _kpis(ids: Mapping[str, str]) -> list[Post]:
    movement = {"expected": "-2", "by": "2027-01-01", "grade": "E", "how": "Calls."}
    new = {"kpi": "*new", "name": "Cost", "unit": "€", "direction": "lower", "baseline": "9", "target": "5"}
    kpi = {"name": "Rate", "unit": "%", "direction": "lower", "owner": ids["owner"], "baseline": "9", "target": "5"}
    span = {"low": "", "high": "", "due": "2027-01-01", "start": "2026-01-01"}
    measure = {"period": "month", "aggregation": "mean", "zone": "UTC", "key": "rate-9", "description": "Who left."}
    goal = {"was": "1", "baseline": "9", "target": "4", "low": "", "high": "", "start": "2026-01-01"}
    worth = {"volume": "1000", "value_per_correct": "1.5", "cost_per_error": "2"}
    drawn = {"n": "2", "kind": "by_class", "least": "1"}
    bridge = {**worth, "formula": "decided * a", "inputs": "a = 2"}
    return [
        _post("kpis:annotators", None, {}, {"on": "1"}, visitor="lead"),
        _post("kpis:labeling_upload", AnnotationsForm, ANNOTATIONS),
        _post("kpis:labeling_batch", BatchForm, {"batch": f"{ids['project']}/", "dataset_id": ids["dataset_id"]}),
        _post(
            "kpis:labeling", QuotaForm, {"class_name": "cat", "wanted": "9", "by": "2027-01-01", "reason": "Agreed."}
        ),
        _post("kpis:label_audits", AuditForm, {**drawn, "seed": "seven", "labels_digest": "9f", "note": "Agreed."}),
        _post("kpis:label_audit", None, {}, {"number": "2", "choice": "=cat"}),
        _post("kpis:label_audit_paste", RelabelsForm, {"lines": "task,label\nt1,cat", "file": ""}),
        _post("kpis:label_audit_decide", None, {}, {"deed": "discard", "reason": "In the way."}),
        _post("kpis:value", TieForm, {**movement, **new}),
        _post("kpis:contribution", MovementForm, movement),
        _post("kpis:bridge", BridgeForm, bridge),
        _post("kpis:bridge_expect", None, {}),
        _post("kpis:bridge_remove", None, {}),
        *_realised(ids),
        _post("kpis:contribution_remove", None, {}),
        _post("kpis:stop_rule", StopRuleForm, {"metric": "accuracy", "gain": "0.005", "attempts": "5"}, {"remove": ""}),
        _post("kpis:kpi_create", KpiForm, {**kpi, **span, **measure}),
        _post("kpis:kpi_alerts", AlertForm, {"kind": "threshold", "side": "above", "value": "12", "margin": "1"}),
        _post("kpis:kpi_alert_mute", None, {}, {"muted": "1"}),
        _post("kpis:kpi_alert_remove", None, {}),
        _post("kpis:kpi_note_write", NoteForm, {"day": "2026-02-01", "text": "A campaign."}),
        _post("kpis:kpi_note", NoteForm, {"day": "2026-02-01", "text": "A campaign began."}),
        _post("kpis:kpi_note_remove", None, {}, {"removed": "1"}),
        _post("kpis:finding", ExplainForm, {"explanation": "A holiday."}),
        _post("kpis:finding_acknowledge", None, {}),
        _post("kpis:finding_mute", MuteForm, {"scope": "cause"}),
        _post("kpis:finding_task", None, {}),
        _post("kpis:inbox_read", None, {}),
        _post("kpis:notice_read", None, {}, {"read": "1"}),
        _post("kpis:notice_snooze", SnoozeForm, {"nap": "day"}),
        _post("kpis:kpi_archive", None, {}, {"archived": "1"}),
        *_dashboards(ids),
        _post("kpis:kpi_goal", GoalForm, {**goal, "due": "2027-01-01", "reason": "As agreed."}),
        _post("kpis:goal_decide", None, {}, {"decision": "approve"}),
        _post("kpis:kpi_formula", FormulaForm, {"formula": f'fact("{ids["initiatives"]}", "labels")'}, {"try": ""}),
        _post("kpis:kpi_readings", ReadingForm, {"time": "2026-02-01", "value": "7.5", "segment": "eu"}),
        _post("kpis:kpi_sources", SourceForm, SOURCE, {"save": ""}),
        _post("kpis:kpi_source_upload", SourceFileForm, {"lines": "north,value\n2026-02-03,8", "file": ""}),
        _post("kpis:kpi_source_sync", None, {}, {"whole": "1"}),
        _post("kpis:kpi_source_pause", None, {"paused": "1"}),
        _post("kpis:kpi_source_remove", None, {}),
        _post("kpis:kpi_paste", PasteForm, {"lines": "2026-02-02, 7.9\n2026-02-03, 8"}),
    ]
