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
    "kpis:observing": (HERE + "data/observing/",),
    "kpis:dataset": (HERE + "data/{dataset}/", HERE + "data/{earlier_dataset}/"),
    "kpis:dataset_diff": (HERE + "data/{dataset}/diff/",),
    "kpis:board": ("/w/{w}/board/", "/w/{w}/board/?initiative={i}&cancelled=1"),
    "kpis:handover": (HERE + "handover/", "/w/{w}/initiatives/{ready}/handover/"),
    "kpis:production": (HERE + "production/", "/w/{w}/initiatives/{ready}/production/"),
    "kpis:delivery": (HERE + "delivery/", HERE + "delivery/?by=sprint"),
    "kpis:sprint": ("/w/{w}/sprints/{sprint}/", "/w/{w}/sprints/{over_sprint}/"),
    "kpis:sprint_create": ("/w/{w}/sprints/new/",),
    "kpis:sprint_edit": ("/w/{w}/sprints/{sprint}/edit/",),
    "kpis:sprint_list": ("/w/{w}/sprints/",),
    "kpis:sprint_roll_over": ("/w/{w}/sprints/{over_sprint}/roll-over/",),
    "kpis:task": (HERE + "tasks/{task}/", HERE + "tasks/{mirrored_task}/"),
    "kpis:task_edit": (HERE + "tasks/{task}/edit/title/", HERE + "tasks/{task}/edit/body/"),
    "kpis:evaluation_fairness": (HERE + "evaluations/{audited}/fairness/",),
    "kpis:evaluation_versus": (HERE + "evaluations/{audited}/versus/",),
    "kpis:bridge": (HERE + "value/{tied}/bridge/",),
    "kpis:evaluations": (HERE + "evaluations/",),
    "kpis:evaluation": (HERE + "evaluations/{evaluation}/",),
    "kpis:flow": (HERE + "flow/", "/w/{w}/initiatives/{late}/flow/"),
    "kpis:forecast": (HERE + "forecast/?cut_tasks=1", "/w/{w}/initiatives/{late}/forecast/"),
    "kpis:calibration": ("/w/{w}/forecasts/",),
    "kpis:gate": (HERE + "gate/",),
    "kpis:gate_decision": (HERE + "gate/{decision}/",),
    "kpis:report": (HERE + "report/", "/w/{w}/initiatives/{ready}/report/"),
    "kpis:initiative": (HERE, "/w/{w}/initiatives/{ready}/", "/w/{w}/initiatives/{late}/"),
    "kpis:initiative_create": ("/w/{w}/initiatives/new/",),
    "kpis:initiative_edit": (HERE + "edit/name/", HERE + "edit/problem/", HERE + "edit/links/"),
    "kpis:kpi": (KPI, "/w/{w}/kpis/{range}/"),
    "kpis:contribution": (HERE + "value/{tied}/",),
    "kpis:measure": (HERE + "value/{tied}/measure/", HERE + "value/{moved}/measure/"),
    "kpis:experiment": (HERE + "value/{tied}/experiment/",),
    "kpis:result": (HERE + "results/{result}/", HERE + "results/{no_answer}/"),
    "kpis:costs": (HERE + "costs/",),
    "kpis:value_decision": (HERE + "decide/",),
    "kpis:kpi_create": ("/w/{w}/kpis/new/",),
    "kpis:kpi_edit": (KPI + "edit/description/",),
    "kpis:kpi_formula": (KPI + "formula/",),
    "kpis:kpi_goal": (KPI + "goal/",),
    "kpis:kpi_alerts": (KPI + "alerts/",),
    "kpis:kpi_note": (KPI + "notes/{note}/",),
    "kpis:finding": ("/w/{w}/findings/{finding}/",),
    "kpis:findings": ("/w/{w}/findings/", "/w/{w}/findings/?state=all&kind=drift"),
    "kpis:inbox": ("/w/{w}/inbox/", "/w/{w}/inbox/?show=all"),
    "kpis:kpi_list": ("/w/{w}/kpis/",),
    "kpis:dashboard": ("/w/{w}/dashboards/leadership/", "/w/{w}/dashboards/{dash}/?range=year"),
    "kpis:dashboard_compose": ("/w/{w}/dashboards/{dash}/edit/",),
    "kpis:dashboard_create": ("/w/{w}/dashboards/new/",),
    "kpis:dashboard_list": ("/w/{w}/dashboards/",),
    "kpis:panel": ("/w/{w}/dashboards/{dash}/panels/{panel}/",),
    "kpis:panel_create": ("/w/{w}/dashboards/{dash}/panels/new/?kind=kpi_board",),
    "kpis:kpi_sources": (KPI + "sources/",),
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
    "kpis:calendars": ("/w/{w}/settings/calendars/",),
    "kpis:share": ("/w/{w}/settings/shares/{share_id}/",),
    "kpis:shares": ("/w/{w}/settings/shares/", "/w/{w}/settings/shares/?kind=portfolio&query=q%3Dis:overdue"),
    "kpis:subscription": ("/w/{w}/settings/subscriptions/{subscription_id}/",),
    "kpis:subscriptions": ("/w/{w}/settings/subscriptions/",),
    "kpis:hook": ("/w/{w}/settings/webhooks/{hook}/",),
    "kpis:hooks": ("/w/{w}/settings/webhooks/",),
    "kpis:mails": ("/w/{w}/settings/mails/",),
    "kpis:updates": ("/w/{w}/updates/", "/w/{w}/updates/?health=at_risk"),
    "kpis:analysis": ("/w/{w}/portfolio/analysis/", "/w/{w}/portfolio/analysis/?since=2026-01-05&q=digits"),
    "kpis:analysis_warnings": ("/w/{w}/portfolio/analysis/warnings/",),
    "kpis:analysis_effort": ("/w/{w}/portfolio/analysis/effort/",),
    "kpis:analysis_first": ("/w/{w}/portfolio/analysis/first/",),
    "kpis:timeline": ("/w/{w}/timeline/", "/w/{w}/timeline/?span=year&q=digits"),
    "kpis:value": (HERE + "value/",),
    "kpis:waive": ("/w/{w}/initiatives/{late}/checks/operations.owner/waive/",),
    "kpis:workspace_data": ("/w/{w}/settings/data/",),
    "projects:connection": (
        "/w/{w}/connections/{connection}/",
        "/w/{w}/connections/{studio}/",
        "/w/{w}/connections/{tracker}/",
    ),
    "projects:connection_create": ("/w/{w}/connections/new/",),
    "projects:connection_edit": ("/w/{w}/connections/{connection}/edit/", "/w/{w}/connections/{studio}/edit/"),
    "projects:connection_list": ("/w/{w}/connections/",),
    "projects:connection_words": ("/w/{w}/connections/{tracker}/words/",),
    "projects:source": ("/w/{w}/data-sources/{source}/",),
    "projects:source_register": ("/w/{w}/data-sources/",),
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
    "mails_off": ("/mails/{mails}/off/",),
    "shared": ("/s/{shared_kpi}/", "/s/{shared_portfolio}/", "/s/{shared_initiative}/", "/s/{shared_dashboard}/"),
    "shared_tile": ("/s/{shared_kpi}/tile/",),
    "subscription_off": ("/subscriptions/{subscription}/off/",),
    "invitation": ("/invitations/{invitation}/", "/invitations/gone/"),
}
DATA: Final[dict[str, str]] = {
    # A page for who has no password; others are led to its change.
    "account_set_password": "/accounts/password/set/",
    "api_schema": "/api/v1/schema/",
    "badge_json": "/badges/{badge}.json",
    "badge_svg": "/badges/{badge}.svg",
    "calendar": "/calendars/{calendar}.ics",
    "cli": "/cli/mltrack.py",
    "healthz": "/healthz",
    "home": "/",
    "projects:sources_csv": "/w/{w}/data-sources/sources.csv",
    "projects:stops_csv": "/w/{w}/data-sources/planned-stops.csv",
    "kpis:findings_csv": "/w/{w}/findings/findings.csv",
    "kpis:observed_csv": HERE + "data/observed.csv",
    "kpis:datasets_csv": HERE + "data/datasets.csv",
    "kpis:deployments_csv": HERE + "production/deployments.csv",
    "kpis:production_audit_csv": HERE + "production/audit.csv",
    "kpis:tasks_csv": HERE + "tasks.csv",
    "kpis:results_csv": HERE + "results/results.csv",
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
    "kpis:flow_csv": HERE + "flow/flow.csv",
    "kpis:flow_figure": HERE + "flow/cumulative.json",
    "kpis:throughput_figure": HERE + "flow/throughput.json",
    "kpis:forecast_figure": HERE + "forecast/figure.json?drop=tasks",
    "kpis:timeline_csv": "/w/{w}/timeline/timeline.csv",
    "kpis:forecasts_csv": "/w/{w}/forecasts/forecasts.csv",
    "kpis:analysis_funnel_csv": "/w/{w}/portfolio/analysis/funnel.csv",
    "kpis:analysis_reasons_csv": "/w/{w}/portfolio/analysis/reasons.csv",
    "kpis:analysis_incidence_csv": "/w/{w}/portfolio/analysis/incidence.csv",
    "kpis:analysis_stage_times_csv": "/w/{w}/portfolio/analysis/stage-times.csv",
    "kpis:analysis_effort_csv": "/w/{w}/portfolio/analysis/effort.csv",
    "kpis:analysis_warnings_csv": "/w/{w}/portfolio/analysis/warnings.csv",
    "kpis:labeling_overview_csv": "/w/{w}/labeling/overview.csv",
    "kpis:labeling_datasets_csv": HERE + "labeling/datasets.csv",
    "kpis:labeling_snapshots_csv": HERE + "labeling/snapshots.csv",
    "kpis:labeling_figure": HERE + "labeling/figure.json",
    "kpis:labeling_curve_figure": HERE + "labeling/learning-curve/figure.json",
    "kpis:initiative_changes": HERE + "changes/",
    "kpis:initiative_key": "/w/{w}/initiatives/new/key/",
    "kpis:initiative_verdict": HERE + "verdict/",
    "kpis:kpi_export_csv": KPI + "readings/export.csv",
    "kpis:kpi_figure": KPI + "figure.json",
    "kpis:kpi_periods_csv": KPI + "readings/periods.csv?by=month",
    "kpis:portfolio_csv": "/w/{w}/portfolio/portfolio.csv",
    "kpis:kpis_csv": "/w/{w}/kpis/kpis.csv",
    "kpis:portfolio_changes": "/w/{w}/changes/",
    "kpis:task_changes": "/w/{w}/board/changes/?initiative={i}",
    "kpis:run_history": HERE + "runs/{run}/history.json?metric=coverage",
    "kpis:runs_csv": HERE + "runs/runs.csv",
    "kpis:scorecard_export": "/w/{w}/settings/scorecard/export/",
    "projects:connection_status": "/w/{w}/connections/{connection}/status/",
    "kpis:target_figure": HERE + "targets/{target}/figure.json",
    "metrics": "/metrics",
    "readyz": "/readyz",
    "shared_csv": "/s/{shared_kpi}/history.csv",
    "shared_figure": "/s/{shared_kpi}/history.json",
    "short": "/initiatives/DIGITS/",
    "styleguide_figure": "/styleguide/figure.json",
}
# Every table comes in both forms.
TABLES: Final = {name: path for name, path in DATA.items() if name.endswith("_csv")}
DATA.update({f"{name[:-4]}_xlsx": path.replace(".csv", ".xlsx") for name, path in TABLES.items()})
DEEDS: Final[dict[str, str]] = {
    "accounts:invitation_revoke": "/w/{w}/settings/invitations/{any}/revoke/",
    "accounts:member_edit": "/w/{w}/settings/members/{any}/",
    "accounts:member_remove": "/w/{w}/settings/members/{any}/remove/",
    "accounts:token_revoke": "/w/{w}/settings/tokens/{any}/revoke/",
    "kpis:alias": HERE + "targets/aliases/",
    "kpis:alias_remove": HERE + "targets/aliases/remove/",
    "kpis:check_task": HERE + "checks/model.accuracy/task/",
    "kpis:attestation_revoke": HERE + "attestations/{any}/revoke/",
    "kpis:baseline": HERE + "targets/baselines/",
    "kpis:bridge_expect": HERE + "value/{any}/bridge/expect/",
    "kpis:bridge_remove": HERE + "value/{any}/bridge/remove/",
    "kpis:estimate_withdraw": HERE + "estimates/{any}/withdraw/",
    "kpis:observed_end": HERE + "data/observed/end/",
    "kpis:observing_sync": HERE + "data/observing/{any}/sync/",
    "kpis:observing_pause": HERE + "data/observing/{any}/pause/",
    "kpis:observing_remove": HERE + "data/observing/{any}/remove/",
    "kpis:deployment_probe": HERE + "production/{any}/probe/",
    "kpis:deployment_promote": HERE + "production/{any}/promote/",
    "kpis:deployment_rollback": HERE + "production/{any}/rollback/",
    "kpis:calendar_revoke": "/w/{w}/settings/calendars/{any}/revoke/",
    "kpis:share_revoke": "/w/{w}/settings/shares/{any}/revoke/",
    "kpis:subscription_remove": "/w/{w}/settings/subscriptions/{any}/remove/",
    "kpis:subscription_send": "/w/{w}/settings/subscriptions/{any}/send/",
    "kpis:subscription_switch": "/w/{w}/settings/subscriptions/{any}/switch/",
    "kpis:hook_remove": "/w/{w}/settings/webhooks/{any}/remove/",
    "kpis:hook_replay": "/w/{w}/settings/webhooks/{any}/deliveries/{any}/replay/",
    "kpis:hook_rotate": "/w/{w}/settings/webhooks/{any}/rotate/",
    "kpis:hook_switch": "/w/{w}/settings/webhooks/{any}/switch/",
    "kpis:hook_test": "/w/{w}/settings/webhooks/{any}/test/",
    "kpis:candidate": HERE + "targets/candidate/",
    "kpis:contribution_remove": HERE + "value/{any}/remove/",
    "kpis:cost_remove": HERE + "costs/{any}/remove/",
    "kpis:goal_decide": KPI + "goal/{any}/",
    "kpis:initiative_archive": HERE + "archive/",
    "kpis:initiative_move": HERE + "activity/move/",
    "kpis:initiative_rhythm": HERE + "activity/rhythm/",
    "kpis:rhythm": "/w/{w}/settings/rhythm/",
    "kpis:initiative_update": HERE + "activity/update/",
    "kpis:labeling_batch": HERE + "labeling/batches/",
    "kpis:labeling_upload": HERE + "labeling/upload/",
    "kpis:dashboard_archive": "/w/{w}/dashboards/{any}/archive/",
    "kpis:dashboard_copy": "/w/{w}/dashboards/leadership/copy/",
    "kpis:panel_move": "/w/{w}/dashboards/{any}/panels/{any}/move/",
    "kpis:panel_remove": "/w/{w}/dashboards/{any}/panels/{any}/remove/",
    "kpis:kpi_archive": KPI + "archive/",
    "kpis:kpi_source_sync": KPI + "sources/{any}/sync/",
    "kpis:kpi_source_pause": KPI + "sources/{any}/pause/",
    "kpis:kpi_source_remove": KPI + "sources/{any}/remove/",
    "kpis:kpi_source_upload": KPI + "sources/{any}/upload/",
    "kpis:kpi_paste": KPI + "readings/paste/",
    "kpis:kpi_alert_mute": KPI + "alerts/{any}/mute/",
    "kpis:kpi_alert_remove": KPI + "alerts/{any}/remove/",
    "kpis:kpi_note_remove": KPI + "notes/{any}/remove/",
    "kpis:kpi_note_write": KPI + "notes/",
    "kpis:finding_acknowledge": "/w/{w}/findings/{any}/acknowledge/",
    "kpis:finding_mute": "/w/{w}/findings/{any}/mute/",
    "kpis:finding_task": "/w/{w}/findings/{any}/task/",
    "kpis:inbox_read": "/w/{w}/inbox/read/",
    "kpis:notice_read": "/w/{w}/inbox/{any}/read/",
    "kpis:notice_snooze": "/w/{w}/inbox/{any}/snooze/",
    "kpis:label_audit_decide": HERE + "labeling/audits/{any}/decide/",
    "kpis:label_audit_paste": HERE + "labeling/audits/{any}/paste/",
    "kpis:portfolio_move": "/w/{w}/move/DIGITS/",
    "kpis:runs_columns": HERE + "runs/columns/",
    "kpis:sprint_delete": "/w/{w}/sprints/{any}/delete/",
    "kpis:task_place": "/w/{w}/board/place/",
    "kpis:task_put_away": HERE + "tasks/{any}/put-away/",
    "kpis:tasks_edit": "/w/{w}/tasks/edit/",
    "kpis:tasks_undo": "/w/{w}/tasks/undo/",
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
    "projects:stop_create": "/w/{w}/planned-stops/",
    "projects:stop_withdraw": "/w/{w}/planned-stops/{any}/withdraw/",
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


def sample(view: View, seed: int = 20261129) -> list[str]:
    """Return the paths of PAGES for one view. A seed shows each path in one view, which it draws."""
    dice = random.Random(seed)
    return [path for path in every() if dice.choice(VIEWS) == view]


def every() -> list[str]:
    """Return every path of PAGES."""
    return [path for paths in PAGES.values() for path in paths]
