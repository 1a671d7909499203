"""The ways in: the first person, and those who were invited."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mltrack.accounts.forms import FirstRunForm, JoinForm
from mltrack.accounts.models import User
from mltrack.accounts.services import first_run as service
from mltrack.accounts.services.members import accept_invitation, open_invitation
from mltrack.accounts.throttling import may_try_code

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@require_http_methods(["GET", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Let the first person in by the console's code; 404 once a user exists."""
    if not service.is_open():
        raise Http404("Somebody has signed in here before.")
    form = FirstRunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if not may_try_code(request):
                form.add_error("code", "Too many codes were tried from here: wait a minute.")
                return render(request, "accounts/first_run.html", {"form": form}, status=429)
            user, workspace = service.redeem_code(**form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, user, backend=BACKEND)
            return redirect(f"/w/{workspace.key}/")
    return render(request, "accounts/first_run.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Show an invitation and accept it, as the signed-in person or as a new one."""
    found = open_invitation(secret)
    if found is None:
        return render(request, "accounts/invitation_gone.html", status=404)
    user = request.user if isinstance(request.user, User) else None
    form = JoinForm(request.POST if user is None and request.method == "POST" else None)
    if request.method == "POST" and (user is not None or form.is_valid()):
        try:
            member = accept_invitation(secret, user=user, **(form.cleaned_data if user is None else {}))
        except ValidationError as error:
            if user is not None:
                messages.error(request, " ".join(error.messages))
            else:
                form.add_error(None, error)
        else:
            if user is None:
                login(request, member.user, backend=BACKEND)
            return redirect(f"/w/{member.workspace.key}/")
    context = {"form": form, "invitation": found, "signed_in": user}
    return render(request, "accounts/invitation.html", context, status=422 if form.is_bound else 200)
