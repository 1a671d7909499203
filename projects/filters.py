"""The filters of lists of facts, shared by pages and API. What is not declared here cannot be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from projects.models import Run
from projects.progress.thresholds import Threshold, parse_threshold
from projects.selectors.runs import reaching

PUSHED: Final = "pushed"
MOST_THRESHOLDS: Final = 5
DELETED = [("no", _("Left out")), ("all", _("Shown too")), ("only", _("Alone"))]


class RepeatedTexts(forms.TextInput):
    """A text that may come several times in a query: `?metric=accuracy>=0.9&metric=coverage>=0.8`."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        """Return every value of the name."""
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        texts = [values] if isinstance(values, str) else list(values or [])
        return [each for each in texts if each.strip()]

    def format_value(self, value: Any) -> str:
        """Return the values for the input."""
        return " ".join(str(each) for each in value) if isinstance(value, list) else str(value or "")


class ThresholdsField(forms.Field):
    """At most five conditions on metrics."""

    widget = RepeatedTexts

    def to_python(self, value: Any) -> list[Threshold]:
        """Return the parsed conditions. Raises ValidationError in words."""
        if len(value or []) > MOST_THRESHOLDS:
            raise ValidationError(_("At most five conditions on metrics."))
        try:
            return [parse_threshold(each) for each in value or []]
        except ValueError as error:
            raise ValidationError(str(error)) from error


class ThresholdsFilter(django_filters.Filter):  # type: ignore[misc]
    """Runs that reach every condition."""

    field_class = ThresholdsField

    def filter(self, queryset: QuerySet[Run], value: list[Threshold] | None) -> QuerySet[Run]:
        """Return the runs that reach the conditions."""
        for each in value or []:
            queryset = reaching(queryset, each)
        return queryset


class RunFilters(django_filters.FilterSet):  # type: ignore[misc]
    """What a list of runs can be narrowed by. Give it the runs of an initiative; deleted ones are left out."""

    status = django_filters.MultipleChoiceFilter(label=_("Status"), choices=Run.Status.choices)
    text = django_filters.CharFilter(label=_("Name or id"), method="by_text", max_length=200)
    experiment = django_filters.CharFilter(label=_("Experiment"), field_name="experiment_id", max_length=100)
    connection = django_filters.CharFilter(label=_("Source"), method="by_connection", max_length=40)
    commit = django_filters.CharFilter(label=_("Commit"), lookup_expr="startswith", max_length=100)
    metric = ThresholdsFilter(label=_("Metrics"))
    deleted = django_filters.ChoiceFilter(label=_("Deleted runs"), choices=DELETED, method="by_deleted")

    class Meta:
        model = Run
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Run]) -> QuerySet[Run]:
        """Return what is asked for; without a word on deleted runs they are left out."""
        found: QuerySet[Run] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("deleted") else found.filter(deleted_at__isnull=True)

    def by_text(self, queryset: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        """Return runs whose name holds the text or whose id or commit begins with it."""
        return queryset.filter(
            Q(name__icontains=value) | Q(external_id__startswith=value) | Q(commit__startswith=value)
        )

    def by_connection(self, queryset: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        """Return runs of one connection by its id, or `pushed` ones."""
        if value == PUSHED:
            return queryset.filter(connection__isnull=True)
        return queryset.filter(connection__public_id=value)

    def by_deleted(self, queryset: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        """Return deleted runs alone, or all."""
        return queryset.filter(deleted_at__isnull=False) if value == "only" else queryset
