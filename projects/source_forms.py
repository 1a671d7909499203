"""Forms of the register of sources. They check shape; the services decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import User, Workspace
from projects.models import DataSource, Initiative
from projects.models.observations import validate_source_key
from projects.services.data_sources import LONGEST_NOTE

_DAY = {"type": "date"}


class SourceEditForm(forms.Form):
    """What can be changed of a source; each line of `feeds` is an initiative's key and a feature."""

    name = forms.CharField(label=_("Name"), max_length=120)
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, to_field_name="email"
    )
    feeds = forms.CharField(
        label=_("Feeds"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A line each: the initiative's key and the feature, such as CHURN refills."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2})
    )
    archived = forms.BooleanField(label=_("Archived: it feeds nothing any more"), required=False)

    def __init__(self, members: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = members

    def clean_feeds(self) -> list[tuple[str, str]]:
        """Return the lines as pairs. Raises ValidationError for a line without a feature."""
        pairs = []
        for line in filter(str.strip, self.cleaned_data["feeds"].splitlines()):
            key, _blank, feature = line.strip().partition(" ")
            if not feature.strip():
                raise forms.ValidationError(_("Write the initiative's key and the feature on each line."))
            pairs.append((key, feature.strip()))
        return pairs

    def source(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        given = dict(self.cleaned_data)
        features = given.pop("feeds")
        return {**given, "features": features, "note": given["note"].replace("\r\n", "\n")}

    @staticmethod
    def initial_of(source: DataSource) -> dict[str, Any]:
        """Return a source as the form shows it."""
        feeds = "\n".join(f"{each.initiative.key} {each.feature}" for each in source.features.all())
        archived = source.archived_at is not None
        values: dict[str, Any] = {
            "name": source.name,
            "owner": source.owner.email if source.owner else None,
            "note": source.note,
        }
        return {**values, "feeds": feeds, "archived": archived}


class SourceForm(SourceEditForm):
    """A new source."""

    key = forms.CharField(
        label=_("Key"),
        max_length=60,
        validators=[validate_source_key],
        help_text=_("Small letters and digits, parts joined by a hyphen, such as pharmacy-feed."),
    )
    archived = None  # type: ignore[assignment]
    field_order = ("key", "name", "owner", "feeds", "note")


class StopForm(forms.Form):
    """Days in which data stays away by plan."""

    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason"), max_length=300)
    initiative = forms.ModelChoiceField(
        label=_("Initiative"), queryset=Initiative.objects.none(), required=False, to_field_name="key"
    )
    source = forms.ModelChoiceField(
        label=_("Source"), queryset=DataSource.objects.none(), required=False, to_field_name="key"
    )
    segment = forms.CharField(label=_("Segment"), max_length=120, required=False)

    def __init__(self, workspace: Workspace, sources: QuerySet[DataSource], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initiatives = Initiative.objects.filter(workspace=workspace, archived_at=None).order_by("key")
        choices: Iterable[tuple[str, QuerySet[Any]]] = (
            ("initiative", initiatives),
            ("source", sources.order_by("key")),
        )
        for name, queryset in choices:
            field: Any = self.fields[name]
            field.queryset, field.empty_label = queryset, _("All")

    def stop(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        return dict(self.cleaned_data)
