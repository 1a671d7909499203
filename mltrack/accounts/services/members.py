"""Members and invitations: the only writer of who belongs to a workspace."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from mltrack.accounts.access import Principal
from mltrack.accounts.models import ApiToken, Invitation, Member, Role, User
from mltrack.accounts.services.audit import record_audit
from mltrack.accounts.services.first_run import validate_as
from mltrack.accounts.services.tokens import hash_secret

INVITATION_DAYS = 7


@transaction.atomic
def invite(principal: Principal, *, email: str, role: str, is_approver: bool = False) -> tuple[Invitation, str]:
    """Return an invitation bound to one address and its secret, which is shown once. A new one replaces the open one.

    Raises ValidationError for a bad address, an unknown role, or someone who is a member already.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError({"email": "This is not an e-mail address."}) from error
    _known(role)
    if Member.objects.filter(workspace=principal.workspace, user__email=email).exists():
        raise ValidationError({"email": "This person is a member already."})
    now = timezone.now()
    Invitation.objects.filter(
        workspace=principal.workspace, email=email, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=now)
    secret = get_random_string(43)
    invitation = Invitation.objects.create(
        workspace=principal.workspace,
        email=email,
        role=role,
        is_approver=is_approver,
        token_hash=hash_secret(secret),
        expires_at=now + timedelta(days=INVITATION_DAYS),
        invited_by=principal.user,
    )
    record_audit(principal, "invite", "member", email, after={"role": role, "is_approver": is_approver})
    return invitation, secret


def open_invitation(secret: str) -> Invitation | None:
    """Return the live invitation of this secret, or None."""
    return (
        Invitation.objects.select_related("workspace")
        .filter(
            token_hash=hash_secret(secret),
            accepted_at__isnull=True,
            revoked_at__isnull=True,
            expires_at__gt=timezone.now(),
        )
        .first()
    )


@transaction.atomic
def accept_invitation(secret: str, *, user: User | None, name: str = "", password: str = "") -> Member:
    """Join by an invitation: as the signed-in person it names, or as a new person with that address.

    Raises ValidationError when it is used up, or when the address belongs to somebody who must sign in first.
    """
    live = open_invitation(secret)
    invitation = live and Invitation.objects.select_for_update().get(pk=live.pk)
    if invitation is None or invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise ValidationError("This invitation was used, revoked, or is older than a week.")
    if user is None:
        user = _new_person(invitation, name, password)
    elif user.email != invitation.email:
        raise ValidationError(f"This invitation is for {invitation.email}.")
    member, _ = Member.objects.get_or_create(
        workspace=invitation.workspace,
        user=user,
        defaults={"role": invitation.role, "is_approver": invitation.is_approver},
    )
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=timezone.now())
    principal = Principal(workspace=invitation.workspace, role=member.role, user=user)
    record_audit(principal, "join", "member", user.email, after={"role": member.role})
    return member


def _new_person(invitation: Invitation, name: str, password: str) -> User:
    if User.objects.filter(email=invitation.email).exists():
        raise ValidationError("This address has an account: sign in first, then open the link again.")
    validate_as("password", password, User(email=invitation.email, name=name))
    return User.objects.create_user(invitation.email, password, name=name.strip()[:150])


@transaction.atomic
def revoke_invitation(principal: Principal, invitation: Invitation) -> None:
    """End an open invitation."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(revoked_at=timezone.now())
    record_audit(principal, "revoke", "invitation", invitation.email)


@transaction.atomic
def edit_member(
    principal: Principal, member: Member, *, role: str, is_approver: bool, is_labeling_lead: bool = False
) -> Member:
    """Change role and flags. Raises ValidationError when the last admin would go."""
    _known(role)
    member = _locked(principal, member)
    if member.role == Role.ADMIN and role != Role.ADMIN:
        _keep_an_admin(principal, member)
    if role != Role.ADMIN:
        _close_invitations(member)
    after = {"role": role, "is_approver": is_approver, "is_labeling_lead": is_labeling_lead}
    before = {name: getattr(member, name) for name in after}
    for name, value in after.items():
        setattr(member, name, value)
    member.save(update_fields=list(after))
    record_audit(principal, "edit", "member", member.user.email, before=before, after=after)
    return member


@transaction.atomic
def remove_member(principal: Principal, member: Member) -> None:
    """End a membership and its tokens here. Raises ValidationError when the last admin would go."""
    member = _locked(principal, member)
    if member.role == Role.ADMIN:
        _keep_an_admin(principal, member)
    ApiToken.objects.filter(workspace=principal.workspace, user=member.user, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
    _close_invitations(member)
    record_audit(principal, "remove", "member", member.user.email, before={"role": member.role})
    member.delete()


def _close_invitations(member: Member) -> None:
    """End what somebody who is no admin any more has left open: it could be their way back."""
    Invitation.objects.filter(
        workspace=member.workspace, invited_by=member.user, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=timezone.now())


def _known(role: str) -> None:
    if role not in Role.values:
        raise ValidationError({"role": f"Unknown role {role[:20]}: viewer, contributor, manager or admin."})


def _locked(principal: Principal, member: Member) -> Member:
    rows = (
        Member.objects.select_for_update().select_related("user").filter(workspace=principal.workspace).order_by("pk")
    )
    return next(row for row in rows if row.pk == member.pk)


def _keep_an_admin(principal: Principal, member: Member) -> None:
    others = Member.objects.filter(workspace=principal.workspace, role=Role.ADMIN, user__is_active=True)
    if not others.exclude(pk=member.pk).exists():
        raise ValidationError({"role": "A workspace keeps at least one admin."})
