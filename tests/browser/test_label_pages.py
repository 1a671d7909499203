"""Labels and data on paper: tables unfolded, no controls; and words without a blank that widen no page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from kpis.services.quotas import set_quota
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Role
from projects.models import Initiative
from tests.browser.catalogue import HERE
from tests.browser.pages import SIZES, PageFactory
from tests.browser.worlds import make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROME = ".side, .actions, .tabs, .btn, form, .no-print"
PRINTED = {
    "labeling/": ("Labeled", "Alpha", "slide 14", "clinic 0", "By dataset version"),
    "labeling/audits/": ("Before training",),
    "labeling/audits/{closed_audit}/": ("Ceiling of accuracy",),
    "labeling/annotators/": ("Annotator 1",),
    "data/": ("slides",),
    "data/{dataset}/": ("7 rows of test are also in train", "Labeled"),
    "data/{dataset}/diff/": ("The two versions",),
}


def test_pages_of_labels_and_data(live_server: LiveServer, page_factory: PageFactory) -> None:
    world = make_world()
    page = page_factory(live_server.url)
    page.context.add_cookies([{"name": "sessionid", "value": world.cookie(), "url": live_server.url}])
    page.emulate_media(media="print")
    for path, words in PRINTED.items():
        page.goto(world.in_full(HERE + path))
        shown = [each for each in page.locator(CHROME).all() if each.is_visible()]
        assert shown == [], path
        for table in page.locator("table.data").all():
            if not table.evaluate("each => each.closest('.no-print, form') !== null"):
                expect(table).to_be_visible()
        for text in words:
            expect(page.get_by_text(text).first).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")

    biopsy = Initiative.objects.get(workspace__key=world.full["w"], key=world.full["i"])
    owner = Principal(workspace=biopsy.workspace, role=Role.ADMIN, user=world.user)
    set_quota(owner, biopsy, **{"class": "x" * 200, "wanted": 9, "by": "2026-12-01"})
    page.emulate_media(media="screen")
    for size in ("desktop", "phone"):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.goto(world.in_full(HERE + "labeling/"))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, size
