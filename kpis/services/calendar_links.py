"""Links for calendars: made, read, revoked."""

from __future__ import annotations

import secrets
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from kpis.models import CalendarLink
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member
from mltrack.accounts.services.audit import record_audit
from mltrack.accounts.services.tokens import hash_secret
from projects.access import initiative_of

MOST: Final = 20
LONGEST: Final = 100


def links_of(principal: Principal) -> QuerySet[CalendarLink]:
    """Return the person's own links here that work, newest first."""
    live = CalendarLink.objects.filter(member__workspace=principal.workspace, member__user=principal.user)
    return live.filter(revoked_at=None).select_related("initiative").order_by("-id")


@transaction.atomic
def create_link(principal: Principal, key: str = "") -> tuple[CalendarLink, str]:
    """Return a new link for the workspace, or for the initiative of a key, and its secret, which is shown once.

    Raises ValidationError where a person has twenty, Http404 for a key that is not here.
    """
    member = Member.objects.select_for_update(no_key=True).get(workspace=principal.workspace, user=principal.user)
    if CalendarLink.objects.filter(member=member, revoked_at=None).count() >= MOST:
        raise ValidationError(f"A person has at most {MOST} links: revoke one first.")
    initiative = initiative_of(principal, key) if key else None
    secret = secrets.token_urlsafe(32)
    link = CalendarLink.objects.create(member=member, initiative=initiative, secret_hash=hash_secret(secret))
    record_audit(principal, "create", "calendar link", link.public_id, after={"initiative": key or None})
    return link, secret


@transaction.atomic
def revoke_link(principal: Principal, public_id: str) -> None:
    """End one of the person's own links; one that has ended stays so. Raises Http404 for another's."""
    own = CalendarLink.objects.select_for_update().filter(
        member__workspace=principal.workspace, member__user=principal.user, public_id=public_id
    )
    link = own.first()
    if link is None:
        raise Http404("No such link here.")
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        record_audit(principal, "revoke", "calendar link", link.public_id)


def read_link(secret: str) -> CalendarLink:
    """Return the link of a secret. Raises Http404 for an unknown or revoked one, and for whoever has left."""
    found = (
        CalendarLink.objects.select_related("member__workspace", "member__user", "initiative")
        .filter(secret_hash=hash_secret(secret[:LONGEST]), revoked_at=None, member__user__is_active=True)
        .first()
    )
    if found is None:
        raise Http404("No such calendar.")
    return found


def note_use(link: CalendarLink) -> None:
    """Keep when the link was last read."""
    CalendarLink.objects.filter(pk=link.pk).update(last_used_at=timezone.now())
