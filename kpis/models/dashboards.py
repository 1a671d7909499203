"""Dashboards that people composed, and their panels."""

from __future__ import annotations

from django.db import models
from django.db.models import Deferrable, Q
from django.utils.translation import gettext_lazy as _

from kpis.models.identifiers import panel_id
from kpis.models.kpis import KPI_KEY_PATTERN
from kpis.scoring.dashboards.kinds import COLUMNS, KINDS
from mltrack.accounts.models import Workspace

LONGEST_KIND = 20


def panel_kinds() -> list[tuple[str, str]]:
    """Return the kinds of panels with their names; a callable, so that a new one needs no migration."""
    return [(name, kind.title) for name, kind in KINDS.items()]


class Dashboard(models.Model):
    """A page of panels that somebody composed. `team` is whom it is for, in a word; those that ship are in no table."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="dashboards")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    team = models.CharField(max_length=80, blank=True, default="")
    description = models.CharField(max_length=500, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="dashboard_key_once"),
            models.CheckConstraint(condition=Q(key__regex=KPI_KEY_PATTERN), name="dashboard_key_form"),
            models.CheckConstraint(condition=~Q(name=""), name="dashboard_has_a_name"),
            # A dashboard of version 0 is one that ships.
            models.CheckConstraint(condition=Q(version__gte=1), name="dashboard_version_counts"),
        ]

    def __str__(self) -> str:
        return self.name


class Panel(models.Model):
    """One panel. `settings` are those of its kind, see `kpis.scoring.dashboards.kinds`; `width` is in columns of four.

    One that was removed has no position but the one that it had, so that it can be brought back there.
    """

    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="panels", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=panel_id, editable=False)
    position = models.PositiveSmallIntegerField(null=True)
    removed_from = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(_("kind"), max_length=LONGEST_KIND, choices=panel_kinds)
    title = models.CharField(max_length=120)
    width = models.PositiveSmallIntegerField(default=COLUMNS)
    settings = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dashboard", "position"], name="panel_position_once", deferrable=Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=Q(position=None, removed_from__isnull=False) | Q(position__isnull=False, removed_from=None),
                name="panel_there_or_removed",
            ),
            models.CheckConstraint(condition=Q(width__gte=1, width__lte=COLUMNS), name="panel_width_in_columns"),
            models.CheckConstraint(condition=~Q(title=""), name="panel_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.title
