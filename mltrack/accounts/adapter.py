"""How allauth behaves here: nobody signs up by themselves, and its changes are audited."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from rest_framework.throttling import BaseThrottle

from mltrack.accounts.access import system_principal
from mltrack.accounts.models import Member, User
from mltrack.accounts.services.audit import record_audit


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed: a first-run code or an invitation is the way in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no, always."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead to the portfolio of the last workspace."""
        return reverse("home")

    def is_safe_url(self, url: str) -> bool:
        """Say whether a page may lead there after its deed; what is no address at all is not safe."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the peer's address; `X-Forwarded-For` counts only as far as `MLTRACK_PROXIES` says, as for the API."""
        return str(BaseThrottle().get_ident(request))  # type: ignore[arg-type]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # By the account alone: allauth adds the Host header, whose port a guesser may choose, and so begin anew.
        return f"sign-in:{str(credentials.get('email', '')).strip().lower()}"

    def set_password(self, user: User, password: str) -> None:
        """Keep the new password and leave an audit event in each workspace of the person."""
        super().set_password(user, password)
        for member in Member.objects.select_related("workspace").filter(user=user):
            record_audit(system_principal(member.workspace), "change", "password", user.email)
