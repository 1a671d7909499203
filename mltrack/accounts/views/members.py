"""The members page: who belongs here, as what, and who is invited."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from mltrack.accounts.forms import InviteForm, MemberForm
from mltrack.accounts.models import Invitation, Member, Role
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.accounts.selectors.people import members_of, open_invitations
from mltrack.accounts.services import members as service


@page(Power.READ, write=Power.ADMINISTER)
def members(request: PageRequest) -> HttpResponse:
    """List members and invitations; POST invites and shows the link once."""
    principal = request.principal
    form, link = InviteForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = service.invite(principal, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            link = request.build_absolute_uri(reverse("invitation", args=[secret]))
            form = InviteForm()
    context = {
        "members": members_of(principal.workspace),
        "invitations": open_invitations(principal.workspace),
        "form": form,
        "link": link,
        "roles": Role.choices,
        "tab": "members",
        "may_edit": principal.may(Power.ADMINISTER),
    }
    return render(request, "accounts/members.html", context, status=422 if form.is_bound else 200)


@require_POST
@page(Power.ADMINISTER)
def edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Change a member's role and flags."""
    member = get_object_or_404(Member, workspace=request.principal.workspace, public_id=public_id)
    form = MemberForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError("Choose a role from the list.")
        service.edit_member(request.principal, member, **form.cleaned_data)
        messages.success(request, f"{member.user} is {form.cleaned_data['role']} now.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("accounts:members", workspace=request.principal.workspace.key)


@require_POST
@page(Power.ADMINISTER)
def remove(request: PageRequest, public_id: str) -> HttpResponse:
    """End a membership and its tokens."""
    member = get_object_or_404(Member, workspace=request.principal.workspace, public_id=public_id)
    try:
        service.remove_member(request.principal, member)
        messages.success(request, f"{member.user} no longer belongs to this workspace.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("accounts:members", workspace=request.principal.workspace.key)


@require_POST
@page(Power.ADMINISTER)
def revoke(request: PageRequest, public_id: str) -> HttpResponse:
    """End an open invitation."""
    invitation = get_object_or_404(Invitation, workspace=request.principal.workspace, public_id=public_id)
    service.revoke_invitation(request.principal, invitation)
    messages.success(request, f"The invitation of {invitation.email} no longer works.")
    return redirect("accounts:members", workspace=request.principal.workspace.key)
