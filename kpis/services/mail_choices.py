"""What members want of mails: said in the settings, or by the link in a mail."""

from __future__ import annotations

from typing import Any, Final

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from kpis.models import MailChoice
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member
from mltrack.days import ZONES

SALT: Final = "mltrack.mails-off"
KINDS: Final = ("reminders", "digest", "alerts")
LONGEST: Final = 200


def choice_of(member: Member) -> MailChoice:
    """Return what a member wants; an unsaved row, in the workspace's zone, where they never said."""
    kept = MailChoice.objects.filter(member=member).first()
    return kept or MailChoice(member=member, zone=member.workspace.zone, since=timezone.now())


def member_of(principal: Principal) -> Member:
    """Return the person's membership of this workspace."""
    return Member.objects.select_related("workspace").get(workspace=principal.workspace, user=principal.user)


@transaction.atomic
def choose_mails(
    member: Member, *, reminders: bool, digest: bool, weekday: int, hour: int, zone: str, alerts: bool = True
) -> MailChoice:
    """Keep what a member wants; a digest that is chosen anew begins now. Raises ValidationError({field: text})."""
    if zone not in ZONES:
        raise ValidationError({"zone": "Name a time zone as Europe/Berlin."})
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    kept = choice_of(member)
    when: dict[str, Any] = {"digest": digest, "weekday": weekday, "hour": hour, "zone": zone}
    if any(getattr(kept, name) != value for name, value in when.items()):
        kept.since = timezone.now()
    for name, value in {**when, "reminders": reminders, "alerts": alerts}.items():
        setattr(kept, name, value)
    kept.save()
    return kept


def off_path(member: Member, kind: str) -> str:
    """Return the path that ends one kind of mails to a member without signing in."""
    return f"/mails/{signing.dumps([member.public_id, kind], salt=SALT)}/off/"


def read_off(token: str) -> tuple[Member, str]:
    """Return whom a path is for and which mails it ends. Raises Http404 for one that was not signed here."""
    try:
        public_id, kind = signing.loads(token[:LONGEST], salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404("No such mails.") from error
    member = Member.objects.select_related("workspace").filter(public_id=str(public_id)).first()
    if member is None or kind not in KINDS:
        raise Http404("No such mails.")
    return member, kind


@transaction.atomic
def switch_off(member: Member, kind: str) -> None:
    """End one kind of mails; once more changes nothing."""
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    kept = choice_of(member)
    setattr(kept, kind, False)
    kept.save()
