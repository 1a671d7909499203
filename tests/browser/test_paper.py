"""Charts as pictures, and pages on paper: nothing that a reader cannot use is printed, and nothing is cut."""

from __future__ import annotations

import io
import struct
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PageObject, PdfReader
from pytest_django.live_server_helper import LiveServer

from kpis.services.contributions import set_contribution
from kpis.services.value import decide_value
from mltrack.accounts.access import Principal
from projects.models import Initiative
from projects.services.deployments import record_deployment
from projects.services.initiatives import edit_initiative, post_update
from projects.services.tasks import create_task
from tests.browser.axe import violations
from tests.browser.pages import PageFactory
from tests.factories import make_workspace
from tests.kpis.evaluation_world import measured
from tests.kpis.views.conftest import browser as signed_in
from tests.kpis.views.kpi_world import make_kpi
from tests.kpis.world import POOR, aimed, judged, report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
TITLE = "Calls <b>per</b> case"
# A point is 1/72 inch; A4 is 210 × 297 mm.
A4 = (595, 842)
# A chart is drawn before it is seen: 200 pixels (the margin of static/js/chart.js) below the window.
LOW, AHEAD = 200, 200


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    found = make_workspace()
    make_kpi(found, tuple(20.0 - week / 4 for week in range(60)), key="calls", name=TITLE)
    initiative = aimed(found)
    report(initiative, "poor", POOR)
    judged(initiative)
    return found


@pytest.fixture
def page(live_server: LiveServer, page_factory: PageFactory, owner: Principal) -> Page:
    """A page of the owner's, in a low window in the dark: its charts lie below what is seen."""
    opened = page_factory(live_server.url, theme="dark")
    opened.set_viewport_size({"width": 1280, "height": LOW})
    session = signed_in(owner).cookies["sessionid"].value
    opened.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return opened


def printed(page: Page) -> PdfReader:
    """Return what the print button's deed puts on A4 paper."""
    page.evaluate("window.print = () => { window.asked = true; }")
    page.locator("[data-print]").first.evaluate("button => button.click()")
    page.wait_for_function("window.asked")
    content = page.pdf(format="A4", prefer_css_page_size=True)
    return PdfReader(io.BytesIO(content))


def words(sheet: PageObject) -> str:
    return " ".join(sheet.extract_text().split())


