"""The first quarter of an hour with MLTrack, as one person lives it: from the code on the console to a verdict."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.pages import PageFactory
from tests.browser.people import become_first, fill, sign_in, sign_out
from tests.servers.mlflow import MLflowServer
from tests.trees import Tree

pytestmark = [pytest.mark.browser, pytest.mark.mlflow, pytest.mark.processes]
HERE = "/w/claims/initiatives/SORT-CLAIMS/"
MINUTE = 60_000
EXACT = {"accuracy": 0.96, "coverage": 0.41, "n": 4000}
WIDE = {"accuracy": 0.78, "coverage": 0.93, "n": 4000}
BOTH = {"accuracy": 0.95, "coverage": 0.86, "n": 4000}


def log_run(server: MLflowServer, experiment: str, name: str, metrics: Mapping[str, float]) -> None:
    """Log a finished run as a training script does."""
    now = int(time.time() * 1000)
    run = server.create_run(experiment, name, start_time=now)
    server.post(
        "runs/log-batch",
        {
            "run_id": run,
            "metrics": [{"key": key, "value": value, "timestamp": now, "step": 1} for key, value in metrics.items()],
            "params": [{"key": "threshold", "value": "0.7"}],
        },
    )
    server.post("runs/update", {"run_id": run, "status": "FINISHED", "end_time": now + 1000})


def check(page: Page, title: str) -> Locator:
    """Return a check of the readiness page, opened."""
    found = page.locator("details.check", has_text=title)
    expect(found).to_have_count(1)
    found.evaluate("each => { each.open = true; }")
    return found


def verdict_comes(page: Page, word: str) -> None:
    """Wait for the page to say the verdict by itself: by its poll, or by the bar that tells of news."""
    page.goto(HERE)
    heading = page.locator("#verdict h2")
    news = page.locator("[data-poll] a.news")
    until = time.monotonic() + 60
    while heading.inner_text() != word and time.monotonic() < until:
        page.wait_for_timeout(250)
        if news.is_visible():
            news.click()
            page.wait_for_load_state()
    expect(heading).to_have_text(word, timeout=1)
    page.goto(HERE)


def make_initiative(page: Page) -> None:
    """Make the initiative with one line; the key is proposed while typing."""
    page.goto("/w/claims/")
    page.get_by_role("link", name="New initiative").first.click()
    page.get_by_label("Name", exact=True).press_sequentially("Sort claims")
    expect(page.locator("#proposed-key")).to_contain_text("SORT-CLAIMS")
    page.get_by_role("button", name="Make the initiative").click()
    page.wait_for_url(f"**{HERE}")
    page.goto(f"{HERE}edit/criticality/")
    fill(page, "Save", value="experiment")


def connect(page: Page, server: MLflowServer, experiment: str) -> None:
    """Connect the server by the form that lists its experiments, and watch the first pull end."""
    page.goto("/w/claims/connections/new/")
    fill(page, "Look at the server", name="Laboratory", base_url=server.url, initiative="SORT-CLAIMS")
    page.get_by_label(experiment).check()
    page.get_by_text("More", exact=True).click()
    page.locator("[name=interval_seconds]").fill("10")
    page.get_by_role("button", name="Connect", exact=True).click()
    page.wait_for_url(re.compile(r"/connections/con"))
    for _ in range(30):
        if "Done" in page.inner_text("#status"):
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator("#status")).to_contain_text("Working")
    expect(page.locator("#status")).to_contain_text(re.compile(r"Runs here\s*2\s*0 rejected"))


def aim(page: Page) -> None:
    """Set both targets and a KPI with a reading and a contribution."""
    for metric, value in (("accuracy", "90 %"), ("coverage", "0.8")):
        page.goto(f"{HERE}targets/")
        fill(page, "Set the target", metric=metric, comparator=">=", value=value)
        expect(page.locator("main")).to_contain_text(metric)
    page.goto(f"{HERE}value/")
    goal = {"name": "Claims sorted by hand", "unit": "%", "direction": "lower", "baseline": "100", "target": "20"}
    fill(page, "Tie it", **goal, expected="-70", by="2027-06-30", how="1 - coverage")
    moved = page.get_by_role("region", name="KPIs that it should move")
    expect(moved.get_by_role("link", name="Claims sorted by hand", exact=True)).to_be_visible()
    page.goto("/w/claims/kpis/claims-sorted-by-hand/readings/")
    fill(page, "Add", time=datetime.now(UTC).date().isoformat(), value="88")
    page.goto("/w/claims/kpis/claims-sorted-by-hand/")
    expect(page.locator("main")).to_contain_text("88")


def attest(page: Page) -> None:
    """Give a word on a check, where it stands."""
    asked = check(page, "Personal data is used lawfully")
    asked.get_by_role("link", name="Attest").click()
    asked.get_by_label("Link to the proof").fill("https://wiki.example.org/privacy")
    asked.locator("form").get_by_role("button").first.click()
    page.wait_for_url(f"**{HERE}*")


def test_from_the_code_on_the_console_to_a_verdict(
    live_tree: Tree, mlflow_server: MLflowServer, page_factory: PageFactory
) -> None:
    experiment = mlflow_server.post("experiments/create", {"name": "claims in spring"})["experiment_id"]
    log_run(mlflow_server, experiment, "exact but shy", EXACT)
    log_run(mlflow_server, experiment, "wide but wrong", WIDE)
    page = page_factory(live_tree.url)
    page.set_default_timeout(20_000)
    become_first(page, live_tree)
    sign_out(page)
    sign_in(page)
    make_initiative(page)
    connect(page, mlflow_server, "claims in spring")
    aim(page)

    verdict_comes(page, "Not ready")
    accuracy, coverage = check(page, "Accuracy reaches its target"), check(page, "Coverage reaches its target")
    failing = next(each for each in (accuracy, coverage) if "Fail" in each.inner_text())
    expect(failing).to_contain_text(re.compile(r"n 4\s000"))
    expect(failing).to_contain_text(re.compile(r"at least 0\.[89]|≥ 0\.[89]|>= 0\.[89]"))
    expect(failing).to_contain_text("What would make it pass")
    assert violations(page) == []
    page.goto(f"{HERE}runs/")
    expect(page.locator("#best")).to_contain_text("meets 1 of 2")

    log_run(mlflow_server, experiment, "wide and right", BOTH)
    verdict_comes(page, "Ready")
    expect(page.locator("#verdict")).to_contain_text("wide and right")
    page.goto(f"{HERE}runs/")
    expect(page.locator("#best")).to_contain_text("wide and right")
    expect(page.locator("#best")).to_contain_text("meets 2 of 2")

    page.goto(HERE)
    attest(page)
    page.wait_for_timeout(4000)
    page.goto(HERE)
    expect(check(page, "Personal data is used lawfully")).to_contain_text("attested by a person")
    page.goto("/w/claims/")
    expect(page.locator("tr", has_text="Sort claims")).to_contain_text("Ready")
