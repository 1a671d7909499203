"""Champion and challenger, and the fairness audit, in a browser: every view, on paper, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mltrack.accounts.access import Principal
from projects.models import Evaluation
from tests.browser.catalogue import VIEWS
from tests.browser.pages import PageFactory
from tests.browser.test_every_page import look
from tests.factories import make_workspace
from tests.kpis.rival_world import deployed, measured, rivals
from tests.kpis.views.conftest import browser as signed_in
from tests.kpis.world import aimed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def challenger(owner: Principal) -> Evaluation:
    """A challenger beside production's evaluation and an older one."""
    initiative = aimed(owner)
    live = deployed(owner, initiative)
    measured(initiative, "first", run=live.external_id)
    return rivals(owner, initiative)


def opened(live_server: LiveServer, factory: PageFactory, owner: Principal, **options: object) -> Page:
    page = factory(live_server.url, **options)  # type: ignore[arg-type]
    session = signed_in(owner).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def paths(owner: Principal, challenger: Evaluation) -> list[str]:
    here = f"/w/{owner.workspace.key}/initiatives/CHURN/evaluations/{challenger.public_id}"
    older = challenger.pairings.get().champion
    return [f"{here}/versus/", f"{here}/versus/?with={older.public_id}", f"{here}/fairness/"]


def test_every_view(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal, challenger: Evaluation
) -> None:
    wrong = []
    for view in VIEWS:
        page = opened(live_server, page_factory, owner, size=view.size)
        page.context.add_cookies([{"name": "mltrack_theme", "value": view.theme, "url": live_server.url}])
        wrong += [
            f"{view}: {each}" for path in paths(owner, challenger) for each in look(page, page_factory, path, view)
        ]
    assert not wrong, "\n".join(wrong)


def test_the_other_is_chosen_without_scripts(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal, challenger: Evaluation
) -> None:
    page = opened(live_server, page_factory, owner, scripts=False)
    page.goto(paths(owner, challenger)[0])
    older = challenger.pairings.get().champion
    page.select_option("#with", older.public_id)
    page.get_by_role("button", name="Compare").click()
    assert page.url.endswith(f"?with={older.public_id}")
    expect(page.locator(".versus-says")).to_contain_text("Worse by more than the margin in region=US")


def test_the_audit_prints_as_a_document(
    live_server: LiveServer, page_factory: PageFactory, owner: Principal, challenger: Evaluation
) -> None:
    page = opened(live_server, page_factory, owner)
    page.goto(paths(owner, challenger)[2])
    page.emulate_media(media="print")
    for chrome in (".side", ".actions", ".filter-bar", ".tabs"):
        expect(page.locator(chrome).first).to_be_hidden()
    for words in ("As of", "Measured on", "Reported", "Threshold", "Wilson intervals"):
        expect(page.get_by_text(words).first).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
