"""Connections, their pulls, and which runs count, as the API takes and shows them."""

from __future__ import annotations

import math
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mltrack.rest.fields import MapField, UTCDateTimeField
from mltrack.rest.plain_fields import optional_text
from mltrack.rest.query import PageParams
from mltrack.rest.serializers import StrictSerializer
from projects.connectors.registry import kinds
from projects.models import Connection, SyncAttempt
from projects.services.connection_fields import LONGEST_INTERVAL, SHORTEST_INTERVAL
from projects.services.selection import MOST_RULES

MOST_CHOSEN = 1_000
LONGEST_OPTION = 100_000
LONGEST_WORD = 250


@extend_schema_field({"type": "object", "example": {"experiment_ids": ["1", "2"]}})
class OptionsField(MapField):
    """What the kind of connection asks for: texts, numbers, booleans, lists of texts, and mappings of texts."""

    default_error_messages = {"not_an_option": "Write a text, a number, true, false, a list or a mapping of texts."}

    def read_value(self, value: Any) -> Any:
        """Return one option."""
        if isinstance(value, dict):
            return self._mapping(value)
        texts = value if isinstance(value, list) else [value] if isinstance(value, str) else []
        if any(not isinstance(each, str) or len(each) > LONGEST_OPTION for each in texts) or len(texts) > MOST_CHOSEN:
            self.fail("not_an_option")
        if not isinstance(value, list | str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
            self.fail("not_an_option")
        return value

    def _mapping(self, value: dict[Any, Any]) -> dict[str, str]:
        """Return a mapping of texts, such as a tracker's words and ours."""
        texts = [*value, *value.values()]
        if len(value) > MOST_CHOSEN or any(not isinstance(each, str) or len(each) > LONGEST_WORD for each in texts):
            self.fail("not_an_option")
        return value


class ConnectionEdit(StrictSerializer):
    """What can be changed of a connection.

    `secret` and `webhook_secret` are written, never read; another host clears the first.
    """

    name = serializers.CharField(max_length=120)
    base_url = serializers.CharField(max_length=500)
    secret = serializers.CharField(
        max_length=10_000, required=False, allow_blank=True, write_only=True, trim_whitespace=False
    )
    webhook_secret = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        write_only=True,
        trim_whitespace=False,
        help_text="With it only what the tracker has signed is heard at the connection's address for webhooks.",
    )
    options = OptionsField(max_keys=50, required=False)
    interval_seconds = serializers.IntegerField(min_value=SHORTEST_INTERVAL, max_value=LONGEST_INTERVAL, required=False)
    initiative = serializers.CharField(
        max_length=40, required=False, allow_null=True, help_text="The key of the initiative that its runs count for."
    )
    paused = serializers.BooleanField(required=False)


class ConnectionIn(ConnectionEdit):
    """A new connection."""

    kind = serializers.ChoiceField([kind for kind, _ in kinds()])
    paused = None  # type: ignore[assignment]


class ConnectionOut(StrictSerializer):
    """A connection; of its secret only whether there is one."""

    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    name = serializers.CharField()
    base_url = serializers.CharField()
    has_secret = serializers.SerializerMethodField()
    has_webhook_secret = serializers.SerializerMethodField()
    options = OptionsField()
    interval_seconds = serializers.IntegerField()
    initiative = serializers.CharField(source="initiative.key", allow_null=True)
    paused = serializers.BooleanField()
    next_due = UTCDateTimeField(allow_null=True)
    last_ok = UTCDateTimeField(allow_null=True)
    last_rows = serializers.IntegerField()
    error = serializers.SerializerMethodField()
    created_at = UTCDateTimeField()

    def get_has_secret(self, connection: Connection) -> bool:
        """Say whether a secret is kept."""
        return bool(connection.sealed_secret)

    def get_has_webhook_secret(self, connection: Connection) -> bool:
        """Say whether a secret for webhooks is kept."""
        return bool(connection.sealed_webhook_secret)

    def get_error(self, connection: Connection) -> dict[str, str] | None:
        """Return code and text of the last pull's failure, null after a good one."""
        return _error(connection.last_error_code, connection.last_error_text)


class ConnectionParams(PageParams):
    """Filters of connections."""

    kind = serializers.ChoiceField([kind for kind, _ in kinds()], required=False)
    initiative = serializers.CharField(max_length=40, required=False)


class AttemptOut(StrictSerializer):
    """One pull of a connection."""

    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(SyncAttempt.State.values)
    asked_by = serializers.CharField()
    requests = serializers.IntegerField()
    pages = serializers.IntegerField()
    rows = serializers.IntegerField()
    rejected = serializers.IntegerField()
    unread = serializers.DictField(
        child=serializers.IntegerField(), help_text="By name, how often a part came that is not read."
    )
    created_at = UTCDateTimeField()
    started_at = UTCDateTimeField(allow_null=True)
    ended_at = UTCDateTimeField(allow_null=True)
    error = serializers.SerializerMethodField()

    def get_error(self, attempt: SyncAttempt) -> dict[str, str] | None:
        """Return code and text of the failure, null where there is none."""
        return _error(attempt.error_code, attempt.error_text)


class RuleShape(StrictSerializer):
    """Which runs of a connection count: those that fit every part that is there."""

    connection = serializers.CharField(max_length=40)
    experiment_ids = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=MOST_CHOSEN, required=False
    )
    tag_key = optional_text(250)
    tag_value = optional_text(500)
    registered_model = optional_text(256)
    alias = optional_text(256)


class RuleOut(RuleShape):
    """A rule as it is kept."""

    connection = serializers.CharField(source="connection.public_id")


class SelectionIn(StrictSerializer):
    """All rules of an initiative; a run that fits any of them counts."""

    rules = serializers.ListField(child=RuleShape(), max_length=MOST_RULES)


class SelectionOut(StrictSerializer):
    """All rules of an initiative, in order of making."""

    rules = RuleOut(many=True)


def _error(code: str, text: str) -> dict[str, str] | None:
    return {"code": code, "text": text} if code or text else None
