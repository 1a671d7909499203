"""What a person says of themselves."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, User
from mltrack.accounts.services.audit import record_audit


@transaction.atomic
def rename(principal: Principal, user: User, name: str) -> None:
    """Keep a person's name, without spaces at its ends; an audit event in each of their workspaces tells of it."""
    person = User.objects.select_for_update().get(pk=user.pk)
    before, after = {"name": person.name}, {"name": name.strip()}
    if before == after:
        return
    User.objects.filter(pk=person.pk).update(**after)
    for member in Member.objects.select_related("workspace").filter(user=person):
        there = replace(principal, workspace=member.workspace, role=member.role)
        record_audit(there, "rename", "member", person.email, before=before, after=after)
