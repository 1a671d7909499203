"""Label audits, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kpis.scoring.labeling.audit_answer import audit_answer
from kpis.selectors.label_audits import result_of
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import optional_text, person
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.models.label_audits import AuditKind, AuditState, LabelAudit
from projects.models.labeling import LONGEST_LABEL
from projects.progress.labeling.audit_sample import MOST_SEED_BYTES
from projects.services.label_audits import LONGEST_NOTE, MOST_AUDITED
from projects.services.relabel_input import LONGEST, MOST_RELABELS


class AuditIn(StrictSerializer):
    """A sample to draw: n labeled tasks, at least `least` of each stratum; a seed is made up where none is given.

    `labels_digest` is the version of the labels that is audited, as dataset versions name it.
    """

    n = serializers.IntegerField(min_value=1, max_value=MOST_AUDITED)
    kind = serializers.ChoiceField(choices=AuditKind.choices, required=False)
    least = serializers.IntegerField(min_value=0, max_value=MOST_AUDITED, required=False)
    seed = optional_text(MOST_SEED_BYTES)
    labels_digest = optional_text(128)
    note = optional_text(LONGEST_NOTE)


class AuditParams(PageParams):
    """Filters of label audits."""

    state = serializers.ChoiceField(choices=AuditState.choices, required=False)


class LabelErrorOut(StrictSerializer):
    """The share of wrong labels among n that were looked at again, with the one-sided bounds that decide, at 95 %."""

    n = serializers.IntegerField()
    rate = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class CeilingOut(StrictSerializer):
    """The accuracy at which a perfect model would be measured, with its bounds."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class ClassErrorOut(StrictSerializer):
    """The wrong labels of one class; `error` is null where no label of it was looked at again."""

    error = LabelErrorOut(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Return the declared fields after the class."""
        return {"class": serializers.CharField(max_length=LONGEST_LABEL), **super().get_fields()}


class AuditResultOut(StrictSerializer):
    """What a closed audit says. `n` of the `relabeled` tasks count; `reason` says what is missing, "" for nothing."""

    id = serializers.CharField()
    url = serializers.CharField()
    kind = serializers.CharField()
    seed = serializers.CharField()
    drawn_at = UTCDateTimeField()
    closed_at = UTCDateTimeField()
    labels_digest = serializers.CharField()
    population = serializers.IntegerField()
    wanted = serializers.IntegerField()
    drawn = serializers.IntegerField()
    relabeled = serializers.IntegerField()
    n = serializers.IntegerField()
    error = LabelErrorOut(allow_null=True)
    ceiling = CeilingOut(allow_null=True)
    classes = ClassErrorOut(many=True)
    reason = serializers.CharField()


@extend_schema_field(AuditResultOut(allow_null=True))
class ResultField(serializers.Field[LabelAudit, Any, Any, Any]):
    """What an audit says, null until it is closed."""

    def to_representation(self, value: LabelAudit) -> Any:
        """Return the result as the page shows it."""
        return audit_answer(result_of(value))


class AuditOut(StrictSerializer):
    """A label audit; `result` is null until it is closed, `reason` is why it was discarded."""

    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(choices=AuditState.choices)
    kind = serializers.ChoiceField(choices=AuditKind.choices)
    seed = serializers.CharField()
    population = serializers.IntegerField()
    n = serializers.IntegerField(source="wanted")
    least = serializers.IntegerField()
    drawn = serializers.IntegerField()
    relabeled = serializers.IntegerField()
    labels_digest = serializers.CharField()
    note = serializers.CharField()
    drawn_by = person("drawn_by")
    drawn_at = UTCDateTimeField()
    closed_by = person("closed_by")
    closed_at = UTCDateTimeField(allow_null=True)
    reason = serializers.CharField()
    result = ResultField(source="*", read_only=True)


class AuditedTaskOut(StrictSerializer):
    """A task of an audit. Its first label and its stratum are null until the audit is closed.

    `relabel` is null until it is labeled again, and "" where nobody could tell its class.
    """

    number = serializers.IntegerField()
    project = serializers.CharField(source="project_key")
    task = serializers.CharField(source="external_id")
    url = serializers.CharField()
    relabel = serializers.CharField(allow_null=True)
    relabeled_at = UTCDateTimeField(allow_null=True)
    way = serializers.CharField(source="source")
    stratum = serializers.CharField(source="shown_stratum", allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Return the declared fields and the label, whose name is one of the serializer's own."""
        return {**super().get_fields(), "label": serializers.CharField(source="shown_label", allow_null=True)}


class RelabelIn(StrictSerializer):
    """A second label of a task; null says that nobody can tell. `project` where several have a task of this name."""

    task = serializers.CharField(max_length=LONGEST["task"])
    label = serializers.CharField(max_length=LONGEST["label"], allow_null=True)  # type: ignore[assignment]
    project = serializers.CharField(max_length=LONGEST["project"], required=False, allow_blank=True, allow_null=True)


class RelabelsIn(StrictSerializer):
    """Up to 10,000 second labels; all or none are kept."""

    relabels = serializers.ListField(child=RelabelIn(), min_length=1, max_length=MOST_RELABELS)


class RelabelCountsOut(StrictSerializer):
    """What became of them; `repeated` were overruled by a later one of the same call."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    repeated = serializers.IntegerField()


class DiscardIn(StrictSerializer):
    """Why an audit is given up."""

    reason = serializers.CharField(max_length=LONGEST_NOTE)
