"""The list of runs: how its filters stand in the URL, and which columns it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.filters import PUSHED, RunFilters
from projects.selectors.run_choices import RunChoices
from projects.services.columns import MOST_COLUMNS

NAMES: Final = ("text", "status", "experiment", "connection", "commit", "metric", "deleted")
KINDS: Final = (
    ("metric", gettext_lazy("Metrics")),
    ("param", gettext_lazy("Parameters")),
    ("tag", gettext_lazy("Tags")),
)


class ColumnsForm(forms.Form):
    """The columns that a person wants to see."""

    columns = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, choices: RunChoices, chosen: Sequence[str]) -> None:
        super().__init__(data, initial={"columns": list(chosen)})
        names = list(dict.fromkeys([*choices.columns, *chosen]))
        self.fields["columns"] = forms.MultipleChoiceField(
            required=False, choices=[(name, name) for name in names], widget=forms.CheckboxSelectMultiple
        )
        self.names, self.chosen = names, set(chosen)

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """The columns as (heading, [(name, key, whether it is shown)]), without empty groups."""
        found = []
        for kind, heading in KINDS:
            names = [name for name in self.names if name.startswith(f"{kind}:")]
            if names:
                found.append((str(heading), [(name, name.partition(":")[2], name in self.chosen) for name in names]))
        return found

    def clean_columns(self) -> list[str]:
        """Return the chosen ones. Raises ValidationError for too many."""
        chosen: list[str] = self.cleaned_data["columns"]
        if len(chosen) > MOST_COLUMNS:
            raise forms.ValidationError(_("Choose at most %(most)s columns.") % {"most": MOST_COLUMNS})
        return chosen


def kept(params: QueryDict) -> QueryDict:
    """Return the filters of a query alone, in a fixed order, without empty ones."""
    found = QueryDict(mutable=True)
    for name in NAMES:
        values = sorted({value for value in params.getlist(name) if value.strip()})
        if values:
            found.setlist(name, values)
    return found


@dataclass(frozen=True, slots=True)
class Select:
    """A choice in the filter bar: (value, label, whether it is chosen), after an option that asks for nothing."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]


def words_of(filters: RunFilters, choices: RunChoices) -> dict[str, dict[str, str]]:
    """Return the values that can be chosen of each filter, with their words."""
    fields = filters.form.fields
    return {
        "status": {value: str(label) for value, label in fields["status"].choices},
        "experiment": dict(choices.experiments),
        "connection": {**dict(choices.connections), PUSHED: _("Pushed by REST")},
        "deleted": {value: str(label) for value, label in fields["deleted"].choices if value not in ("", "no")},
    }


def selects_of(filters: RunFilters, params: QueryDict, choices: RunChoices, order: str) -> list[Select]:
    """Return the filter bar's choices; one that offers a single way is left out, unless it is taken."""
    words = words_of(filters, choices)
    none = {
        "status": _("Any status"),
        "experiment": _("All experiments"),
        "connection": _("All sources"),
        "deleted": _("Without deleted runs"),
    }
    found = [
        Select(name, str(filters.form.fields[name].label), _options(words[name].items(), params.get(name, ""), label))
        for name, label in none.items()
        if len(words[name]) > 1 or name in params
    ]
    return [*found, Select("sort", _("Order"), _options(_orders(order).items(), order, ""))]


def _orders(order: str) -> dict[str, str]:
    known = {
        "-ended": _("Last ended first"),
        "-started": _("Last started first"),
        "-duration": _("Longest first"),
        "duration": _("Shortest first"),
        "name": _("By name"),
    }
    return known if order in known else {order: _order_words(order), **known}


def _order_words(order: str) -> str:
    name = order.removeprefix("-").removeprefix("metric:")
    return (_("%(name)s, largest first") if order.startswith("-") else _("%(name)s, smallest first")) % {"name": name}


def _options(options: Iterable[tuple[str, str]], chosen: str, none: str) -> list[tuple[str, str, bool]]:
    first = [("", none, not chosen)] if none else []
    return [*first, *((value, label, value == chosen) for value, label in options)]


def chips_of(filters: RunFilters, params: QueryDict, choices: RunChoices) -> list[dict[str, str]]:
    """Return each active filter in words, with the query string without it; the order stays."""
    words = words_of(filters, choices)
    found = []
    for name, values in kept(params).lists():
        for value in values:
            left = with_order(kept(params), params)
            left.setlist(name, [each for each in values if each != value])
            found.append({"label": _chip(filters, words, name, value), "url": f"?{left.urlencode()}"})
    return found


def with_order(left: QueryDict, params: Mapping[str, str]) -> QueryDict:
    """Return the query with the order of another."""
    if params.get("sort"):
        left["sort"] = params["sort"]
    return left


def _chip(filters: RunFilters, words: Mapping[str, Mapping[str, str]], name: str, value: str) -> str:
    if name == "metric":
        return value
    return f"{filters.form.fields[name].label}: {words.get(name, {}).get(value, value)}"
