"""Tasks in a real browser: a sprint planned by keys alone, cards that move three ways, and a connection that drops."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mltrack.accounts.access import Principal
from mltrack.accounts.models import User
from projects.models import Sprint, Task
from projects.services.sprints import create_sprint
from projects.services.tasks import create_task, edit_task
from tests.browser.axe import violations
from tests.browser.catalogue import LIGHT_DESKTOP
from tests.browser.pages import PageFactory
from tests.browser.test_every_page import open_page
from tests.browser.test_keyboard import tab_to
from tests.browser.worlds import World
from tests.factories import make_initiative, make_member, make_workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    """A workspace with four tasks and a sprint to come."""
    found = make_workspace("acme")
    initiative = make_initiative(found, "CHURN")
    for title in ("Read the files", "Label", "Train", "Compare"):
        create_task(found, initiative, title=title)
    today = timezone.localdate()
    create_sprint(found, name="Sprint 1", starts_on=today, ends_on=today)
    return found


@pytest.fixture
def page(live_server: LiveServer, page_factory: PageFactory, owner: Principal) -> Page:
    """A signed-in page."""
    assert isinstance(owner.user, User)
    return open_page(live_server, page_factory, LIGHT_DESKTOP, World(owner.user, {}, {}))


def test_a_sprint_is_planned_by_keys_alone(page: Page) -> None:
    page.goto("/w/acme/sprints/")
    sprint = Sprint.objects.get().public_id
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("2 selected")
    page.keyboard.press("m")
    expect(page.locator(f"[data-column={sprint}] [data-card=CHURN-2]")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("2 tasks are changed.")
    tab_to(page, "[data-card=CHURN-3]")
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(page.locator("#live")).to_contain_text("dropped")
    expect(page.locator(f"[data-column={sprint}] [data-count]")).to_have_text("3")
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.startsWith('moves:'))")
    page.reload()
    assert set(Task.objects.filter(sprint__isnull=False).values_list("number", flat=True)) == {1, 2, 3}
    assert violations(page) == []


def test_dragging_and_the_menu_end_the_same(page: Page) -> None:
    page.goto("/w/acme/board/")
    page.wait_for_function("() => Boolean(window.Sortable)")
    page.locator("[data-card=CHURN-4]").drag_to(page.locator("[data-column=doing] [data-cards]"))
    expect(page.locator("[data-column=doing] [data-card=CHURN-4]")).to_be_visible()
    page.get_by_role("link", name="Move CHURN-3 to…").click()
    page.locator("#move-menu").get_by_role("button", name="Doing").click()
    expect(page.locator("[data-column=doing] [data-card=CHURN-3]")).to_be_focused()
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.startsWith('moves:'))")
    page.reload()
    cards = page.locator("[data-column=doing] [data-card]")
    assert [cards.nth(at).get_attribute("data-card") for at in range(2)] == ["CHURN-3", "CHURN-4"]
    expect(page.locator("[data-column=todo] [data-count]")).to_have_text("2")
    assert violations(page) == []


def test_a_drop_survives_a_dropped_connection(page: Page, page_factory: PageFactory, owner: Principal) -> None:
    page_factory.forgive("ERR_INTERNET_DISCONNECTED", "409 (Conflict)")
    page.goto("/w/acme/board/")
    page.context.set_offline(True)
    for key in ("CHURN-1", "CHURN-2"):
        page.locator(f"[data-card={key}]").focus()
        for press in ("Space", "ArrowRight", "Space"):
            page.keyboard.press(press)
    unsaved = page.locator("[data-column=doing] .unsaved")
    expect(unsaved).to_have_count(2)
    expect(page.locator("#toasts")).to_contain_text("The change is kept here")
    assert violations(page) == []
    assert set(Task.objects.values_list("status", flat=True)) == {"todo"}
    # Meanwhile somebody else changes one of them: that one goes back, with the reason.
    edit_task(owner, Task.objects.get(number=2), {"title": "Label twice"})
    page.context.set_offline(False)
    expect(page.locator("#toasts")).to_contain_text("CHURN-1 is saved now.")
    expect(page.locator("#toasts")).to_contain_text("CHURN-2 was changed by somebody else")
    expect(unsaved).to_have_count(0)
    expect(page.locator("[data-column=todo] [data-card=CHURN-2]")).to_be_visible()
    assert Task.objects.get(number=1).status == "doing" and Task.objects.get(number=2).status == "todo"


def test_a_move_and_an_edit_are_taken_back(page: Page) -> None:
    page.goto("/w/acme/board/")
    page.get_by_role("link", name="Move CHURN-3 to…").click()
    page.locator("#move-menu").get_by_role("button", name="Doing").click()
    toast = page.locator("#toasts .toast", has_text="CHURN-3: Doing")
    expect(toast).to_be_visible()
    assert violations(page) == []
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-column=todo] [data-card=CHURN-3]")).to_be_focused()
    expect(page.locator("[data-column=todo] [data-card] .cell-key")).to_have_text([f"CHURN-{n}" for n in (1, 2, 3, 4)])
    expect(page.locator("#toasts")).to_contain_text("1 task is as it was.")
    page.goto("/w/acme/initiatives/CHURN/delivery/")
    row = page.locator("[data-task=CHURN-3][data-row]")
    row.get_by_role("link", name="Edit Estimate: CHURN-3").click()
    row.locator("[name=value]").fill("5")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("link", name="Edit Estimate: CHURN-3")).to_be_focused()
    expect(row).not_to_contain_text("5")
    task = Task.objects.get(number=3)
    assert (task.status, task.estimate) == ("todo", None)
    # A status that is set in a row comes back too.
    row.locator("[name=status]").select_option("done")
    page.locator("#toasts .toast", has_text="CHURN-3: Done").get_by_role("button", name="Undo").click()
    expect(row.locator("[name=status]")).to_have_value("todo")


def test_what_others_change_is_told_and_moves_nothing(page: Page, owner: Principal) -> None:
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    page.goto("/w/acme/board/")
    bar = page.locator("[data-poll] a.news")
    page.get_by_role("link", name="Move CHURN-3 to…").click()
    page.locator("#move-menu").get_by_role("button", name="Doing").click()
    expect(page.locator("#toasts")).to_contain_text("CHURN-3: Doing")
    with page.expect_response("**/board/changes/**") as answer:
        page.evaluate(look)
    assert answer.value.json() == {"count": 0}
    edit_task(make_member(owner.workspace, "contributor"), Task.objects.get(number=1), {"title": "Read all"})
    page.evaluate(look)
    expect(bar).to_have_text("1 update, show")
    expect(page.locator("[data-card=CHURN-1]")).to_contain_text("Read the files")
    assert violations(page) == []
    bar.click()
    expect(page.locator("[data-card=CHURN-1]")).to_contain_text("Read all")
    expect(bar).to_be_hidden()


def test_a_long_column_is_shown_whole_and_takes_cards(page: Page, owner: Principal) -> None:
    initiative, now = Task.objects.get(number=1).initiative, timezone.now()
    Task.objects.bulk_create(
        Task(initiative=initiative, number=number, title=f"More {number}", rank=f"z{number:03}", created_at=now)
        for number in range(5, 117)
    )
    page.goto("/w/acme/board/")
    todo = page.locator("[data-column=todo]")
    expect(todo.locator("[data-count]")).to_have_text("116")
    expect(todo.locator("[data-card]")).to_have_count(100)
    page.get_by_role("link", name="Move CHURN-1 to…").click()
    page.locator("#move-menu").get_by_role("button", name="Bottom").click()
    expect(page.locator("#toasts")).to_contain_text("CHURN-1 is moved.")
    expect(todo.locator("[data-count]")).to_have_text("116")
    todo.get_by_role("link", name="Show all 116").click()
    expect(todo.locator("[data-card]")).to_have_count(116)
    expect(todo.locator("[data-card]").last).to_have_attribute("data-card", "CHURN-1")
    page.wait_for_function("() => Boolean(window.Sortable)")
    page.locator("[data-card=CHURN-2]").drag_to(page.locator("[data-column=doing] [data-cards]"))
    expect(todo.locator("[data-count]")).to_have_text("115")
    expect(page.locator("[data-column=doing] [data-count]")).to_have_text("1")
