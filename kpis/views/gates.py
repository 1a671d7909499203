"""The gate page: ask it, and read every answer that was kept."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kpis.access import gate_decision_of
from kpis.forms.errors import show_errors
from kpis.forms.gates import GateForm
from kpis.selectors.gates import answer_of, decisions_of
from kpis.services.badges import badge_path
from kpis.services.gates import decide_gate
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power

SNIPPET = """\
export MLTRACK_URL={origin}
curl -fsSLO "$MLTRACK_URL/cli/mltrack.py"
python mltrack.py gate --initiative {key}"""


@page(Power.READ, write=Power.GATE)
def gate(request: PageRequest, key: str) -> HttpResponse:
    """Show what the gate says of the chosen candidate; POST asks it about another one."""
    context = shell(request, key, "gate")
    initiative, document = context["initiative"], context["header"].document
    form = GateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            document = decide_gate(request.principal, initiative, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            if document["decision"]:
                return redirect(page_of(initiative, "kpis:gate_decision", document["decision"]))
            return _render(request, context | {"asked": document}, document, form, 200)
    return _render(request, context, document, form, 422 if form.is_bound else 200)


def _render(
    request: PageRequest, context: dict[str, Any], document: dict[str, Any], form: GateForm, status: int
) -> HttpResponse:
    initiative, origin = context["initiative"], request.build_absolute_uri("/").rstrip("/")
    badge, here = badge_path(initiative), page_of(initiative, "kpis:initiative")
    values = {
        "document": document,
        "answer": answer_of(document),
        "decisions": decisions_of(initiative),
        "form": form,
        "badge": badge,
        "badge_markdown": f"[![{initiative.key}]({origin}{badge})]({origin}{here})",
        "snippet": SNIPPET.format(origin=origin, key=initiative.key),
    }
    return render(request, "kpis/initiative/gate.html", context | values, status=status)


@require_safe
@page()
def decision(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Show a kept answer as it was given."""
    context = shell(request, key, "gate")
    kept = gate_decision_of(context["initiative"], public_id)
    values = {"kept": kept, "document": kept.document, "answer": answer_of(kept.document)}
    return render(request, "kpis/initiative/gate_decision.html", context | values)
