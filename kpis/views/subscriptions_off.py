"""The way out of a subscription: the signed address of its mails switches it off, for a person or a mail program."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kpis.services.subscriptions import read_off, switch_off


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, subscription: str) -> HttpResponse:
    """Switch one subscription off: GET asks, POST does, from the page or by the mail program alone (RFC 8058).

    The signed address is the right; no session or cookie is looked at.
    """
    row = read_off(subscription)
    if request.method == "POST":
        switch_off(row)
    context = {"row": row, "workspace_name": row.workspace.name, "done": request.method == "POST"}
    return render(request, "kpis/subscriptions/off.html", context)
