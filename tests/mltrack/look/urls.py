"""The pages that the look tests need: the style guide, and a workspace with two entries and a search."""

from __future__ import annotations

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path

from mltrack import preferences, styleguide

WORKSPACE = SimpleNamespace(key="sample", name="Sample workspace")
FOUND = [
    {"label": "First sample", "url": "/w/sample/kpis/", "icon": "target", "sub": "SAMPLE-A"},
    {"label": "Second <b>sample</b>", "url": "/w/sample/connections/", "icon": "plug", "sub": ""},
]


def page(request: HttpRequest, workspace: str) -> HttpResponse:
    return render(request, "look/page.html", {"workspace": WORKSPACE})


def search(request: HttpRequest, workspace: str) -> HttpResponse:
    words = request.GET.get("q", "").lower()
    results = [each for each in FOUND if words in each["label"].lower()]
    return render(request, "includes/_palette_results.html", {"results": results})


def changes(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"count": 3, "since": "later"})


def save(request: HttpRequest) -> HttpResponse:
    """An inline edit: "theirs" was saved meanwhile, an empty value is refused, any other is taken."""
    value = request.POST.get("title", "")
    edit = {"action": "/save/", "name": "title", "label": "Title", "version": 2, "value": value}
    if request.POST.get("version") != "1" and value == "mine":
        return render(request, "includes/_inline_edit.html", edit)
    if value == "mine":
        merge = {**edit, "mine": "mine", "theirs": "theirs", "by": "a manager"}
        return render(request, "includes/_merge.html", merge, status=412)
    if not value:
        return render(request, "includes/_inline_edit.html", {**edit, "error": "A title is needed."}, status=422)
    return render(request, "includes/_inline_edit.html", edit)


def broken(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse("<h1>a whole error page</h1>", status=500)
    answer["X-Request-Id"] = "req-7"
    return answer


kpis = (
    [path("", page, name="portfolio"), path("kpis/", page, name="kpi_list"), path("search/", search, name="search")],
    "kpis",
)
projects = ([path("connections/", page, name="connection_list")], "projects")
urlpatterns = [
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/figure.json", styleguide.figure, name="styleguide_figure"),
    path("preferences/", preferences.save, name="preferences"),
    path("changes/", changes),
    path("save/", save),
    path("broken/", broken),
    path("w/<slug:workspace>/", include(kpis)),
    path("w/<slug:workspace>/", include(projects)),
]
