"""The settings pages of a workspace: itself, its members, tokens and audit trail; and one's own profile."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from mltrack.accounts.forms import ProfileForm, WorkspaceForm
from mltrack.accounts.models import User
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.accounts.selectors.people import audit_trail
from mltrack.accounts.services.profiles import rename
from mltrack.accounts.services.workspaces import edit_workspace
from mltrack.rest.problems import Problem


@page(Power.READ, write=Power.ADMINISTER)
def workspace_settings(request: PageRequest) -> HttpResponse:
    """Show and change the workspace's own settings."""
    workspace = request.principal.workspace
    initial = {name: getattr(workspace, name) for name in WorkspaceForm.base_fields}
    form = WorkspaceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            edit_workspace(request.principal, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Saved.")
            return redirect("accounts:settings", workspace=workspace.key)
    context = {"form": form, "tab": "workspace", "may_edit": request.principal.may(Power.ADMINISTER)}
    return render(request, "accounts/settings.html", context, status=422 if form.is_bound else 200)


@page()
def profile(request: PageRequest) -> HttpResponse:
    """Show and change one's own name; the password is changed on allauth's page."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 -- `page` lets only people in
    form = ProfileForm(request.POST or None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        rename(request.principal, user, form.cleaned_data["name"])
        messages.success(request, "Saved.")
        return redirect("accounts:profile", workspace=request.principal.workspace.key)
    return render(
        request, "accounts/profile.html", {"form": form, "tab": "profile"}, status=422 if form.is_bound else 200
    )


@require_safe
@page(Power.ADMINISTER)
def audit(request: PageRequest) -> HttpResponse:
    """Show who changed what, newest first, a page at a time."""
    try:
        found = audit_trail(request.principal.workspace, request.GET.get("cursor", ""))
    except Problem:
        messages.info(request, "The list has changed: this is its first page.")
        return redirect("accounts:audit", workspace=request.principal.workspace.key)
    return render(request, "accounts/audit.html", {"found": found, "tab": "audit"})
