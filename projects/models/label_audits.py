"""Label audits: samples of labeled tasks that are labeled again, to estimate how many labels are wrong."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects.models.identifiers import label_audit_id
from projects.models.initiatives import Initiative
from projects.models.labeling import LONGEST_LABEL, LabelTask


class AuditKind(models.TextChoices):
    RANDOM = "random", _("Random")
    BY_CLASS = "by_class", _("Stratified by class")
    BY_BATCH = "by_batch", _("Stratified by batch")


class AuditState(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    DISCARDED = "discarded", _("Discarded")


class RelabelSource(models.TextChoices):
    HERE = "here", _("On the page")
    CSV = "csv", _("As CSV")
    API = "api", _("By REST")
    TOOL = "tool", _("From the labeling tool")


class LabelAudit(models.Model):
    """A sample of an initiative's labeled tasks, drawn by a seed, that is labeled again.

    `cells` is what the labels were at drawing, `[[stratum, class, size, n, errors], …]`: labeled tasks, and once it is
    closed those that count as looked at again, and how many of these were wrong. `drawn` tasks are in the sample
    (`wanted`, or more where strata ask for `least` each), `relabeled` of them were labeled again. `closed_at` is also
    when it was discarded, for a `reason`. An initiative has one open audit at a time: so a label from a tool, and a
    person with half an hour, belong to one sample, and nobody draws until a sample pleases while another lies open.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="label_audits", db_index=False)
    public_id = models.CharField(max_length=24, unique=True, default=label_audit_id, editable=False)
    kind = models.CharField(max_length=8, choices=AuditKind.choices, default=AuditKind.RANDOM)
    seed = models.CharField(max_length=64)
    wanted = models.PositiveIntegerField()
    least = models.PositiveIntegerField(default=0)
    drawn = models.PositiveIntegerField()
    relabeled = models.PositiveIntegerField(default=0)
    cells = models.JSONField()
    labels_digest = models.CharField(max_length=128, blank=True, default="")
    note = models.TextField(blank=True, default="")
    state = models.CharField(max_length=9, choices=AuditState.choices, default=AuditState.OPEN)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    drawn_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["initiative"], condition=Q(state="open"), name="label_audit_open_once"),
            models.CheckConstraint(condition=Q(kind__in=AuditKind.values), name="label_audit_kind_known"),
            models.CheckConstraint(condition=Q(state__in=AuditState.values), name="label_audit_state_known"),
            models.CheckConstraint(
                condition=Q(wanted__gte=1, drawn__gte=1, relabeled__lte=F("drawn")), name="label_audit_counts_fit"
            ),
            models.CheckConstraint(condition=~Q(seed=""), name="label_audit_has_a_seed"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | ~Q(state="open") & Q(closed_at__gte=F("drawn_at")),
                name="label_audit_open_until_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="discarded") & ~Q(reason="") | ~Q(state="discarded") & Q(reason=""),
                name="label_audit_discarded_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(relabeled__gte=1), name="label_audit_closed_with_relabels"
            ),
        ]
        indexes = [models.Index(fields=["initiative", "-closed_at", "-id"], name="label_audit_newest")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def population(self) -> int:
        """The labeled tasks that it was drawn from."""
        return sum(size for _stratum, _label, size, _n, _errors in self.cells)

    @property
    def is_open(self) -> bool:
        """Say whether it still takes labels."""
        return self.state == AuditState.OPEN


class AuditedTask(models.Model):
    """A task of an audit, with its label at drawing and what it was labeled again.

    It is named by its project's public id and its own external id, so that it outlives the task. Numbers go through
    the strata in proportion, and within a stratum in the order of drawing. `relabel` is null until it is labeled
    again, and "" where nobody can tell its class. Who gave the relabel is not kept.
    """

    audit = models.ForeignKey(LabelAudit, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    number = models.PositiveIntegerField()
    task = models.ForeignKey(LabelTask, on_delete=models.SET_NULL, null=True, related_name="audited")
    project_key = models.CharField(max_length=24)
    external_id = models.CharField(max_length=250)
    stratum = models.CharField(max_length=LONGEST_LABEL, blank=True, default="")
    label = models.CharField(max_length=LONGEST_LABEL)
    relabel = models.CharField(max_length=LONGEST_LABEL, null=True, blank=True)
    relabeled_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=4, choices=RelabelSource.choices, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audit", "number"], name="audited_task_number_once"),
            models.UniqueConstraint(fields=["audit", "project_key", "external_id"], name="audited_task_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="audited_task_numbers_from_one"),
            models.CheckConstraint(condition=~Q(label=""), name="audited_task_had_a_label"),
            models.CheckConstraint(
                condition=Q(relabel__isnull=True, relabeled_at__isnull=True, source="")
                | Q(relabel__isnull=False, relabeled_at__isnull=False, source__in=RelabelSource.values),
                name="audited_task_relabel_has_time_and_source",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id
