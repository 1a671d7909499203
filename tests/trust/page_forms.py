"""What the forms of every page send when they are filled in well: one entry for each way to post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.forms import BaseForm

from kpis.forms.activity import MoveForm, UpdateForm
from kpis.forms.attestations import AttestForm
from kpis.forms.bridges import BridgeForm
from kpis.forms.datasets import DvcForm
from kpis.forms.evaluations import EvaluationFilter, StopRuleForm, ThresholdForm
from kpis.forms.gates import GateForm
from kpis.forms.initiatives import CreateForm, FieldForm
from kpis.forms.kpis import GoalForm, KpiFieldForm, KpiForm
from kpis.forms.label_audits import AuditForm, RelabelsForm
from kpis.forms.labeling import AnnotationsForm, CurveForm, QuotaForm
from kpis.forms.readings import PasteForm, ReadingForm
from kpis.forms.runs import ColumnsForm
from kpis.forms.targets import AliasForm, BaselineForm, CandidateForm, RuleForm, TargetForm
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
# values of their own.
ELSEWHERE: Final = {FirstRunForm, EvaluationFilter, ThresholdForm, CurveForm}


def posts(ids: Mapping[str, str]) -> list[Post]:
    """Return the posts, from an id of each kind."""
    return [*_people(ids), *_facts(ids), *_data(), *_initiative(ids), *_edits(ids), *_judgement(ids), *_kpis(ids)]


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
        _post("accounts:settings", WorkspaceForm, {"name": "North", "allows_self_approval": "on"}),
        _post("accounts:token_revoke", None, {}, kept=False),
        _post("accounts:tokens", TokenForm, {"name": "CI", "scopes": ["read", "gate"], "days": "9"}),
        _post("invitation", JoinForm, {"name": "Ada", "password": WORD}, visitor="anonymous", kept=False),
        _post(
            "preferences", None, {"theme": "dark", "density": "compact", "nav": "slim", "keys": "off", "next": "/w/"}
        ),
        _post("workspace_new", NewWorkspaceForm, {"name": "East"}, visitor="operator"),
    ]


def _data() -> list[Post]:
    file = {"text": "outs: [{path: raw, md5: a1}]", "path": "data/raw.dvc", "only": "data/*", "file": ""}
    return [_post("kpis:data", DvcForm, file)]


def _facts(ids: Mapping[str, str]) -> list[Post]:
    address = {"kind": "mlflow", "name": "Lab", "base_url": "http://127.0.0.1:9/base", "auth": "basic", "username": "u"}
    others = {"secret": "s", "mlflow_workspace": "w", "ca_pem": "", "interval_seconds": "60", "chosen": ["1"]}
    labels = {"control": "sentiment", "batch_key": "batch"}
    connection = {**address, **others, **labels, "initiative": ids["initiatives"]}
    return [
        _post("nudge", None, {}, visitor="anonymous"),
        _post("projects:connection_create", ConnectionForm, connection, {"save": "1"}),
        _post("projects:connection_edit", ConnectionForm, connection, {"version": "1"}),
        _post("projects:connection_pause", None, {}),
        _post("projects:connection_sync", None, {}),
        _post("projects:connection_delete", None, {}, {"name": "MLflow"}),
    ]


def _initiative(ids: Mapping[str, str]) -> list[Post]:
    move = {"stage": "data", "state": "active", "at": "2026-01-05T09:00", "note": "Begun."}
    rule = {"connection": ids["connections"], "experiments": "1, 2", "tag_key": "a", "tag_value": "b"}
    selection = {**rule, "registered_model": "m", "alias": "prod"}
    alias = {"alias": "acc", "metric": "accuracy"}
    candidate = {"version": "1", "candidate_rule": "best", "candidate_alias": "prod", "sample_size_key": "n"}
    columns = {"columns": ["metric:accuracy"]}
    return [
        _post("kpis:initiative_create", CreateForm, {"name": "Another", "key": "ANOTHER"}),
        _post("kpis:initiative_archive", None, {}, {"archived": "1"}),
        _post("kpis:initiative_move", MoveForm, move),
        _post("kpis:initiative_update", UpdateForm, {"health": "at_risk", "text": "Late."}),
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


def _judgement(ids: Mapping[str, str]) -> list[Post]:
    target = {"metric": "recall", "comparator": "between", "value": "90 %", "high": "1", "slice": "eu"}
    data = {"threshold": "", "grid_step": "", "dataset_digest": "d1"}
    demand = {**data, "minimum_n": "100", "confidence": "0.95", "reason": "As agreed."}
    soon = in_days(30).date().isoformat()
    gate = {"commit": COMMIT, "model_version": "", "evaluation": "", "ref": "main", "dry_run": "on"}
    word = {"link": "https://example.org/", "note": "Seen.", "expires": soon}
    scorecard = {"source": DEFAULT_PATH.read_text(), "file": ""}
    return [
        _post("kpis:targets", TargetForm, {**target, **demand}),
        _post("kpis:target_decide", None, {}, {"decision": "withdraw", "reason": "In the way."}),
        _post("kpis:attest", AttestForm, word),
        _post("kpis:attestation_revoke", None, {}),
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
        _post("kpis:contribution_remove", None, {}),
        _post("kpis:stop_rule", StopRuleForm, {"metric": "accuracy", "gain": "0.005", "attempts": "5"}, {"remove": ""}),
        _post("kpis:kpi_create", KpiForm, {**kpi, **span, **measure}),
        _post("kpis:kpi_archive", None, {}, {"archived": "1"}),
        _post("kpis:kpi_goal", GoalForm, {**goal, "due": "2027-01-01", "reason": "As agreed."}),
        _post("kpis:goal_decide", None, {}, {"decision": "approve"}),
        _post("kpis:kpi_readings", ReadingForm, {"time": "2026-02-01", "value": "7.5", "segment": "eu"}),
        _post("kpis:kpi_paste", PasteForm, {"lines": "2026-02-02, 7.9\n2026-02-03, 8"}),
    ]
