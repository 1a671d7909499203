"""What a token is, for the one who holds it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import ROLES
from mltrack.cli import VERSION
from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.serializers import StrictSerializer, answer_of


class TokenOut(StrictSerializer):
    """A token with its workspace and owner; `role` is the owner's at this moment."""

    workspace = serializers.CharField()
    zone = serializers.CharField(help_text="The IANA name of the zone whose days the workspace lives by.")
    user = serializers.EmailField()
    scopes = serializers.ListField(child=serializers.CharField())
    role = serializers.ChoiceField(ROLES)
    is_approver = serializers.BooleanField()
    is_labeling_lead = serializers.BooleanField(help_text="Whether its owner may see figures of single annotators.")
    expires = UTCDateTimeField()
    version = serializers.CharField(help_text="Of MLTrack here.")
    time = UTCDateTimeField(help_text="Of the server's clock.")


class Token(Endpoint):
    """The token of this request."""

    powers = {"GET": None}

    @extend_schema(responses=TokenOut)
    def get(self, request: Request) -> Response:
        """Show what this token is; it needs no scope."""
        principal = self.principal
        token: Any = principal.token
        shown = {
            "workspace": principal.workspace.key,
            "zone": principal.workspace.zone,
            "user": token.user.email,
            "scopes": sorted(token.scopes),
            "role": principal.role,
            "is_approver": principal.is_approver,
            "is_labeling_lead": principal.is_labeling_lead,
            "expires": token.expires_at,
            "version": VERSION,
            "time": timezone.now(),
        }
        return self.ok(answer_of(TokenOut, shown))
