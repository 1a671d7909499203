"""Share links, as the API takes and shows them."""

from __future__ import annotations

from rest_framework import serializers

from kpis.selectors.shareable import KINDS, LONGEST
from kpis.services.shares import DAYS, MOST_DAYS
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.plain_fields import person
from mltrack.rest.serializers import StrictSerializer


class ViewIn(StrictSerializer):
    """A view: its kind, the key of a KPI or initiative, and its filters as they stand in its address, `q=…`."""

    kind = serializers.ChoiceField(tuple(KINDS))
    target = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    query = serializers.CharField(max_length=LONGEST, required=False, default="", allow_blank=True)


class ViewOut(StrictSerializer):
    """The view of a link or a subscription."""

    kind = serializers.CharField()
    target = serializers.CharField()
    query = serializers.CharField()


class ShareLinkIn(ViewIn):
    """A view, and for how many days its link works."""

    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, required=False, default=DAYS)


class ShareLinkOut(ViewOut):
    """A link. Only the keyed hash of its address is kept, and its first letters (`beginning`)."""

    id = serializers.CharField(source="public_id")
    beginning = serializers.CharField()
    author = person("author")
    created_at = UTCDateTimeField()
    expires_at = UTCDateTimeField()
    revoked_at = UTCDateTimeField(allow_null=True)
    last_opened_at = UTCDateTimeField(allow_null=True)
    opened = serializers.IntegerField()


class ShareLinkMadeOut(ShareLinkOut):
    """A new link with its `url`, which is shown this once: a repeated request with the same key answers null."""

    url = serializers.CharField(allow_null=True)


class OpeningOut(StrictSerializer):
    """When something of a link was opened: `page`, `tile`, a chart or a file by its name."""

    at = UTCDateTimeField()
    what = serializers.CharField()
