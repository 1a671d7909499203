"""Label audits: drawing a sample, labeling it again without seeing what was said before, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import in_words, show_errors
from kpis.forms.label_audits import CLASS, UNCLEAR, AuditForm, RelabelsForm, chosen
from kpis.scoring.labeling.audit_result import bounds_to_choose
from kpis.selectors.ceilings import accuracy_targets, cautions_of
from kpis.selectors.label_audits import classes_to_choose, next_tasks, recent_audits, result_of
from kpis.views.shell import page_of, shell
from mltrack.accounts.access import require
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer
from projects.access import audit_of, initiative_of
from projects.models import Initiative, LabelAudit, RelabelSource
from projects.selectors.audit_files import label_studio_tasks, task_rows
from projects.selectors.datasets import label_sets_of, names_of_labels
from projects.services.label_audits import AuditNotOpen, close_audit, discard_audit, draw_audit
from projects.services.outcomes import PushCounts
from projects.services.relabel_input import relabels_of_lines
from projects.services.relabels import RelabelsRejected, record_relabels, take_relabels

LONGEST_SHOWN: Final = 80
DEEDS: Final = {"take": Power.WRITE_LABELS, "close": Power.RUN_AUDITS, "discard": Power.RUN_AUDITS}


@page(Power.READ, write=Power.RUN_AUDITS)
def audits(request: PageRequest, key: str) -> HttpResponse:
    """Show all label audits; POST draws one."""
    context = shell(request, key, "labeling")
    initiative = context["initiative"]
    known = label_sets_of(initiative) if request.principal.may(Power.RUN_AUDITS) else {}
    form = AuditForm(request.POST if request.method == "POST" else None, label_sets=known)
    if form.is_valid():
        try:
            made, _new = draw_audit(request.principal, initiative, **form.audit())
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("%(n)s tasks are drawn.") % {"n": made.drawn})
            return redirect(page_of(initiative, "kpis:label_audit", made.public_id))
    rows = recent_audits(initiative)
    values: dict[str, Any] = {
        "rows": rows,
        "open": next((each.audit for each in rows if each.audit.is_open), None),
        "form": form,
        "bounds": bounds_to_choose(),
        "may_run": request.principal.may(Power.RUN_AUDITS),
    }
    return render(request, "kpis/audits/list.html", context | values, status=422 if form.is_bound else 200)


@page(Power.READ, write=Power.WRITE_LABELS)
def audit(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Show an audit: the next tasks while it is open, and what it says afterwards; POST keeps second labels."""
    context = shell(request, key, "labeling")
    found = audit_of(context["initiative"], public_id)
    if request.method != "POST":
        return _show(request, context, found)
    given = chosen(request.POST)
    tasks = found.tasks.filter(number__in=given)
    items = [{"task": each.external_id, "project": each.project_key, "label": given[each.number]} for each in tasks]
    if items:
        return _recorded(request, context, found, items, RelabelSource.HERE)
    messages.warning(request, _("Nothing was chosen."))
    return redirect(page_of(context["initiative"], "kpis:label_audit", public_id))


@require_POST
@page(Power.WRITE_LABELS)
def paste(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Keep second labels that come as lines, all of them or, where one is wrong, none."""
    context = shell(request, key, "labeling")
    found = audit_of(context["initiative"], public_id)
    form = RelabelsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, context, found, form, status=422)
    try:
        items = relabels_of_lines(form.cleaned_data["lines"])
    except ValueError as error:
        form.add_error("lines", str(error))
        return _show(request, context, found, form, status=422)
    return _recorded(request, context, found, items, RelabelSource.CSV, form)


def _recorded(
    request: PageRequest,
    context: dict[str, Any],
    found: LabelAudit,
    items: Sequence[dict[str, Any]],
    source: RelabelSource,
    form: RelabelsForm | None = None,
) -> HttpResponse:
    try:
        counts = record_relabels(request.principal, found, items, source=source)
    except RelabelsRejected as rejected:
        problems = [(_place(each.pointer, items), each.detail) for each in rejected.faults]
        return _show(request, context, found, form, problems=problems, status=422)
    except AuditNotOpen as error:
        messages.error(request, str(error))
    else:
        _tell(request, counts)
    return redirect(page_of(context["initiative"], "kpis:label_audit", found.public_id))


def _place(pointer: str, items: Sequence[dict[str, Any]]) -> str:
    """Return which task a fault is about, as the person named it."""
    _root, _name, number, *_rest = [*pointer.split("/"), "", ""]
    return str(items[int(number)]["task"])[:LONGEST_SHOWN] if number.isdigit() else ""


def _tell(request: PageRequest, counts: PushCounts) -> None:
    words = _("%(created)d new, %(updated)d changed, %(unchanged)d as before.")
    values = {"created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged}
    messages.success(request, words % values)


def _show(
    request: PageRequest,
    context: dict[str, Any],
    found: LabelAudit,
    form: RelabelsForm | None = None,
    problems: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> HttpResponse:
    initiative: Initiative = context["initiative"]
    result = result_of(found)
    values = {
        "audit": found,
        "result": result,
        "labels_of": names_of_labels(initiative, found.labels_digest) if found.labels_digest else [],
        "cautions": cautions_of(accuracy_targets(initiative), result.ceiling) if result else [],
        "next_tasks": next_tasks(found) if found.is_open else [],
        "choices": [(CLASS + name, name) for name in classes_to_choose(found)],
        "unclear": UNCLEAR,
        "lines": form or RelabelsForm(),
        "problems": problems,
        "may_run": request.principal.may(Power.RUN_AUDITS),
        "may_label": request.principal.may(Power.WRITE_LABELS),
    }
    return render(request, "kpis/audits/audit.html", context | values, status=status)


@require_POST
@page()
def decide(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Take second labels from the labeling tool; or close an audit, or discard it for a reason, as a manager."""
    initiative, deed = initiative_of(request.principal, key), request.POST.get("deed", "")
    found = audit_of(initiative, public_id)
    if deed not in DEEDS:
        return HttpResponseBadRequest("Take, close or discard.")
    require(request.principal, DEEDS[deed])
    try:
        if deed == "take":
            _tell(request, take_relabels(request.principal, found))
        elif deed == "close":
            close_audit(request.principal, found)
            messages.success(request, _("The audit is closed. The verdict follows within seconds."))
        else:
            discard_audit(request.principal, found, reason=request.POST.get("reason", ""))
            messages.success(request, _("The audit is discarded."))
    except AuditNotOpen as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect(page_of(initiative, "kpis:label_audit", public_id))


@require_safe
@page()
def tasks_file(request: PageRequest, key: str, public_id: str) -> HttpResponseBase:
    """Stream the tasks as CSV that takes second labels, without what was said before while the audit is open."""
    found = audit_of(initiative_of(request.principal, key), public_id)
    return file_answer(request, task_rows(found), f"{key}-{public_id}")


@require_safe
@page()
def tasks_json(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Answer the tasks as Label Studio imports them, without any label."""
    found = audit_of(initiative_of(request.principal, key), public_id)
    answer = JsonResponse(label_studio_tasks(found), safe=False)
    answer["Content-Disposition"] = content_disposition_header(True, f"{key}-{public_id}.json") or "attachment"
    return answer
