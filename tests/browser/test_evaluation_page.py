"""An evaluation in a browser: its threshold dragged, typed and moved by keys; what it moves follows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from kpis.services.bridges import set_bridge
from mltrack.accounts.access import Principal
from projects.models import Evaluation
from tests.browser.axe import violations
from tests.browser.pages import PageFactory
from tests.factories import make_workspace
from tests.kpis.evaluation_world import measured, tied
from tests.kpis.views.conftest import browser as signed_in
from tests.kpis.world import aimed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MARK = "document.querySelector('.plot').data.find((trace) => trace.meta === 'mark')"


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def evaluation(owner: Principal) -> Evaluation:
    initiative = aimed(owner)
    set_bridge(owner, tied(owner, initiative), volume=1000, value_per_correct=4, cost_per_error=25)
    return measured(initiative)


def opened(server: LiveServer, factory: PageFactory, owner: Principal, evaluation: Evaluation, **how: object) -> Page:
    page = factory(server.url, **how)  # type: ignore[arg-type]
    session = signed_in(owner).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
    page.goto(f"/w/{owner.workspace.key}/initiatives/CHURN/evaluations/{evaluation.public_id}/")
    return page


def test_the_threshold_is_dragged_typed_and_moved_by_keys(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal, evaluation: Evaluation
) -> None:
    page = opened(live_server, page_factory, owner, evaluation)
    expect(page.locator("[data-drawn]")).to_be_visible(timeout=15_000)
    expect(page.locator("#point")).to_contain_text("20 of 650 decided")
    # 630 right and 20 wrong of 1,000 cases a period: 630 · 4 − 20 · 25 = 2,020; at 0.4 it is 890 · 4 − 90 · 25 = 1,310.
    expect(page.locator("#effects")).to_contain_text("+2\u202f020\u202f€")
    slider = page.locator(".threshold [type=range]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.75, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, middle, steps=6)
    page.mouse.up()
    expect(page.locator("#point")).to_contain_text("90 of 980 decided")
    expect(page.locator("#effects")).to_contain_text("+1\u202f310\u202f€")
    expect(page).to_have_url(re.compile(r"\?threshold=0\.(3\d|4)"))
    assert page.evaluate(MARK)["x"] == [0.98]
    slider.press("End")
    expect(page.locator("#point")).to_contain_text("0 of 0 decided")
    expect(page.locator(".threshold [role=status]")).to_contain_text("everything is left to people")
    expect(page.locator("#effects")).not_to_contain_text("1\u202f310")
    typed = page.locator("[name=threshold]")
    assert typed.input_value() == "1"
    typed.fill("0.951")
    expect(page.locator("#point")).to_contain_text("0 of 0 decided")
    typed.fill("0.95")
    expect(page.locator("#point")).to_contain_text("20 of 650 decided")
    expect(page.locator("#effects")).to_contain_text("+2\u202f020\u202f€")
    slider.press("ArrowLeft")
    assert typed.input_value() == "0.94"
    expect(page.locator("#point")).to_contain_text("20 of 650 decided")
    typed.fill("0.51")
    expect(page).to_have_url(re.compile(r"\?threshold=0\.51"))
    slider.press("ArrowLeft")
    expect(page.locator("#point")).to_contain_text("90 of 980 decided")
    expect(page.locator("#effects")).to_contain_text("+1\u202f310\u202f€")
    assert violations(page) == []


@pytest.mark.parametrize(("theme", "size"), [("light", "phone"), ("dark", "desktop")])
def test_it_is_plain_to_everybody(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal, evaluation: Evaluation, theme: str, size: str
) -> None:
    page = opened(live_server, page_factory, owner, evaluation, theme=theme, size=size)
    expect(page.locator("[data-drawn]")).to_be_visible(timeout=15_000)
    assert violations(page) == []
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0


def test_without_scripts_it_is_a_form(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal, evaluation: Evaluation
) -> None:
    page = opened(live_server, page_factory, owner, evaluation, scripts=False)
    expect(page.locator(".threshold [type=range]")).to_be_hidden()
    page.fill("[name=threshold]", "0.5")
    page.click(".threshold button")
    expect(page.locator("#point")).to_contain_text("90 of 980 decided")
    expect(page.locator("#effects")).to_contain_text("+1\u202f310\u202f€")
    expect(page).to_have_url(re.compile(r"\?threshold=0\.5"))
    page.fill("[name=threshold]", "0.95")
    page.press("[name=threshold]", "Enter")
    expect(page.locator("#point")).to_contain_text("20 of 650 decided")
    expect(page.locator("#effects")).to_contain_text("+2\u202f020\u202f€")


def test_it_prints_without_its_controls(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal, evaluation: Evaluation
) -> None:
    page = opened(live_server, page_factory, owner, evaluation)
    page.emulate_media(media="print")
    expect(page.locator(".threshold")).to_be_hidden()
    expect(page.locator("#slices")).to_be_visible()
    expect(page.locator("figure table")).to_be_visible()
    expect(page.locator("#effects")).to_be_visible()
    assert violations(page) == []
    assert page.pdf(format="A4").startswith(b"%PDF")
