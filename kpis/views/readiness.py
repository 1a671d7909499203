"""The readiness tab: verdict, what is in the way, and how it came about. Also as it was known at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kpis.forms.errors import in_words
from kpis.forms.initiatives import FIELDS, FieldForm
from kpis.forms.moments import asked_moment
from kpis.selectors.readiness import news_since, readiness_page
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from projects.access import initiative_of
from projects.selectors.sent_tasks import task_trackers


@require_safe
@page()
def readiness(request: PageRequest, key: str) -> HttpResponse:
    """Show an initiative's readiness now, or with `as_of` as it was known then."""
    try:
        as_of = asked_moment(request.GET, "as_of")
        context = shell(request, key, "readiness", as_of=as_of)
    except ValidationError as error:
        messages.error(request, in_words(error))
        return redirect(page_of(initiative_of(request.principal, key), "kpis:initiative"))
    return render(request, "kpis/initiative/readiness.html", context | _page(context, as_of))


def _page(context: dict[str, Any], as_of: datetime | None) -> dict[str, Any]:
    initiative, header = context["initiative"], context["header"]
    return {
        "document": header.document,
        "page": (page := readiness_page(initiative, header, as_of)),
        "trackers": task_trackers(initiative) if context["may"]["contribute"] and page.opens_tasks else [],
        "facts": [FieldForm(initiative, name) for name in FIELDS],
        "now": timezone.now(),
    }


@require_safe
@page()
def verdict(request: PageRequest, key: str) -> HttpResponse:
    """Answer the verdict alone: the page asks for it while newer facts wait to be judged."""
    context = shell(request, key, "readiness")
    page, header = readiness_page(context["initiative"], context["header"], None), context["header"]
    values = {"document": header.document, "page": page, "later": True}
    return render(request, "kpis/initiative/_verdict_now.html", context | values)


@require_safe
@page()
def changes(request: PageRequest, key: str) -> JsonResponse:
    """Say how many judgements came since a moment."""
    initiative = initiative_of(request.principal, key)
    try:
        since = asked_moment(request.GET, "since")
    except ValidationError as error:
        return JsonResponse({"errors": error.message_dict}, status=400)
    now = timezone.now()
    return JsonResponse({"count": news_since(initiative, since or now), "since": now.isoformat()})
