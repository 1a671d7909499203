"""Who may ask what of every page: a path or a method that is not here is one that nobody thought about.

A level is the least role, or one of: `open` to everybody, `signed` in people, the `operator` of the installation, an
`approver`, a labeling `lead`, or `nobody` where the path is gone. Where the body decides, there is a level for each.
"""

from __future__ import annotations

from typing import Any, Final

Body = dict[str, Any]
Levels = str | tuple[tuple[str, Body], ...]

VIEW: Final[dict[str, Levels]] = {"GET": "viewer"}
OPEN: Final[dict[str, Levels]] = {"GET": "open"}
OPEN_FORM: Final[dict[str, Levels]] = {"GET": "open", "POST": "open"}
SIGNED_FORM: Final[dict[str, Levels]] = {"GET": "signed", "POST": "signed"}

ACCOUNTS: Final[dict[str, dict[str, Levels]]] = {
    "account_change_password": SIGNED_FORM,
    "account_inactive": OPEN,
    "account_login": OPEN_FORM,
    "account_logout": OPEN_FORM,
    "account_reset_password": OPEN_FORM,
    "account_reset_password_done": OPEN,
    "account_reset_password_from_key": OPEN_FORM,
    "account_reset_password_from_key_done": OPEN,
    "account_set_password": SIGNED_FORM,
    "account_signup": OPEN_FORM,
    "accounts:audit": {"GET": "admin"},
    "accounts:invitation_revoke": {"POST": "admin"},
    "accounts:member_edit": {"POST": "admin"},
    "accounts:member_remove": {"POST": "admin"},
    "accounts:members": {"GET": "viewer", "POST": "admin"},
    "accounts:profile": {"GET": "viewer", "POST": "viewer"},
    "accounts:settings": {"GET": "viewer", "POST": "admin"},
    "accounts:token_revoke": {"POST": "admin"},
    "accounts:tokens": {"GET": "viewer", "POST": "viewer"},
    "first_run": {"GET": "nobody", "POST": "nobody"},
    "invitation": OPEN_FORM,
    "workspace_new": {"GET": "operator", "POST": "operator"},
}
PLATFORM: Final[dict[str, dict[str, Levels]]] = {
    "api_docs": OPEN,
    "api_schema": OPEN,
    "badge_json": OPEN,
    "badge_svg": OPEN,
    "cli": OPEN,
    "healthz": OPEN,
    # Open to this very machine, where tests run; a scraper elsewhere shows its token.
    "metrics": OPEN,
    "home": {"GET": "signed"},
    "nudge": {"POST": "open"},
    "preferences": {"POST": "open"},
    "readyz": OPEN,
    "short": {"GET": "signed"},
    "styleguide": OPEN,
    "styleguide_figure": OPEN,
}
FACTS: Final[dict[str, dict[str, Levels]]] = {
    "projects:connection": VIEW,
    "projects:connection_create": {"GET": "manager", "POST": "manager"},
    "projects:connection_delete": {"POST": "manager"},
    "projects:connection_edit": {"GET": "manager", "POST": "manager"},
    "projects:connection_list": VIEW,
    "projects:connection_pause": {"POST": "manager"},
    "projects:connection_status": VIEW,
    "projects:connection_sync": {"POST": "manager"},
}
INITIATIVES: Final[dict[str, dict[str, Levels]]] = {
    "kpis:activity": VIEW,
    "kpis:alias": {"POST": "manager"},
    "kpis:alias_remove": {"POST": "manager"},
    "kpis:agreement_figure": VIEW,
    "kpis:annotators": {"GET": "lead", "POST": "lead"},
    "kpis:attempts_csv": VIEW,
    "kpis:attest": {"GET": "contributor", "POST": "contributor"},
    "kpis:attestation_revoke": {"POST": "manager"},
    "kpis:baseline": {"POST": "manager"},
    "kpis:candidate": {"POST": "manager"},
    "kpis:contribution": {"GET": "manager", "POST": "manager"},
    "kpis:contribution_remove": {"POST": "manager"},
    "kpis:data": {"GET": "viewer", "POST": "contributor"},
    "kpis:dataset": VIEW,
    "kpis:dataset_diff": VIEW,
    "kpis:datasets_csv": VIEW,
    "kpis:evaluation_cells_csv": VIEW,
    "kpis:evaluation_fairness": VIEW,
    "kpis:evaluation_fairness_csv": VIEW,
    "kpis:evaluation_parts_csv": VIEW,
    "kpis:evaluation_versus": VIEW,
    "kpis:evaluation_versus_csv": VIEW,
    "kpis:bridge": {"GET": "manager", "POST": "manager"},
    "kpis:bridge_expect": {"POST": "manager"},
    "kpis:bridge_remove": {"POST": "manager"},
    "kpis:evaluation": VIEW,
    "kpis:evaluations": VIEW,
    "kpis:evaluations_csv": VIEW,
    "kpis:evaluation_figure": VIEW,
    "kpis:evaluation_point": VIEW,
    "kpis:gate": {"GET": "viewer", "POST": "contributor"},
    "kpis:gate_decision": VIEW,
    "kpis:initiative": VIEW,
    "kpis:initiative_archive": {"POST": "manager"},
    "kpis:initiative_changes": VIEW,
    "kpis:initiative_create": {"GET": "manager", "POST": "manager"},
    "kpis:initiative_edit": {"GET": "viewer", "POST": "manager"},
    "kpis:initiative_key": {"GET": "manager"},
    "kpis:initiative_move": {"POST": "manager"},
    "kpis:initiative_update": {"POST": "contributor"},
    "kpis:initiative_verdict": VIEW,
    "kpis:labeling": {"GET": "viewer", "POST": "manager"},
    "kpis:labeling_curve": VIEW,
    "kpis:labeling_curve_figure": VIEW,
    "kpis:labeling_figure": VIEW,
    "kpis:label_audit": {"GET": "viewer", "POST": "contributor"},
    "kpis:label_audit_csv": VIEW,
    "kpis:label_audit_decide": {
        "POST": (
            ("contributor", {"deed": "take"}),
            ("manager", {"deed": "close"}),
            ("manager", {"deed": "discard", "reason": "It is in the way."}),
            ("viewer", {"deed": "nonsense"}),
        )
    },
    "kpis:label_audit_json": VIEW,
    "kpis:label_audit_paste": {"POST": "contributor"},
    "kpis:label_audits": {"GET": "viewer", "POST": "manager"},
    "kpis:labeling_overview": VIEW,
    "kpis:labeling_overview_csv": VIEW,
    "kpis:labeling_snapshots_csv": VIEW,
    "kpis:labeling_upload": {"POST": "contributor"},
    "kpis:portfolio": VIEW,
    "kpis:portfolio_changes": VIEW,
    "kpis:portfolio_move": {"POST": "manager"},
    "kpis:run": VIEW,
    "kpis:run_compare": VIEW,
    "kpis:run_history": VIEW,
    "kpis:runs": VIEW,
    "kpis:runs_best": VIEW,
    "kpis:runs_columns": {"POST": "viewer"},
    "kpis:runs_csv": VIEW,
    "kpis:selection_rule": {"POST": "manager"},
    "kpis:selection_rule_remove": {"POST": "manager"},
    "kpis:stop_rule": {"POST": "manager"},
    "kpis:target_decide": {
        "POST": (
            ("approver", {"decision": "approve"}),
            ("approver", {"decision": "reject"}),
            ("manager", {"decision": "withdraw", "reason": "It is in the way."}),
            ("viewer", {"decision": "nonsense"}),
        )
    },
    "kpis:target_figure": VIEW,
    "kpis:targets": {"GET": "viewer", "POST": "manager"},
    "kpis:value": {"GET": "viewer", "POST": "manager"},
    "kpis:waive": {"GET": "contributor", "POST": "contributor"},
    "kpis:waiver_decide": {
        "POST": (
            ("approver", {"decision": "approve"}),
            ("approver", {"decision": "reject"}),
            ("manager", {"decision": "revoke"}),
            ("viewer", {"decision": "nonsense"}),
        )
    },
}
MEASURES: Final[dict[str, dict[str, Levels]]] = {
    "kpis:goal_decide": {
        "POST": (
            ("approver", {"decision": "approve"}),
            ("approver", {"decision": "reject"}),
            ("viewer", {"decision": "nonsense"}),
        )
    },
    "kpis:kpi": VIEW,
    "kpis:kpi_archive": {"POST": "manager"},
    "kpis:kpi_create": {"GET": "manager", "POST": "manager"},
    "kpis:kpi_edit": {"GET": "viewer", "POST": "manager"},
    "kpis:kpi_export": VIEW,
    "kpis:kpi_figure": VIEW,
    "kpis:kpi_goal": {"GET": "viewer", "POST": "manager"},
    "kpis:kpi_list": VIEW,
    "kpis:kpi_paste": {"POST": "contributor"},
    "kpis:kpi_readings": {"GET": "viewer", "POST": "contributor"},
    "kpis:sample_remove": {"POST": "admin"},
    "kpis:sample_restore": {"POST": "admin"},
    "kpis:scorecard": {"GET": "viewer", "POST": "admin"},
    "kpis:scorecard_export": VIEW,
    "kpis:scorecard_reset": {"POST": "admin"},
    "kpis:search": VIEW,
    "kpis:workspace_data": {"GET": "admin"},
    "kpis:workspace_delete": {"POST": "admin"},
    "kpis:workspace_export": {"POST": "admin"},
}
TABLE: Final[dict[str, dict[str, Levels]]] = {**ACCOUNTS, **PLATFORM, **FACTS, **INITIATIVES, **MEASURES}
# Foreign systems post there. The address is signed, and all that it does is to make a pull due: see
# tests/trust/attacks/test_nudges.py.
UNGUARDED: Final = frozenset({"nudge"})
# What a path needs beside its ids before it answers with more than an error.
QUERIES: Final[dict[str, str]] = {"kpis:run_history": "?metric=accuracy"}
