"""Every named path of the product: a page to look at, data for scripts and files, or a deed that only takes POST.

In a path stand names of `tests.browser.worlds`: `{w}` a workspace, `{i}` an initiative, `{k}` a KPI, and names of
things that only the full world has.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import URLPattern, get_resolver

API: Final = "api/v1/"
HERE: Final = "/w/{w}/initiatives/{i}/"
KPI: Final = "/w/{w}/kpis/{k}/"

PAGES: Final[dict[str, tuple[str, ...]]] = {
    "account_change_password": ("/accounts/password/change/",),
    "account_inactive": ("/accounts/inactive/",),
    "account_logout": ("/accounts/logout/",),
    "accounts:audit": ("/w/{w}/settings/audit/",),
    "accounts:members": ("/w/{w}/settings/members/",),
    "accounts:profile": ("/w/{w}/settings/profile/",),
    "accounts:settings": ("/w/{w}/settings/",),
    "accounts:tokens": ("/w/{w}/settings/tokens/",),
    "api_docs": ("/api/v1/docs/",),
    "kpis:activity": (HERE + "activity/",),
    "kpis:attest": (HERE + "checks/data.schema/attest/",),
    "kpis:data": (HERE + "data/",),
    "kpis:dataset": (HERE + "data/{dataset}/", HERE + "data/{earlier_dataset}/"),
    "kpis:dataset_diff": (HERE + "data/{dataset}/diff/",),
    "kpis:evaluation_fairness": (HERE + "evaluations/{audited}/fairness/",),
    "kpis:evaluation_versus": (HERE + "evaluations/{audited}/versus/",),
    "kpis:bridge": (HERE + "value/{tied}/bridge/",),
    "kpis:evaluations": (HERE + "evaluations/",),
    "kpis:evaluation": (HERE + "evaluations/{evaluation}/",),
    "kpis:gate": (HERE + "gate/",),
    "kpis:gate_decision": (HERE + "gate/{decision}/",),
    "kpis:initiative": (HERE, "/w/{w}/initiatives/{ready}/", "/w/{w}/initiatives/{late}/"),
    "kpis:initiative_create": ("/w/{w}/initiatives/new/",),
    "kpis:initiative_edit": (HERE + "edit/name/", HERE + "edit/problem/", HERE + "edit/links/"),
    "kpis:kpi": (KPI, "/w/{w}/kpis/{range}/"),
    "kpis:contribution": (HERE + "value/{tied}/",),
    "kpis:kpi_create": ("/w/{w}/kpis/new/",),
    "kpis:kpi_edit": (KPI + "edit/description/",),
    "kpis:kpi_goal": (KPI + "goal/",),
    "kpis:kpi_list": ("/w/{w}/kpis/",),
    "kpis:kpi_readings": (KPI + "readings/",),
    "kpis:label_audit": (HERE + "labeling/audits/{label_audit}/", HERE + "labeling/audits/{closed_audit}/"),
    "kpis:label_audits": (HERE + "labeling/audits/",),
    "kpis:annotators": (HERE + "labeling/annotators/",),
    "kpis:labeling_overview": ("/w/{w}/labeling/",),
    "kpis:labeling": (HERE + "labeling/",),
    "kpis:labeling_curve": (HERE + "labeling/learning-curve/?target=0.9",),
    "kpis:portfolio": ("/w/{w}/", "/w/{w}/?layout=board"),
    "kpis:run": (HERE + "runs/{run}/", HERE + "runs/{other_run}/"),
    "kpis:run_compare": (HERE + "runs/compare/?run={run}&run={other_run}",),
    "kpis:runs": (HERE + "runs/",),
    "kpis:runs_best": (HERE + "runs/best/",),
    "kpis:scorecard": ("/w/{w}/settings/scorecard/",),
    "kpis:search": ("/w/{w}/search/", "/w/{w}/search/?q=digits"),
    "kpis:targets": (HERE + "targets/",),
    "kpis:value": (HERE + "value/",),
    "kpis:waive": ("/w/{w}/initiatives/{late}/checks/operations.owner/waive/",),
    "kpis:workspace_data": ("/w/{w}/settings/data/",),
    "projects:connection": ("/w/{w}/connections/{connection}/", "/w/{w}/connections/{studio}/"),
    "projects:connection_create": ("/w/{w}/connections/new/",),
    "projects:connection_edit": ("/w/{w}/connections/{connection}/edit/", "/w/{w}/connections/{studio}/edit/"),
    "projects:connection_list": ("/w/{w}/connections/",),
    "styleguide": ("/styleguide/",),
    "workspace_new": ("/workspaces/new/",),
}
OPEN: Final[dict[str, tuple[str, ...]]] = {
    "account_login": ("/accounts/login/",),
    "account_reset_password": ("/accounts/password/reset/",),
    "account_reset_password_done": ("/accounts/password/reset/done/",),
    "account_reset_password_from_key": ("/accounts/password/reset/key/{reset}/",),
    "account_reset_password_from_key_done": ("/accounts/password/reset/key/done/",),
    "account_signup": ("/accounts/signup/",),
    "first_run": ("/first-run/",),
    "invitation": ("/invitations/{invitation}/", "/invitations/gone/"),
}
DATA: Final[dict[str, str]] = {
    # A page for who has no password; others are led to its change.
    "account_set_password": "/accounts/password/set/",
    "api_schema": "/api/v1/schema/",
    "badge_json": "/badges/{badge}.json",
    "badge_svg": "/badges/{badge}.svg",
    "cli": "/cli/mltrack.py",
    "healthz": "/healthz",
    "home": "/",
    "kpis:datasets_csv": HERE + "data/datasets.csv",
    "kpis:attempts_csv": HERE + "evaluations/attempts.csv",
    "kpis:evaluations_csv": HERE + "evaluations/evaluations.csv",
    "kpis:evaluation_cells_csv": HERE + "evaluations/{audited}/cells.csv",
    "kpis:evaluation_fairness_csv": HERE + "evaluations/{audited}/fairness/fairness.csv",
    "kpis:evaluation_parts_csv": HERE + "evaluations/{audited}/parts.csv",
    "kpis:evaluation_versus_csv": HERE + "evaluations/{audited}/versus/versus.csv",
    "kpis:evaluation_figure": HERE + "evaluations/{evaluation}/figure.json",
    "kpis:evaluation_point": HERE + "evaluations/{evaluation}/point/?threshold=0.5",
    "kpis:label_audit_csv": HERE + "labeling/audits/{label_audit}/tasks.csv",
    "kpis:label_audit_json": HERE + "labeling/audits/{label_audit}/tasks.json",
    "kpis:agreement_figure": HERE + "labeling/agreement.json",
    "kpis:labeling_overview_csv": "/w/{w}/labeling/overview.csv",
    "kpis:labeling_snapshots_csv": HERE + "labeling/snapshots.csv",
    "kpis:labeling_figure": HERE + "labeling/figure.json",
    "kpis:labeling_curve_figure": HERE + "labeling/learning-curve/figure.json",
    "kpis:initiative_changes": HERE + "changes/",
    "kpis:initiative_key": "/w/{w}/initiatives/new/key/",
    "kpis:initiative_verdict": HERE + "verdict/",
    "kpis:kpi_export": KPI + "readings/export.csv",
    "kpis:kpi_figure": KPI + "figure.json",
    "kpis:portfolio_changes": "/w/{w}/changes/",
    "kpis:run_history": HERE + "runs/{run}/history.json?metric=coverage",
    "kpis:runs_csv": HERE + "runs/runs.csv",
    "kpis:scorecard_export": "/w/{w}/settings/scorecard/export/",
    "projects:connection_status": "/w/{w}/connections/{connection}/status/",
    "kpis:target_figure": HERE + "targets/{target}/figure.json",
    "metrics": "/metrics",
    "readyz": "/readyz",
    "short": "/initiatives/DIGITS/",
    "styleguide_figure": "/styleguide/figure.json",
}
DEEDS: Final[dict[str, str]] = {
    "accounts:invitation_revoke": "/w/{w}/settings/invitations/{any}/revoke/",
    "accounts:member_edit": "/w/{w}/settings/members/{any}/",
    "accounts:member_remove": "/w/{w}/settings/members/{any}/remove/",
    "accounts:token_revoke": "/w/{w}/settings/tokens/{any}/revoke/",
    "kpis:alias": HERE + "targets/aliases/",
    "kpis:alias_remove": HERE + "targets/aliases/remove/",
    "kpis:attestation_revoke": HERE + "attestations/{any}/revoke/",
    "kpis:baseline": HERE + "targets/baselines/",
    "kpis:bridge_expect": HERE + "value/{any}/bridge/expect/",
    "kpis:bridge_remove": HERE + "value/{any}/bridge/remove/",
    "kpis:candidate": HERE + "targets/candidate/",
    "kpis:contribution_remove": HERE + "value/{any}/remove/",
    "kpis:goal_decide": KPI + "goal/{any}/",
    "kpis:initiative_archive": HERE + "archive/",
    "kpis:initiative_move": HERE + "activity/move/",
    "kpis:initiative_update": HERE + "activity/update/",
    "kpis:labeling_upload": HERE + "labeling/upload/",
    "kpis:kpi_archive": KPI + "archive/",
    "kpis:kpi_paste": KPI + "readings/paste/",
    "kpis:label_audit_decide": HERE + "labeling/audits/{any}/decide/",
    "kpis:label_audit_paste": HERE + "labeling/audits/{any}/paste/",
    "kpis:portfolio_move": "/w/{w}/move/DIGITS/",
    "kpis:runs_columns": HERE + "runs/columns/",
    "kpis:scorecard_reset": "/w/{w}/settings/scorecard/reset/",
    "kpis:selection_rule": HERE + "targets/selection/",
    "kpis:selection_rule_remove": HERE + "targets/selection/remove/",
    "kpis:stop_rule": HERE + "evaluations/stop-rule/",
    "kpis:target_decide": HERE + "targets/{any}/",
    "kpis:waiver_decide": HERE + "waivers/{any}/",
    "kpis:workspace_delete": "/w/{w}/settings/data/delete/",
    "kpis:sample_remove": "/w/{w}/settings/data/sample/",
    "kpis:sample_restore": "/w/{w}/settings/data/sample/restore/",
    "kpis:workspace_export": "/w/{w}/settings/data/export/",
    "nudge": "/nudges/{nudge}/",
    "preferences": "/preferences/",
    "projects:connection_delete": "/w/{w}/connections/{any}/delete/",
    "projects:connection_pause": "/w/{w}/connections/{any}/pause/",
    "projects:connection_sync": "/w/{w}/connections/{any}/sync/",
}


@dataclass(frozen=True, slots=True)
class View:
    """How one page is looked at."""

    theme: str
    size: str


LIGHT_DESKTOP, DARK_PHONE = View("light", "desktop"), View("dark", "phone")
DARK_DESKTOP, LIGHT_PHONE = View("dark", "desktop"), View("light", "phone")
VIEWS: Final = (LIGHT_DESKTOP, DARK_PHONE, DARK_DESKTOP, LIGHT_PHONE)


def names(patterns: Any = None, space: str = "", route: str = "") -> Iterator[str]:
    """Yield the name of every path outside the API's endpoints, with its namespace; ValueError for one without."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        here = route + str(each.pattern)
        if not isinstance(each, URLPattern):
            yield from names(each.url_patterns, f"{each.namespace}:" if each.namespace else space, here)
        elif each.name:
            yield space + each.name
        elif not here.startswith(API):
            raise ValueError(f"{here} has no name")


def sample(view: View) -> list[str]:
    """Return the paths of PAGES for one view: each path comes in two views, which show both themes and both sizes."""
    dice = random.Random(20261123)
    found = []
    for path in (path for paths in PAGES.values() for path in paths):
        first = dice.random() < 0.5
        if (view in (LIGHT_DESKTOP, DARK_PHONE)) == first:
            found.append(path)
    return found


def once(view: View) -> list[str]:
    """Return the paths of PAGES for one view, each in one of them: for pages that have little to show."""
    dice = random.Random(20261128)
    return [path for path in every() if dice.choice(VIEWS) == view]


def every() -> list[str]:
    """Return every path of PAGES."""
    return [path for paths in PAGES.values() for path in paths]
