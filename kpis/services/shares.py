"""Links that show a view to whoever has them: made, opened, revoked. Each opening is kept, nobody's address is."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.crypto import salted_hmac

from kpis.models import ShareLink, ShareOpening
from kpis.selectors.shareable import View, kept_view, named_view
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member
from mltrack.accounts.policy import Power
from mltrack.accounts.services.audit import record_audit

MOST: Final = 100
DAYS: Final = 30
MOST_DAYS: Final = 365
SALT: Final = "mltrack.share"
SHARE: Final = Power.ATTEST
"""What whoever makes a link must be able to do, now and whenever it is opened."""
KEPT_OPENINGS: Final = 1000
KEPT_FOR: Final = timedelta(days=90)
AT_ONCE: Final = 10_000
_LETTERS: Final = 8
_LONGEST: Final = 100


def shares_of(principal: Principal) -> QuerySet[ShareLink]:
    """Return the links that a person manages: their own, of an admin all of the workspace."""
    rows = ShareLink.objects.filter(workspace=principal.workspace).select_related("author")
    return rows if principal.may(Power.ADMINISTER) else rows.filter(member__user=principal.user)


def share_of(principal: Principal, public_id: str) -> ShareLink:
    """Return one of the links that a person manages. Raises Http404 for another's."""
    found = shares_of(principal).filter(public_id=public_id).first()
    if found is None:
        raise Http404("No such link here.")
    return found


@transaction.atomic
def create_share(
    principal: Principal, *, kind: str, target: str = "", query: str = "", days: int = DAYS
) -> tuple[ShareLink, str]:
    """Return a new link to a view and its secret, which is shown once.

    Raises ValidationError by field, and where a person has a hundred that work.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ValidationError({"days": f"A link works for 1 to {MOST_DAYS} days."})
    view = named_view(principal, kind, target, query)
    member = Member.objects.select_for_update(no_key=True).get(workspace=principal.workspace, user=principal.user)
    now = timezone.now()
    if ShareLink.objects.filter(member=member, revoked_at=None, expires_at__gt=now).count() >= MOST:
        raise ValidationError(f"A person has at most {MOST} links: revoke one first.")
    secret = secrets.token_urlsafe(32)
    link = ShareLink.objects.create(
        **view.fields,
        member=member,
        author=principal.user,
        beginning=secret[:_LETTERS],
        secret_hash=keyed_hash(secret),
        expires_at=now + timedelta(days=days),
    )
    after = {"view": view.title, "query": link.query, "expires_at": link.expires_at.isoformat()}
    record_audit(principal, "create", "share link", link.public_id, after=after)
    return link, secret


@transaction.atomic
def revoke_share(principal: Principal, public_id: str) -> None:
    """End one of the links that a person manages; one that has ended stays so. Raises Http404 for another's."""
    found = share_of(principal, public_id)
    link = ShareLink.objects.select_for_update().get(pk=found.pk)
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        record_audit(principal, "revoke", "share link", link.public_id)


def open_share(secret: str) -> tuple[ShareLink, View]:
    """Return the link of a secret and its view as a viewer sees it.

    Raises Http404 for an unknown, revoked or expired one, one whose maker has left, is switched off or may not share
    any more, and one whose view is gone.
    """
    hashed = keyed_hash(secret[:_LONGEST])
    found = ShareLink.objects.select_related("workspace", "member__user").filter(secret_hash=hashed).first()
    if found is None or not hmac.compare_digest(found.secret_hash, hashed):
        raise Http404("No such link.")
    return found, kept_view(_viewer(found), found)


def _viewer(link: ShareLink) -> Principal:
    """Return whom the view is shown to: a viewer, for the link's maker. Raises Http404 where it works no more."""
    member = link.member
    if link.revoked_at is not None or link.expires_at <= timezone.now() or member is None:
        raise Http404("No such link.")
    maker = Principal(workspace=link.workspace, role=member.role, user=member.user)
    if not member.user.is_active or not maker.may(SHARE):
        raise Http404("No such link.")
    return replace(maker, role="viewer")


@transaction.atomic
def note_opening(link: ShareLink, what: str) -> None:
    """Keep that something of a link was opened now."""
    now = timezone.now()
    ShareOpening.objects.create(link=link, at=now, what=what[:60])
    ShareLink.objects.filter(pk=link.pk).update(last_opened_at=now, opened=F("opened") + 1)


def drop_old_openings() -> int:
    """Forget openings of more than ninety days ago, and all but the newest thousand of a link; return how many.

    The count at the link stays.
    """
    old = ShareOpening.objects.filter(at__lt=timezone.now() - KEPT_FOR)
    dropped, _ = ShareOpening.objects.filter(pk__in=old.values("pk")[:AT_ONCE]).delete()
    for link in ShareLink.objects.filter(opened__gt=KEPT_OPENINGS, last_opened_at__gt=timezone.now() - KEPT_FOR):
        first = link.openings.order_by("-at", "-pk").values_list("at", flat=True)[KEPT_OPENINGS : KEPT_OPENINGS + 1]
        for at in first:
            dropped += link.openings.filter(at__lte=at).delete()[0]
    return dropped


def keyed_hash(secret: str) -> str:
    """Return the hex HMAC-SHA256 of a secret under the server's key."""
    return salted_hmac(SALT, secret, algorithm="sha256").hexdigest()
