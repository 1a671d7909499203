"""The tokens page: one's own tokens, and for admins everybody's."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mltrack.accounts.forms import TokenForm
from mltrack.accounts.models import User
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.accounts.selectors.people import tokens_of
from mltrack.accounts.services import tokens as service

EXAMPLE = """export MLTRACK_URL=https://mltrack.example.org
export MLTRACK_TOKEN=mlt_…
python mltrack.py gate --initiative CHURN"""


@page()
def tokens(request: PageRequest) -> HttpResponse:
    """List tokens; POST makes one and shows its text once."""
    principal = request.principal
    assert isinstance(principal.user, User)  # noqa: S101 -- `page` lets only people in
    form, text = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _, text = service.create_token(principal, user=principal.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form = TokenForm()
    own_only = None if principal.may(Power.ADMINISTER) else principal.user
    context = {
        "tokens": tokens_of(principal.workspace, own_only),
        "form": form,
        "text": text,
        "tab": "tokens",
        "example": EXAMPLE,
    }
    return render(request, "accounts/tokens.html", context, status=422 if form.is_bound else 200)


@require_POST
@page()
def revoke(request: PageRequest, public_id: str) -> HttpResponse:
    """End one's own token, or as an admin anybody's."""
    principal = request.principal
    token = service.workspace_token(principal.workspace, public_id)
    if token is None or (token.user_id != request.user.pk and not principal.may(Power.ADMINISTER)):
        raise Http404("No such token here.")
    service.revoke_token(principal, token)
    messages.success(request, f"The token {token.name} no longer works.")
    return redirect("accounts:tokens", workspace=principal.workspace.key)
