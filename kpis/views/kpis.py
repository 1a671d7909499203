"""KPIs: the list, a new one, and the page of each with its number, history and contributions."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from kpis.access import kpi_of
from kpis.charts.kpis import story_figure
from kpis.forms.errors import show_errors
from kpis.forms.kpi_notes import NoteForm
from kpis.forms.kpis import FIELDS, KpiFieldForm, KpiForm, KpiText
from kpis.scoring.compared import Since
from kpis.selectors.activity import last_edit_of
from kpis.selectors.alerts import open_episodes
from kpis.selectors.formula_page import made_of
from kpis.selectors.kpi_list import kpi_lines
from kpis.selectors.kpi_marks import marks_of
from kpis.selectors.kpi_pages import page_of_kpi
from kpis.selectors.kpi_story import ahead_of, delta_of, multiples_of, offered, way_words
from kpis.selectors.kpis import KpiDetail, kpi_detail, kpi_drawn
from kpis.selectors.portfolio_files import kpi_lines_of
from kpis.selectors.value_results import did_to
from kpis.services.kpis import archive_kpi, create_kpi, edit_kpi
from kpis.views.figures import end_of_hour, figure_answer
from kpis.views.kpi_frame import kpi_frame, url_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer
from projects.services.versions import VersionConflict

EXAMPLE: Final = """curl "$MLTRACK_URL/api/v1/kpis/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" -H "Content-Type: application/json" \\
  -d '{"name": "Churn rate", "unit": "%", "direction": "lower", "baseline": 12, "target": 8}'"""
SINCES: Final = {
    "before": gettext_lazy("The period before"),
    "week": gettext_lazy("Last week"),
    "month": gettext_lazy("Last month"),
    "quarter": gettext_lazy("Last quarter"),
    "year": gettext_lazy("Same period last year"),
    "baseline": gettext_lazy("Since baseline"),
}
UNITS_IN_WORDS: Final = (
    ("day", gettext_lazy("By day")),
    ("week", gettext_lazy("By week")),
    ("month", gettext_lazy("By month")),
    ("quarter", gettext_lazy("By quarter")),
    ("year", gettext_lazy("By year")),
    ("fiscal_year", gettext_lazy("By fiscal year")),
)
LISTS: Final = (("", gettext_lazy("In use")), ("1", gettext_lazy("Archived")))


@require_safe
@page()
def kpi_list(request: PageRequest) -> HttpResponse:
    """Show where every KPI stands."""
    archived = request.GET.get("archived") == "1"
    found = kpi_lines(request.principal, archived=archived, after=request.GET.get("cursor", "")[:60])
    tabs = [
        {"label": label, "url": "?archived=1" if value else "?", "current": bool(value) == archived}
        for value, label in LISTS
    ]
    context = {
        "found": found,
        "archived": archived,
        "tabs": tabs,
        "may_create": request.principal.may(Power.WRITE_TARGETS),
        "example": EXAMPLE,
    }
    return render(request, "kpis/kpi/list.html", context)


@require_safe
@page()
def kpis_file(request: PageRequest) -> HttpResponseBase:
    """Answer where every KPI stands as a file, those archived where they are asked for."""
    rows = kpi_lines_of(request.principal, archived=request.GET.get("archived") == "1")
    return file_answer(request, rows, f"{request.principal.workspace.key}-kpis")


@page(Power.WRITE_TARGETS)
def create(request: PageRequest) -> HttpResponse:
    """Make a KPI, and lead to it."""
    principal = request.principal
    initial = {"owner": principal.user.email if principal.user else ""}
    form = KpiForm(request.POST if request.method == "POST" else None, workspace=principal.workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kpi = create_kpi(principal, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("%(name)s is made. Add its readings next.") % {"name": kpi.name})
            return redirect(url_of(kpi, "kpis:kpi"))
    return render(request, "kpis/kpi/create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@page()
def kpi(request: PageRequest, key: str) -> HttpResponse:
    """Show a KPI: the number first, then its way to the goal, what happened beside it, and who is to move it.

    `since` names the earlier period that the value is compared with.
    """
    context = kpi_frame(request, key, "overview")
    found, detail = context["kpi"], kpi_detail(context["kpi"])
    facts = [KpiText(found, spec) for spec in FIELDS.values()]
    values = {"page": page_of_kpi(detail), "facts": facts, "columns": [_("Period"), _("Value")]}
    values["made"] = made_of(detail.standing.kpi, detail.standing.start)
    values["did"] = did_to(found, timezone.now())
    return render(request, "kpis/kpi/detail.html", context | values | _story(request, detail))


def _story(request: PageRequest, detail: KpiDetail) -> dict[str, Any]:
    kpi, asked = detail.standing.kpi, request.GET.get("since")
    since: Since = next((each for each in offered(kpi) if each == asked), "before")
    multiples = multiples_of(detail, timezone.now())
    return {
        "delta": delta_of(detail, since),
        "since_query": "" if since == "before" else f"since={since}",
        "sinces": [{"value": each, "label": SINCES[each], "current": each == since} for each in offered(kpi)],
        "ways": way_words(detail),
        "ahead": ahead_of(detail),
        "ahead_columns": [_("Period"), _("Expected"), _("Interval")],
        "marks": marks_of(detail),
        "multiples": multiples,
        "span": [value for each in multiples for value in each.spark if value is not None],
        "open_alerts": open_episodes(kpi),
        "note_form": NoteForm(initial={"day": detail.standing.today}),
        "units": UNITS_IN_WORDS,
    }


@require_safe
@page()
def figure(request: PageRequest, key: str) -> HttpResponse:
    """Answer the chart as JSON with an ETag; the line of the goal in force ends with the present hour."""
    detail = kpi_drawn(kpi_of(request.principal, key))
    return figure_answer(request, story_figure(detail, marks_of(detail), ahead_of(detail), end_of_hour()))


@page(Power.READ, write=Power.WRITE_TARGETS)
def edit(request: PageRequest, key: str, field: str) -> HttpResponse:
    """Edit one field: a part of the page for its script, a page of its own without."""
    if field not in FIELDS:
        raise Http404("No such field.")
    context = kpi_frame(request, key, "")
    found = context["kpi"]
    form = KpiFieldForm(found, field, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _answer(request, context, form, 422 if form.is_bound else 200)
    try:
        edited = edit_kpi(request.principal, found, form.changes(), expected_version=form.expected_version())
    except VersionConflict:
        last = last_edit_of(found.workspace, "kpi", found.key, field)
        return _answer(request, context | {"merge": form.merge(last)}, form, 412)
    except ValidationError as error:
        show_errors(form, error, {field: "value"})
        return _answer(request, context, form, 422)
    if not request.headers.get("HX-Request"):
        return redirect(url_of(edited, "kpis:kpi"))
    return _answer(request, context | {"kpi": edited, "saved": True}, KpiFieldForm(edited, field), 200)


def _answer(request: PageRequest, context: dict[str, Any], form: KpiFieldForm, status: int) -> HttpResponse:
    part = "kpis/kpi/_edit.html" if request.headers.get("HX-Request") else "kpis/kpi/edit.html"
    part = "kpis/kpi/_field.html" if context.get("saved") else part
    return render(request, part, context | {"form": form, "field": form.spec}, status=status)


@require_POST
@page(Power.WRITE_TARGETS)
def archive(request: PageRequest, key: str) -> HttpResponse:
    """Put a KPI away with `archived`, bring it back without."""
    found = kpi_of(request.principal, key)
    archived = bool(request.POST.get("archived"))
    archive_kpi(request.principal, found, archived=archived)
    if archived:
        undo = url_of(found, "kpis:kpi_archive")
        messages.success(request, _("%(name)s is archived.") % {"name": found.name}, extra_tags=f"undo:{undo}")
    else:
        messages.success(request, _("%(name)s is back.") % {"name": found.name})
    return redirect(url_of(found, "kpis:kpi"))
