"""The labeling tab: how far labels are, when there will be enough, and whether annotators agree."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.charts import agreement_figure as agreement_figure_of
from kpis.charts import labeling_figure
from kpis.forms.errors import show_errors
from kpis.forms.labeling import AnnotationsForm, BatchForm, QuotaForm
from kpis.scoring.labeling.over_time import agreement_over_time
from kpis.selectors.label_datasets import batch_places, offered_versions
from kpis.selectors.labeling import labeling_facts
from kpis.selectors.labeling_page import labeling_page
from kpis.services.quotas import set_quota
from kpis.views.figures import figure_answer
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import dataset_of, initiative_of
from projects.progress.labeling.streams import merged_burnup
from projects.services.annotation_pushes import AnnotationsRejected
from projects.services.label_batches import tie_batch
from projects.services.label_uploads import upload_annotations

SHOWN: Final = 10
"""How many faults of a file are shown."""
EXAMPLE: Final = """\
# annotations.csv: task,annotator,label,time, a row per annotation; names are kept hashed
python mltrack.py label --initiative {key} --file annotations.csv

# Or counts alone, whatever the tool
curl "{origin}/api/v1/initiatives/{key}/labeling/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" -H "Content-Type: application/json" \\
  -d '{{"time": "2026-11-28T12:00:00Z", "total": 5000, "labeled": 1200,
       "per_class": {{"fraud": 90}}}}'"""


@page(Power.READ, write=Power.WRITE_QUOTAS)
def labeling(request: PageRequest, key: str) -> HttpResponse:
    """Show the labels; POST wants so many of a class."""
    if request.method != "POST":
        return show_labeling(request, key)
    initiative, form = initiative_of(request.principal, key), QuotaForm(request.POST)
    if form.is_valid():
        try:
            made = set_quota(request.principal, initiative, **form.quota())
        except ValidationError as error:
            show_errors(form, error, {"class": "class_name"})
        else:
            wanted, ended = _("%(n)s labels of %(class)s are wanted."), _("The quota of %(class)s has ended.")
            words = wanted if made.wanted else ended
            messages.success(request, words % {"n": made.wanted, "class": made.class_name})
            return redirect(page_of(initiative, "kpis:labeling"))
    return show_labeling(request, key, form=form)


@require_POST
@page(Power.WRITE_LABELS)
def upload(request: PageRequest, key: str) -> HttpResponse:
    """Store a file of annotations, or say what is wrong with it and where; nothing is kept then."""
    initiative = initiative_of(request.principal, key)
    form = AnnotationsForm(request.POST, request.FILES, auto_id="upload_%s")
    if form.is_valid():
        try:
            made = upload_annotations(request.principal, initiative, **form.upload())
        except AnnotationsRejected as rejected:
            form.add_error("file", [each.detail for each in rejected.faults[:SHOWN]])
        else:
            words = _("Stored: %(created)s new, %(updated)s changed, %(unchanged)s known before.")
            messages.success(request, words % asdict(made))
            return redirect(page_of(initiative, "kpis:labeling"))
    return show_labeling(request, key, upload_form=form)


@require_POST
@page(Power.WRITE_LABELS)
def batch(request: PageRequest, key: str) -> HttpResponse:
    """Say of which dataset version the tasks of a batch are, or of none."""
    initiative = initiative_of(request.principal, key)
    form = BatchForm(
        request.POST, auto_id="tie_%s", batches=batch_places(initiative), versions=offered_versions(initiative)
    )
    if form.is_valid():
        chosen = form.cleaned_data["dataset_id"]
        try:
            tie_batch(
                request.principal,
                initiative,
                dataset=dataset_of(initiative, chosen) if chosen else None,
                **form.place(),
            )
        except ValidationError as error:
            show_errors(form, error, {"project": "batch"})
        else:
            messages.success(request, _("Kept."))
            return redirect(page_of(initiative, "kpis:labeling") + "#datasets")
    return show_labeling(request, key, batch_form=form)


def show_labeling(
    request: PageRequest,
    key: str,
    *,
    form: QuotaForm | None = None,
    upload_form: AnnotationsForm | None = None,
    batch_form: BatchForm | None = None,
) -> HttpResponse:
    """Answer the tab, with a form that was sent and what is wrong with it."""
    context = shell(request, key, "labeling")
    initiative, may = context["initiative"], request.principal.may
    sent = any(each is not None and each.is_bound for each in (form, upload_form, batch_form))
    offer = batch_form is None and may(Power.WRITE_LABELS)
    labels = labeling_page(initiative, timezone.now(), offer=offer)
    if offer and labels.versions:
        batch_form = BatchForm(auto_id="tie_%s", batches=labels.places, versions=labels.versions)
    values: dict[str, Any] = {
        "labels": labels,
        "batch_form": batch_form,
        "form": form or QuotaForm(),
        "may_want": may(Power.WRITE_QUOTAS),
        "upload_form": upload_form or AnnotationsForm(auto_id="upload_%s"),
        "may_upload": may(Power.WRITE_LABELS),
        "may_see_annotators": may(Power.SEE_ANNOTATORS),
        "example": EXAMPLE.format(key=initiative.key, origin=request.build_absolute_uri("/").rstrip("/")),
        "weekday_names": [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
        "period_columns": [_("Period"), _("Tasks with two labels"), _("Alpha"), _("Bounds that decide")],
        "columns": [_("Day"), _("Labeled"), _("Tasks")],
    }
    return render(request, "kpis/labeling/index.html", context | values, status=422 if sent else 200)


@require_safe
@page()
def figure(request: PageRequest, key: str) -> HttpResponse:
    """Answer the burn-up's figure."""
    facts = labeling_facts(initiative_of(request.principal, key), timezone.now())
    return figure_answer(request, labeling_figure(merged_burnup(facts.streams)))


@require_safe
@page()
def agreement_figure(request: PageRequest, key: str) -> HttpResponse:
    """Answer the figure of agreement over time."""
    facts = labeling_facts(initiative_of(request.principal, key), timezone.now())
    return figure_answer(request, agreement_figure_of(agreement_over_time(facts.weeks)))
