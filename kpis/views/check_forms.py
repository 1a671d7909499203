"""A form about one check of an initiative: a part of the page for its script, a page of its own without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify

from kpis.forms.errors import show_errors
from kpis.selectors.checks import check_of
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest
from projects.models import Initiative


def check_form(
    request: PageRequest,
    key: str,
    check: str,
    form: Form,
    write: Callable[[Initiative, dict[str, Any]], object],
    submit: str,
    told: str,
) -> HttpResponse:
    """Show a form about a check; what a POST gives is written and `told`, with %(check)s, where it is valid."""
    context = shell(request, key, "")
    initiative = context["initiative"]
    asked, judged = check_of(initiative, check, context["header"].document)
    if request.method == "POST" and form.is_valid():
        try:
            write(initiative, form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, told % {"check": asked.title})
            return redirect(page_of(initiative, "kpis:initiative") + f"#check-{slugify(check)}")
    part = "_check_form.html" if request.headers.get("HX-Request") else "check_form.html"
    values = {"asked": asked, "judged": judged, "form": form, "action": request.path, "submit": submit}
    return render(request, f"kpis/initiative/{part}", context | values, status=422 if form.is_bound else 200)
