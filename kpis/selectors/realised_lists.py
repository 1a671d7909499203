"""The lists of the API of what was moved, spent and decided: querysets to be paged, with what each item shows."""

from __future__ import annotations

from django.db.models import QuerySet

from kpis.models import KPI, ContributionResult, ExperimentResult, InitiativeCost, ValueDecision
from projects.models import Initiative


def result_list(initiative: Initiative) -> QuerySet[ContributionResult]:
    """Return every kept answer about an initiative."""
    return _shown(ContributionResult.objects.filter(initiative=initiative))


def results_of_kpi(kpi: KPI) -> QuerySet[ContributionResult]:
    """Return every kept answer about a KPI."""
    return _shown(ContributionResult.objects.filter(kpi=kpi))


def experiment_list(initiative: Initiative) -> QuerySet[ExperimentResult]:
    """Return the initiative's experiments."""
    return ExperimentResult.objects.filter(initiative=initiative).select_related("kpi", "author")


def cost_list(initiative: Initiative) -> QuerySet[InitiativeCost]:
    """Return the initiative's costs."""
    return InitiativeCost.objects.filter(initiative=initiative).select_related("initiative__workspace", "author")


def decision_list(initiative: Initiative) -> QuerySet[ValueDecision]:
    """Return what was decided on the initiative's value."""
    return ValueDecision.objects.filter(initiative=initiative).select_related("author")


def _shown(rows: QuerySet[ContributionResult]) -> QuerySet[ContributionResult]:
    return rows.select_related("kpi", "initiative", "control_kpi", "experiment", "author")
