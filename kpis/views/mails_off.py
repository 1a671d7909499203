"""The way out of a mail: its signed address switches its kind off, for a person or for the mail program alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kpis.services.mail_choices import read_off, switch_off


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, mails: str) -> HttpResponse:
    """End one kind of mails: GET asks, POST does, from the page or by the mail program alone (RFC 8058).

    The signed address is the right; no session or cookie is looked at.
    """
    member, kind = read_off(mails)
    if request.method == "POST":
        switch_off(member, kind)
    context = {"workspace_name": member.workspace.name, "kind": kind, "done": request.method == "POST"}
    return render(request, "kpis/mails/off.html", context)
