"""Page, API, gate, CI client, command and badge give one answer, and say the same of each check."""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils.text import slugify

from kpis.models import ReadinessSnapshot, Waiver
from kpis.scoring.wording import figure
from kpis.services.baselines import state_baseline
from kpis.services.snapshots import judge_initiative
from mltrack.formats import NOTHING, number, percent
from mltrack.statuses import STATUSES
from projects.models import Initiative
from projects.services.initiatives import edit_initiative
from tests.kpis.world import COMMIT, judged
from tests.samples import sampled
from tests.surfaces.asking import Said, Surfaces, Told, bars_of, checks_of
from tests.surfaces.cases import CASES, Make, failing, two_runs, waived

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
EXITS = {"ready": 0, "not_ready": 1, "unknown": 3}
WORDS = {"ready": "ready", "not_ready": "not ready", "unknown": "unknown"}
IN_THE_WAY = ("fail", "insufficient", "stale", "missing")


def blockers(said: Said) -> dict[str, dict[str, object]]:
    """Return the checks in the way."""
    return {key: dict(each) for key, each in said.checks.items() if each["required"] and each["result"] in IN_THE_WAY}


def words(text: str) -> str:
    """Return a text with one plain space between its words."""
    return " ".join(text.split())


def test_every_kind_of_result_and_verdict_is_a_case() -> None:
    assert {result for *_, result in CASES} == set(STATUSES["result"])
    assert {verdict for _, verdict, *_ in CASES} == set(STATUSES["verdict"])


@pytest.mark.parametrize(
    ("make", "verdict", "check", "result"), sampled(CASES, keep=5), ids=lambda each: getattr(each, "__name__", each)
)
def test_all_surfaces_say_the_same(
    surfaces: Surfaces, tmp_path: Path, make: Make, verdict: str, check: str, result: str
) -> None:
    initiative = make(surfaces.owner)
    judged(initiative)
    truth = surfaces.readiness(initiative)
    assert (truth.verdict, truth.checks[check]["result"]) == (verdict, result)
    assert surfaces.gate(initiative, COMMIT) == truth
    told, answered = surfaces.client(initiative, COMMIT, tmp_path)
    assert answered == truth
    the_client_tells(told, truth)
    the_command_tells(surfaces.command(initiative), truth)
    the_page_shows(surfaces.page(initiative), truth)
    the_badges_say(surfaces, initiative, truth)


def the_client_tells(told: Told, truth: Said) -> None:
    """Compare the client's exit code and words."""
    assert told.exit == EXITS[truth.verdict]
    for key, each in blockers(truth).items():
        _, _, rest = told.out.partition(f" {key}: ")
        lines = rest.split("\n    ", 4)
        assert f"expected {each['expected'] or 'none'}; n {'none' if each['n'] is None else each['n']}" in lines[1]
        assert str(each["observed"] if each["observed"] is not None else "none") in lines[1]
        assert str(each["what_would_pass"]) in rest


def the_command_tells(told: Told, truth: Said) -> None:
    """Compare the command's exit code and lines."""
    assert told.exit == EXITS[truth.verdict]
    first, *lines = told.out.splitlines()
    assert f" is {WORDS[truth.verdict]} (" in first
    found = blockers(truth)
    assert sum(line.startswith(tuple(f"  {result}: " for result in IN_THE_WAY)) for line in lines) == len(found)
    for each in found.values():
        assert str(each["what_would_pass"]) in told.out
        if each["observed"] is not None:
            assert f"observed {each['observed']}" in told.out
        if each["expected"]:
            assert f"expected {each['expected']}" in told.out
        if each["n"] is not None:
            assert f"n {each['n']}" in told.out


def the_page_shows(page: str, truth: Said) -> None:
    """Compare the page's chip and each of its checks."""
    shown, bars = checks_of(page), bars_of(page)
    assert set(shown) == {slugify(key) for key in truth.checks}
    assert f"<h2>{STATUSES['verdict'][truth.verdict].word}</h2>" in page
    for key, each in truth.checks.items():
        text = shown[slugify(key)]
        assert text.startswith(str(STATUSES["result"][each["result"]].word)), key
        assert f" {observed(each)} {each['expected']}" in text, key
        assert words(str(each["reason"])) in text, key
        assert each["n"] is None or f"n {words(number(each['n']))}" in text, key
        assert interval(key, each) in bars.get(slugify(key), ""), key
    for key, each in blockers(truth).items():
        assert each["what_would_pass"] and words(str(each["what_would_pass"])) in shown[slugify(key)]


def observed(check: Mapping[str, Any]) -> str:
    """Return what a check of the API observed as pages show it: a number in at most four decimals."""
    found = check["observed"]
    return figure(found) if isinstance(found, int | float) else str(found or NOTHING)


def interval(key: str, check: Mapping[str, Any]) -> str:
    """Return the bounds of a check of the API as pages show them: ratios in percent; "" without bounds."""
    if check["low"] is None and check["high"] is None:
        return ""
    said = percent if key in ("model.accuracy", "model.coverage") else number
    return words(f"interval {said(check['low'])} to {said(check['high'])}")


