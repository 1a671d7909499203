"""Short paths: they lead to the member's only, last or fitting workspace."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from mltrack.accounts.forms import NewWorkspaceForm
from mltrack.accounts.models import User
from mltrack.accounts.selectors.people import workspaces_of
from mltrack.accounts.services.first_run import is_open
from mltrack.accounts.services.workspaces import create_workspace


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the portfolio; to the first-run page while nobody exists; to the sign-in for strangers."""
    if not request.user.is_authenticated and is_open():
        return redirect("first_run")
    return short(request, "")


@require_safe
@login_required
def short(request: HttpRequest, rest: str) -> HttpResponse:
    """Redirect `/<rest>` to `/w/<workspace>/<rest>`, keeping the query; say so to a person without a workspace."""
    user = request.user
    if not isinstance(user, User):
        raise Http404("No such page.")
    workspaces = workspaces_of(user)
    if not workspaces:
        return render(request, "accounts/no_workspace.html", status=404)
    query = f"?{urlencode(request.GET, doseq=True)}" if request.GET else ""
    return redirect(f"/w/{workspaces[0].key}/{rest}{query}")


@require_http_methods(["GET", "POST"])
@login_required
def workspace_new(request: HttpRequest) -> HttpResponse:
    """Make another workspace; for the people who run this installation."""
    user = request.user
    if not isinstance(user, User) or not user.is_superuser:
        raise PermissionDenied("Only the people who run this installation make workspaces.")
    form = NewWorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workspace, _ = create_workspace(
                user, name=form.cleaned_data["name"], request_id=getattr(request, "request_id", "")
            )
        except ValidationError as error:
            form.add_error("name", error.messages)
        else:
            return redirect(f"/w/{workspace.key}/")
    return render(request, "accounts/workspace_new.html", {"form": form}, status=422 if form.is_bound else 200)
