"""The pages of label audits: drawing, labeling again without seeing the first labels, and what comes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries

from kpis.services.targets import propose_target
from mltrack.formats import percent
from projects.models import LabelAudit
from projects.services.annotation_pushes import record_annotations
from projects.services.datasets import record_dataset
from tests.kpis.views.conftest import Place, browser
from tests.kpis.views.kpi_world import get, post, text
from tests.projects.labeling_world import pushed

AUDITS = "labeling/audits/"
FORM = {"n": "20", "kind": "random", "least": "", "seed": "seven", "labels_digest": "", "note": "Before training"}


@pytest.fixture
def labeled(place: Place) -> Place:
    rows = [pushed(f"t{n}", "ann", "wombat" if n % 4 else "quokka") for n in range(40)]
    record_annotations(place.owner, place.initiative, rows)
    return place


def draw(place: Place, **given: str) -> tuple[LabelAudit, str]:
    assert post(place.manager, place.url(AUDITS), {**FORM, **given}).status_code == 302
    audit = LabelAudit.objects.get(state="open")
    return audit, place.url(f"{AUDITS}{audit.public_id}/")


def lines(audit: LabelAudit, wrong: int = 0) -> str:
    tasks = enumerate(audit.tasks.order_by("number"))
    return "task,label\n" + "".join(f"{e.external_id},{'dodo' if at < wrong else e.label}\n" for at, e in tasks)


def test_the_page_says_what_a_sample_shows(labeled: Place) -> None:
    page = text(get(labeled.manager, labeled.url(AUDITS)))
    assert "No label was looked at again yet" in page and "149" in page and 'id="draw"' in page
    viewed = text(get(labeled.viewer, labeled.url(AUDITS)))
    assert 'id="draw"' not in viewed
    wrong = post(labeled.manager, labeled.url(AUDITS), {**FORM, "least": "3"})
    assert wrong.status_code == 422 and "A random sample has no strata." in text(wrong)
    assert text(get(labeled.viewer, labeled.url("labeling/"))).count("Draw a sample") == 1


def test_labels_are_given_again_without_seeing_the_first(labeled: Place) -> None:
    audit, here = draw(labeled)
    page = text(get(labeled.contributor, here))
    assert page.count('name="choice"') == 20 and "1 of 20" not in page
    rows = page[page.index('id="again"') : page.index("</tbody>", page.index('id="again"'))]
    assert rows.count('value="=quokka"') == rows.count('value="=wombat"') == 20 and "selected" not in rows
    first, second = audit.tasks.order_by("number")[:2]
    sent = {"number": ["1", "2", "3", "x", "999"], "choice": [f"={first.label}", "?", "", "=wombat", "=wombat"]}
    assert post(labeled.viewer, here, sent).status_code == 403
    assert post(labeled.contributor, here, sent).status_code == 302
    kept = audit.tasks.filter(relabel__isnull=False).order_by("number")
    assert [(each.number, each.relabel, each.source) for each in kept] == [(1, first.label, "here"), (2, "", "here")]
    assert text(get(labeled.contributor, here)).count('name="choice"') == 18
    files = (get(labeled.viewer, f"{here}tasks.csv"), get(labeled.viewer, f"{here}tasks.json"))
    csv, given = b"".join(files[0]).decode(), json.loads(files[1].content)
    assert "wombat" not in csv and csv.splitlines()[1].endswith(",")
    assert given[1]["meta"]["number"] == 2 and given[1]["data"]["task"] == second.external_id
    assert 'name="choice"' not in text(get(labeled.viewer, here))
    assert post(labeled.contributor, here, {"number": "7", "choice": ""}).status_code == 302


def test_from_the_draw_to_the_ceiling(labeled: Place, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    propose_target(labeled.owner, labeled.initiative, metric="accuracy", comparator=">=", value=0.999)
    audit, here = draw(labeled, kind="by_class", least="5")
    upload: dict[str, Any] = {"lines": "", "file": SimpleUploadedFile("again.csv", lines(audit, wrong=8).encode())}
    assert post(labeled.contributor, f"{here}paste/", upload).status_code == 302
    assert "Every task was labeled again" in text(get(labeled.contributor, here))
    assert post(labeled.contributor, f"{here}decide/", {"deed": "close"}).status_code == 403
    assert post(labeled.manager, f"{here}decide/", {"deed": "close"}).status_code == 302
    shown = text(get(labeled.viewer, here))
    assert (
        percent(0.4) in shown and "Ceiling of accuracy" in shown and "quokka" in shown and 'name="choice"' not in shown
    )
    tab = text(get(labeled.viewer, labeled.url("labeling/")))
    for page in (shown, tab, text(get(labeled.viewer, labeled.url("targets/")))):
        assert page.count("No model can be measured above") == 1
    assert "nobody knows how many are wrong" not in tab
    assert "at most" in tab and text(get(labeled.viewer, labeled.url(AUDITS))).count(percent(0.6)) == 1
    client = browser(labeled.viewer)
    for url in (here, labeled.url("labeling/"), labeled.url(AUDITS)):
        with django_assert_max_num_queries(12):
            client.get(url)


def test_what_is_wrong_with_lines_is_shown(labeled: Place) -> None:
    _audit, here = draw(labeled)
    for sent, words in (
        ("", "Paste lines, or choose a file."),
        ("task\n1", "The first line names the columns"),
        ("task,label\nnowhere,wombat", "No task of this audit is called so."),
    ):
        answer = post(labeled.contributor, f"{here}paste/", {"lines": sent})
        assert answer.status_code == 422 and words in text(answer), words
        assert "relabels/0" not in text(answer)
    assert "<b>nowhere</b>" in text(answer)
    assert post(labeled.viewer, f"{here}paste/", {"lines": "task,label\n1,a"}).status_code == 403


def test_the_version_of_the_labels_is_chosen_of_those_that_are_known(labeled: Place) -> None:
    for name in ("cases", "holdout"):
        record_dataset(labeled.owner, labeled.initiative, name=name, digest="1", labels_digest="9f" * 20)
    page = text(get(labeled.manager, labeled.url(AUDITS)))
    assert "9f9f9f9f9f9f · holdout, cases" in page
    wrong = post(labeled.manager, labeled.url(AUDITS), {**FORM, "labels_digest": "aa"})
    assert wrong.status_code == 422 and 'class="error"' in text(wrong)
    audit, here = draw(labeled, labels_digest="9f" * 20)
    assert audit.labels_digest == "9f" * 20 and "of cases, holdout" in text(get(labeled.viewer, here))
    LabelAudit.objects.update(labels_digest="aa")
    assert "no dataset version names it" in text(get(labeled.viewer, here))


def test_an_audit_is_discarded_for_a_reason(labeled: Place) -> None:
    audit, here = draw(labeled)
    assert post(labeled.manager, f"{here}decide/", {"deed": "discard", "reason": ""}).status_code == 302
    assert LabelAudit.objects.get().is_open
    assert post(labeled.manager, f"{here}decide/", {"deed": "nonsense"}).status_code == 400
    post(labeled.manager, f"{here}decide/", {"deed": "discard", "reason": "The guideline changed."})
    assert "The guideline changed." in text(get(labeled.viewer, here))
    assert 'id="draw"' in text(get(labeled.manager, labeled.url(AUDITS)))
    post(labeled.contributor, f"{here}decide/", {"deed": "take"})
    assert audit.tasks.filter(relabel__isnull=False).count() == 0
    assert get(labeled.stranger, here).status_code == 404
