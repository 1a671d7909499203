"""Labeled tasks to draw from, and the tasks of a label audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Coalesce

from projects.models import AuditedTask, Initiative, LabelAudit, LabelingState, LabelTask, TaskState


class Labeled(NamedTuple):
    """A labeled task: its row, its project's public id, its id there, its class and its batch ("" without one)."""

    pk: int
    project: str
    external_id: str
    label: str
    batch: str

    @property
    def name(self) -> str:
        """Its name among all tasks of the initiative, by which it is drawn."""
        return f"{self.project}/{self.external_id}"


def labeled_tasks(initiative: Initiative) -> Iterator[Labeled]:
    """Yield the labeled tasks that have a class and were not deleted, in one query; ties have none."""
    found = LabelTask.objects.filter(
        project__initiative=initiative,
        project__state=LabelingState.ACTIVE,
        state=TaskState.LABELED,
        deleted_at__isnull=True,
    ).exclude(label="")
    rows = found.values_list("pk", "project__public_id", "external_id", "label", "batch")
    return map(Labeled._make, rows.iterator(10_000))


def audited_tasks(audit: LabelAudit) -> QuerySet[Any, Any]:
    """Return the tasks of an audit in order, with `url`, where they are seen, and `shown_label` and `shown_stratum`.

    These two are null while the audit is open: who labels again must not know what was said before.
    """
    found = AuditedTask.objects.filter(audit=audit).order_by("number").defer("label", "stratum")
    found = found.annotate(url=Coalesce("task__url", Value("")))
    if audit.is_open:
        nothing = Value(None, output_field=CharField(null=True))
        return found.annotate(shown_label=nothing, shown_stratum=nothing)
    return found.annotate(shown_label=F("label"), shown_stratum=F("stratum"))


def audit_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[LabelAudit]:
    """Return the initiative's label audits with who drew and closed them; asked may hold state."""
    found = LabelAudit.objects.filter(initiative=initiative)
    found = found.select_related("drawn_by", "closed_by", "initiative__workspace")
    return found.filter(state=asked["state"]) if "state" in asked else found
