"""A sprint's own fields, and where its open tasks go at its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Sprint


class SprintForm(forms.Form):
    """A sprint: a name and two days."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    name = forms.CharField(label=_("Name"), max_length=120)
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    goal = forms.CharField(
        label=_("Goal"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One sentence: what is true at its end that is not true now. Markdown works."),
    )

    def sprint(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        goal = self.cleaned_data["goal"].replace("\r\n", "\n")
        return {**{name: self.cleaned_data[name] for name in ("name", "starts_on", "ends_on")}, "goal": goal}


class RollOverForm(forms.Form):
    """Where a sprint's open tasks go."""

    into = forms.ChoiceField(label=_("Open tasks go into"), required=False)

    def __init__(self, sprints: Iterable[Sprint], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sprints = {each.public_id: each for each in sprints}
        choices = [(key, each.name) for key, each in self.sprints.items()]
        self.fields["into"].choices = [*choices, ("", _("Backlog"))]  # type: ignore[attr-defined]

    def target(self) -> Sprint | None:
        """Return the sprint that takes them, None for the backlog."""
        return self.sprints.get(self.cleaned_data["into"])
