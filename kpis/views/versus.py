"""Champion and challenger: an evaluation against another, as a page and as a file."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kpis.scoring.evaluations.components import PARTS
from kpis.scoring.evaluations.rival_document import comparison_rows
from kpis.scoring.evaluations.rival_words import headline, method, multiplicity
from kpis.selectors.evaluation_rivals import rivalry
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.file_answer import file_answer
from projects.access import evaluation_of, initiative_of


@require_safe
@page()
def versus(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Show an evaluation against the one that `with` names, else against production's newest."""
    context = shell(request, key, "evaluations")
    initiative, now = context["initiative"], timezone.now()
    found = rivalry(initiative, evaluation_of(initiative, public_id), request.GET.get("with", ""), now)
    compared = found.comparison
    here = {"label": initiative.key, "url": page_of(initiative, "kpis:initiative")}
    back = {"label": str(found.evaluation), "url": page_of(initiative, "kpis:evaluation", public_id)}
    values = {
        "found": found,
        "compared": compared,
        "sides": [compared.champion, compared.challenger] if compared else [],
        "margin": -100 * compared.margin if compared else None,
        "says": headline(compared) if compared else "",
        "method": method(compared) if compared else (),
        "multiplicity": multiplicity(compared) if compared else "",
        "parts": PARTS,
        "now": now,
        "crumbs": [*context["crumbs"], here, back],
    }
    return render(request, "kpis/versus/index.html", context | values)


@require_safe
@page()
def versus_file(request: PageRequest, key: str, public_id: str) -> HttpResponseBase:
    """Answer the table of the page as a file."""
    initiative = initiative_of(request.principal, key)
    evaluation = evaluation_of(initiative, public_id)
    found = rivalry(initiative, evaluation, request.GET.get("with", ""), timezone.now()).comparison
    return file_answer(request, comparison_rows(found) if found else (), f"{initiative.key}-{public_id}-versus")
