"""The scorecard's file: the default one is sound, and a wrong one is told by line and field."""

from __future__ import annotations

import re

import pytest

from kpis.scoring.measured import MEASURES
from kpis.scoring.portfolio import RESULT_WORDS
from kpis.scoring.scorecard import CRITICALITIES, SECTIONS, never_attestable
from kpis.scoring.scorecard_parse import DEFAULT_PATH, ScorecardError, default_scorecard, parse_scorecard

SOURCE = DEFAULT_PATH.read_text(encoding="utf-8")
DEFAULT = default_scorecard()


def problems(source: str) -> str:
    with pytest.raises(ScorecardError) as caught:
        parse_scorecard(source)
    return str(caught.value)


def changed(old: str, new: str) -> str:
    assert old in SOURCE
    return SOURCE.replace(old, new, 1)


def test_the_default_has_the_seven_sections_in_order() -> None:
    assert tuple(section.name for section in DEFAULT.sections) == SECTIONS
    assert all(section.question.endswith("?") and section.checks for section in DEFAULT.sections)


def test_everything_that_can_be_measured_is() -> None:
    assert {check.id for check in DEFAULT.checks if check.kind == "measured"} == set(MEASURES)


def test_the_bar_never_falls_with_criticality() -> None:
    height = {"off": 0, "optional": 1, "required": 2}
    for check in DEFAULT.checks:
        levels = [height[check.required[level]] for level in CRITICALITIES]
        assert levels == sorted(levels), check.id
        assert levels[-1] == 2, check.id


def test_what_must_be_measured_is_never_attestable_above_an_experiment() -> None:
    strict = {check.id for check in DEFAULT.checks if never_attestable(check.id, check.section)}
    assert strict == {
        "model.accuracy",
        "model.coverage",
        "labels.audit",
        "fairness.group_errors",
        "fairness.group_coverage",
    }
    for check in DEFAULT.checks:
        if check.id in strict:
            assert set(check.attestable_at) <= {"experiment"}
            assert check.kind == "measured"


def test_every_check_can_be_passed_somehow() -> None:
    for check in DEFAULT.checks:
        assert check.kind == "measured" or set(check.attestable_at) == set(CRITICALITIES), check.id


@pytest.mark.parametrize("check", DEFAULT.checks, ids=lambda check: check.id)
def test_titles_and_advice_are_short_and_whole(check: object) -> None:
    found = DEFAULT.check(str(getattr(check, "id", "")))
    assert found is not None
    assert len(found.title) <= 70
    assert not found.title.endswith(".")
    assert found.how_to_pass.endswith(".")
    assert len(found.how_to_pass) <= 200
    for word in RESULT_WORDS.values():
        assert len(f"{found.short} {word}".split()) <= 5


def test_an_unknown_check_is_none() -> None:
    assert DEFAULT.check("model.magic") is None


@pytest.mark.parametrize(
    "old,new,field,text",
    [
        ('version = "default-5"', "", "version", "is missing"),
        ('title = "Default scorecard"', 'title = "x"\ncolour = "red"', "colour", "is not known here"),
        ("[sections.value]", "[sections.worth]", "sections.worth", "is no section"),
        ("[sections.value]", "[sections.worth]", "sections.value.question", "is missing"),
        ('short = "KPI link"', 'short = "KPI link"\nweight = 3', "checks[1].weight", "is not known here"),
        ('id = "value.kpi_linked"', 'id = "data.kpi_linked"', "checks[1].id", "value."),
        ('id = "value.kpi_linked"', 'id = "value.KPI"', "checks[1].id", "small letters"),
        ('id = "value.kpi_owner"', 'id = "value.kpi_linked"', "value.kpi_linked", "is there twice"),
        ('kind = "measured"', 'kind = "guessed"', "checks[1].kind", "must be measured or attested"),
        ('id = "value.kpi_linked"', 'id = "value.magic"', "checks[1].kind", "cannot be measured"),
        ('experiment = "required"', 'experiment = "maybe"', "checks[1].required", "must give"),
        ('experiment = "required", ', "", "checks[1].required", "must give"),
        ("expires_days = 180", "expires_days = 0", "expires_days", "whole number"),
        ("expires_days = 180", "expires_days = true", "expires_days", "whole number"),
        ("expires_days = 180", "expires_days = 4000", "expires_days", "whole number"),
        ("expires_days = 180\n", "", "expires_days", "is missing"),
        ("fresh_days = 7\n", "fresh_days = 0\n", "fresh_days", "whole number"),
        ("expires_days = 180\n", "expires_days = 180\nfresh_days = 7\n", "fresh_days", "is for what is measured"),
        ('depends_on = ["data"]', 'depends_on = ["weather"]', "depends_on", "must be a list out of"),
        ('ml_test = ["data.1"]', 'ml_test = ["data.8"]', "ml_test", "must be a list out of"),
        ('title = "A KPI is tied to the initiative"', "title = 5", "checks[1].title", "must be a text"),
        ('title = "A KPI is tied to the initiative"', 'title = ""', "checks[1].title", "is missing"),
        (
            'attestable_at = ["experiment", "standard", "critical"]',
            'attestable_at = ["experiment"]',
            "attestable_at",
            "must hold critical",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_field(old: str, new: str, field: str, text: str) -> None:
    found = problems(changed(old, new))
    assert field in found
    assert text in found


@pytest.mark.parametrize("check", ["model.accuracy", "model.coverage", "labels.audit", "fairness.group_errors"])
def test_a_scorecard_cannot_make_them_attestable(check: str) -> None:
    at = SOURCE.index(f'id = "{check}"')
    rest = (
        re.sub(r"\nattestable_at = .*\nexpires_days = .*", "", SOURCE[at:], count=1)
        if "audit" in check or "fair" in check
        else SOURCE[at:]
    )
    rest = rest.replace('kind = "measured"', 'kind = "measured"\nattestable_at = ["standard"]\nexpires_days = 5', 1)
    assert "must be measured at standard and critical" in problems(SOURCE[:at] + rest)


def test_lines_are_told() -> None:
    line = SOURCE.splitlines().index('id = "data.privacy"') + 1
    assert f"line {line}: sections.data.checks[9].required" in problems(
        re.sub(r'(id = "data.privacy"(?:\n.*?)*?)required = \{.*\}', r"\1required = 5", SOURCE, count=1)
    )


def test_bad_toml_is_told_with_its_line() -> None:
    assert problems('version = "1"\ntitle = = 5').startswith("line 2: is no valid TOML")


@pytest.mark.parametrize(
    "source", ["", "sections = 5", "version = 5\nsections = []", "x" * 300_000, "a = " + "[" * 5000]
)
def test_nonsense_is_refused(source: str) -> None:
    assert problems(source)


def test_everything_is_told_at_once() -> None:
    source = SOURCE.replace('kind = "measured"', 'kind = "guessed"')
    assert problems(source).count("must be measured or attested") == len(MEASURES)
