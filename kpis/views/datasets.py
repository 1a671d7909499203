"""The data tab: dataset versions, what their splits share, who used them, and what differs between two."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from kpis.forms.datasets import DvcForm
from kpis.forms.errors import show_errors
from kpis.selectors.dataset_page import in_words, version_page
from kpis.selectors.datasets import dataset_lines, dataset_rows
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer
from projects.access import dataset_of, initiative_of
from projects.selectors.datasets import difference, previous_of
from projects.selectors.finding_causes import open_findings
from projects.selectors.observed import observed_lines, observed_of
from projects.services.datasets import DvcRecorded, record_dvc
from projects.services.texts import is_web_address

EXAMPLE: Final = """\
curl -X POST "{origin}/api/v1/initiatives/{key}/datasets/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{"name": "cases", "digest": "8f14e45f", "rows": 12000}}'"""
SPLITS: Final = """\
curl -X POST "{origin}/api/v1/initiatives/{key}/datasets/{id}/splits/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{"splits": [{{"name": "train", "rows": 9000}}, {{"name": "test", "rows": 3000}}],
       "overlaps": [{{"left": "test", "right": "train", "rows": 0}}]}}'"""

LABELS: Final[dict[str, Any]] = {
    "name": _("Dataset"),
    "digest": _("Digest"),
    "rows": _("Rows"),
    "size": _("Bytes"),
    "files": _("Files"),
    "schema_digest": _("Schema"),
    "labels_digest": _("Labels"),
}


@page(Power.READ, write=Power.WRITE_RUNS)
def datasets(request: PageRequest, key: str) -> HttpResponse:
    """Show the dataset versions of an initiative; POST records what a DVC file pins."""
    context = shell(request, key, "data")
    initiative = context["initiative"]
    form = DvcForm(request.POST, request.FILES) if request.method == "POST" else DvcForm()
    if form.is_valid():
        try:
            made = record_dvc(request.principal, initiative, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _recorded(made))
            return redirect(page_of(initiative, "kpis:data"))
    values = {
        "rows": dataset_rows(initiative),
        "observed": observed_of(initiative),
        "findings": open_findings(initiative),
        "form": form,
        "may_end": request.principal.may(Power.WRITE_READINGS),
        "may_report": request.principal.may(Power.WRITE_RUNS),
        "example": EXAMPLE.format(origin=_origin(request), key=initiative.key),
    }
    return render(request, "kpis/data/index.html", context | values, status=422 if form.is_bound else 200)


@require_safe
@page()
def datasets_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer all dataset versions as a file."""
    initiative = initiative_of(request.principal, key)
    return file_answer(request, dataset_lines(initiative), f"{initiative.key}-datasets")


@require_safe
@page()
def observed_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer the newest observation of every series as a file."""
    initiative = initiative_of(request.principal, key)
    return file_answer(request, observed_lines(initiative), f"{initiative.key}-observed")


@require_safe
@page()
def dataset(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Show a version with its splits, what they share, and who used it."""
    context = shell(request, key, "data")
    initiative = context["initiative"]
    version = dataset_of(initiative, public_id)
    example = SPLITS.format(origin=_origin(request), key=initiative.key, id=version.public_id)
    place = version.uri if is_web_address(version.uri) else ""
    values = {"page": version_page(initiative, version), "example": example, "place": place}
    return render(request, "kpis/data/version.html", context | values)


@require_safe
@page()
def dataset_diff(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Show what differs between a version and the earlier one that `with` names, by default the one before it."""
    context = shell(request, key, "data")
    initiative = context["initiative"]
    after, other = dataset_of(initiative, public_id), request.GET.get("with")
    before = dataset_of(initiative, other) if other else previous_of(initiative, after)
    diff = difference(before, after)
    splits = [(each, in_words([each.rows], LABELS), in_words(each.classes, {})) for each in diff.splits]
    values = {"before": before, "after": after, "diff": diff, "facts": in_words(diff.lines, LABELS), "splits": splits}
    return render(request, "kpis/data/diff.html", context | values)


def _origin(request: PageRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _recorded(made: DvcRecorded) -> str:
    new = sum(state == "created" for _version, state in made.versions)
    known, passed = len(made.versions), len(made.skipped)
    pinned = ngettext("%(n)d version is pinned there", "%(n)d versions are pinned there", known) % {"n": known}
    fresh = gettext("%(n)d of them new") % {"n": new}
    over = ngettext("%(n)d path was passed over.", "%(n)d paths were passed over.", passed) % {"n": passed}
    return f"{pinned}, {fresh}. {over if passed else ''}".strip()