def the_badges_say(surfaces: Surfaces, initiative: Initiative, truth: Said, more: str = "") -> None:
    """Compare both badges."""
    picture, shields = surfaces.badges(initiative)
    message = WORDS[truth.verdict] + more
    assert f"<title>{initiative.key}: {message}</title>" in picture
    assert (shields["label"], shields["message"]) == (initiative.key, message)


def test_two_runs_may_not_lend_each_other_a_number(surfaces: Surfaces, tmp_path: Path) -> None:
    initiative = two_runs(surfaces.owner)
    judge_initiative(initiative.pk)
    truth = surfaces.readiness(initiative)
    results = {truth.checks[f"model.{name}"]["result"] for name in ("accuracy", "coverage")}
    assert (truth.verdict, results) == ("not_ready", {"pass", "fail"})
    the_page_shows(surfaces.page(initiative), truth)
    the_badges_say(surfaces, initiative, truth)
    assert surfaces.command(initiative).exit == 1
    told, asked = surfaces.client(initiative, COMMIT, tmp_path)
    assert (told.exit, asked.verdict) == (1, "not_ready")


def test_a_failing_check_says_all_that_is_needed(surfaces: Surfaces) -> None:
    initiative = failing(surfaces.owner)
    judged(initiative)
    check = surfaces.readiness(initiative).checks["model.accuracy"]
    assert (check["observed"], check["n"]) == (0.7, 5000)
    assert "0.9" in str(check["expected"]) and check["what_would_pass"] and check["reason"]
    assert check["low"] < 0.7 < check["high"]


def test_who_lowered_the_bar_is_told_everywhere(surfaces: Surfaces) -> None:
    initiative = failing(surfaces.owner)
    edit_initiative(surfaces.owner, initiative, {"criticality": "critical"})
    state_baseline(surfaces.owner, initiative, metric="accuracy", value=0.8, note="The most frequent class.")
    judge_initiative(initiative.pk)
    edit_initiative(surfaces.owner, initiative, {"criticality": "experiment"})
    state_baseline(surfaces.owner, initiative, metric="accuracy", value=0.6, note="Another one.")
    judge_initiative(initiative.pk)
    who = str(surfaces.owner.user)
    expected = [f"{who} lowered the criticality from critical to experiment on "]
    expected += [f"{who} lowered the plain baseline of accuracy from 0.8 to 0.6 on "]
    documents = [
        surfaces.fetch(f"/api/v1/initiatives/{initiative.key}/readiness/"),
        surfaces.fetch(f"/api/v1/initiatives/{initiative.key}/gate/", {"commit": COMMIT, "dry_run": True}),
    ]
    for document in documents:
        lowered = [each for each in document["warnings"] if each["kind"] == "lowered"]
        assert [each["text"].startswith(text) for each, text in zip(lowered, expected, strict=True)] == [True, True]
        assert all(each["at"] for each in lowered)
    page, told = unescape(surfaces.page(initiative)), surfaces.command(initiative)
    for text in expected:
        assert text in page and text in told.out


def says_pending(surfaces: Surfaces, initiative: Initiative) -> set[bool]:
    """Return what the API's verdict, the API's portfolio, the portfolio's page and the initiative's page say."""
    rows = surfaces.fetch("/api/v1/portfolio/")["data"]
    return {
        surfaces.fetch(f"/api/v1/initiatives/{initiative.key}/readiness/")["pending"],
        *(row["pending"] for row in rows if row["key"] == initiative.key),
        "Newer facts are being judged" in surfaces.portfolio(),
        "Newer facts wait to be judged" in surfaces.page(initiative),
    }


def test_newer_facts_are_announced_everywhere(surfaces: Surfaces) -> None:
    initiative = failing(surfaces.owner)
    assert says_pending(surfaces, initiative) == {True}
    assert surfaces.command(initiative).exit == 1
    assert says_pending(surfaces, initiative) == {False}


def test_a_waiver_that_ended_is_announced_everywhere_and_judged_by_whoever_decides(
    surfaces: Surfaces, tmp_path: Path
) -> None:
    initiative = waived(surfaces.owner)
    judge_initiative(initiative.pk)
    kept = surfaces.readiness(initiative)
    assert (kept.verdict, says_pending(surfaces, initiative)) == ("ready", {False})
    # Nobody notes it, as nobody does while the scheduler is down.
    end_of_waivers(initiative)
    assert (surfaces.readiness(initiative), says_pending(surfaces, initiative)) == (kept, {True})
    the_badges_say(surfaces, initiative, kept, ", pending")
    told, asked = surfaces.client(initiative, COMMIT, tmp_path)
    assert (told.exit, asked.verdict, surfaces.gate(initiative, COMMIT).verdict) == (1, "not_ready", "not_ready")
    the_command_tells(surfaces.command(initiative), asked)
    truth = surfaces.readiness(initiative)
    assert (truth, says_pending(surfaces, initiative)) == (asked, {False})
    the_page_shows(surfaces.page(initiative), truth)
    the_badges_say(surfaces, initiative, truth)


def end_of_waivers(initiative: Initiative) -> None:
    """Let the waivers of an initiative end now, and its judgement know of that moment, as it knows of each end."""
    Waiver.objects.filter(initiative=initiative).update(expires_at=Now())
    ReadinessSnapshot.objects.filter(initiative=initiative).update(changes_at=Now())