def cut(page: Page) -> list[str]:
    """Return what is wider than the sheet: its main column at the width of A4 within the margins."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 972})
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('main *')].filter(e => e.checkVisibility() && !e.closest('[hidden]')"
        " && e.getBoundingClientRect().right > 690).map(e => e.outerHTML.slice(0, 120))"
    )
    return found


def test_a_chart_is_saved_as_a_picture_by_the_keyboard(page: Page, owner: Principal) -> None:
    page.goto(f"/w/{owner.workspace.key}/kpis/calls/")
    button = page.locator("[data-png]").first
    assert page.locator("[data-chart]").first.evaluate("chart => chart.getBoundingClientRect().top") > LOW + AHEAD
    expect(button).to_be_hidden()
    page.locator("[data-chart]").first.scroll_into_view_if_needed()
    expect(button).to_be_visible(timeout=15_000)
    button.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(SIGNATURE) and struct.unpack(">II", content[16:24])[0] == 2000
    assert download.value.suggested_filename.startswith("calls-b-per-b-case-history-20")
    assert len(content) > 20_000
    expect(button).to_be_focused()
    assert violations(page) == []


CHROME = ("Add readings", "New initiative", "Post an update", "Skip to content", "PNG", "CSV", "XLSX", "Badge and CI")


def test_pages_on_paper(page: Page, owner: Principal) -> None:
    here = f"/w/{owner.workspace.key}/"
    for place, told in (
        ("kpis/calls/", (TITLE, "History", "Where it goes", "Who is expected to move it")),
        ("", ("Customer churn", "Not ready", "Ready for production")),
        ("initiatives/CHURN/", ("Customer churn", "2 required checks fail", "Accuracy", "Operations")),
    ):
        page.set_viewport_size({"width": 1280, "height": LOW})
        page.emulate_media(media="null")
        page.goto(here + place)
        sheets = printed(page).pages
        text = " ".join(map(words, sheets))
        assert all(abs(float(sheets[0].mediabox[2 + at]) - size) < 2 for at, size in enumerate(A4))
        assert [each for each in (*told, here + place) if each not in text] == []
        assert [each for each in CHROME if each in text] == []
        assert all(map(words, sheets)), "an empty sheet"
        assert page.locator("[data-chart]:not([data-drawn])").count() == 0
        assert cut(page) == []


def test_an_initiative_is_a_few_sheets_with_what_stands_in_the_way(page: Page, owner: Principal) -> None:
    initiative = Initiative.objects.get(key="CHURN")
    edit_initiative(owner, initiative, {"problem": "Clients leave before anybody notices. " * 20})
    page.goto(f"/w/{owner.workspace.key}/initiatives/CHURN/")
    sheets = [words(each) for each in printed(page).pages]
    text = " ".join(sheets)
    assert len(sheets) <= 5 and all(sheets), len(sheets)
    titles = page.locator(".check .name").all_text_contents()
    assert len(titles) > 30 and [each for each in titles if each not in text] == []
    told = page.locator("section:has(> header > #in-the-way) .to-pass").all_inner_texts()
    assert told and [each for each in told if " ".join(each.split()) not in text] == []
    assert cut(page) == []


def test_the_audit_of_what_is_live_is_whole_on_paper(page: Page, owner: Principal) -> None:
    initiative = Initiative.objects.get(key="CHURN")
    live: dict[str, Any] = {"environment": "production", "endpoint": "https://models.example.org/churn"}
    record_deployment(owner, initiative, version="1", image_digest=f"sha256:{'9f2c' * 16}", **live)
    record_deployment(owner, initiative, version="2", state="shadow", **live)
    measured(initiative, "live", purpose="production")
    page.goto(f"/w/{owner.workspace.key}/initiatives/CHURN/production/")
    assert page.get_by_role("button", name="Promote 2").is_visible()
    text = " ".join(map(words, printed(page).pages))
    # Both targets, with no word broken, and nothing to press.
    assert text.count("confidence") >= 2 and "Measured in production" in text and "Shadow 2" in text
    assert [each for each in (*CHROME, "Promote", "Ask its endpoint") if each in text] == []
    assert cut(page) == []


def test_pages_of_delivery_on_paper(page: Page, owner: Principal) -> None:
    create_task(owner, Initiative.objects.get(key="CHURN"), title="Label more calls")
    here = f"/w/{owner.workspace.key}/"
    for place, told in (
        ("board/", "Label more calls"),
        ("initiatives/CHURN/delivery/", "Label more calls"),
        ("initiatives/CHURN/forecast/", "When it is ready"),
        ("timeline/", "Customer churn"),
        ("sprints/", "Sprints"),
    ):
        page.set_viewport_size({"width": 1280, "height": LOW})
        page.emulate_media(media="null")
        page.goto(here + place)
        sheets = [words(each) for each in PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages]
        assert told in " ".join(sheets) and all(sheets), place
        assert [each for each in CHROME if each in " ".join(sheets)] == []
        assert cut(page) == [], place


def test_the_report_is_one_sheet_whatever_people_wrote(page: Page, owner: Principal) -> None:
    initiative = Initiative.objects.get(key="CHURN")
    long = "Every word of this goes on and on until somebody reads it. " * 60
    Initiative.objects.filter(pk=initiative.pk).update(problem=long, sponsor="W" * 160, name="W" * 160)
    for number in range(5):
        kpi = make_kpi(owner, (12.0, 11.0), key=f"long-{number}", name=f"{number} " + "W" * 150)
        set_contribution(owner, initiative, kpi, expected=-2.0, how="W" * 300)
        create_task(owner, initiative, title="W" * 200, status="doing")
    post_update(owner, initiative, health="off_track", text=long[:2000])
    decide_value(owner, initiative, decision="expand", reason=long[:2000], review_on=date(2030, 1, 1))
    page.goto(f"/w/{owner.workspace.key}/initiatives/CHURN/report/")
    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    [sheet] = printed(page).pages
    told = words(sheet)
    titles = ["What is it for?", "Is it ready?", "When?", "What is being done?", "Who answers for it?"]
    assert [each for each in (*titles, "What is it worth?", "What could go wrong?") if each not in told] == []
    assert "No, it may not go into production yet." in told and "Report" not in told
    assert cut(page) == []
