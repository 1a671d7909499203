"""Which words hold for a challenger: what they were given for against what it is made of."""

from __future__ import annotations

import pytest

from kpis.scoring.evaluations.carrying import carried
from kpis.scoring.scorecard_parse import default_scorecard
from tests.kpis.scoring.builders import NOW, word

CARD = default_scorecard()
# A check whose word depends on the code alone, and one that depends on nothing.
ON_CODE = next(check.id for check in CARD.checks if check.depends_on == ("commit",))
FREE = next(check.id for check in CARD.checks if not check.depends_on and "standard" in check.attestable_at)


def bound(check: str, **kinds: str) -> dict[str, dict[str, str]]:
    return {check: {"attestation": f"ats_{check}", **kinds}}


@pytest.mark.parametrize(
    ("given", "current", "state", "why"),
    [
        ({"commit": "c1"}, {"commit": "c1"}, "carried", "the code did not change"),
        ({"commit": "c1"}, {"commit": "c2"}, "stale", "the code changed since it was given"),
        ({"commit": "c1"}, {}, "unproven", "it is not known whether the code changed"),
        ({}, {"commit": "c2"}, "unproven", "it is not known whether the code changed"),
        ({"commit": "c1"}, {"commit": "c1", "data": "other"}, "carried", "the code did not change"),
    ],
)
def test_a_word_on_the_code(given: dict[str, str], current: dict[str, str], state: str, why: str) -> None:
    [found] = carried([word(ON_CODE)], CARD, bound(ON_CODE, **given), current, NOW)
    assert (found.check, found.state, found.why) == (ON_CODE, state, why)


def test_a_word_that_depends_on_nothing_is_carried() -> None:
    [found] = carried([word(FREE)], CARD, {}, {"commit": "c2"}, NOW)
    assert (found.state, found.why) == ("carried", "it depends on no part of the candidate")


def test_a_word_that_ended_is_not_carried() -> None:
    [found] = carried([word(FREE, days_ago=9, lasts=1)], CARD, {}, {}, NOW)
    assert found.state == "ended" and found.why.startswith("it ended on 2027-02-")


def test_what_an_earlier_word_was_given_for_binds_no_later_one() -> None:
    [found] = carried([word(ON_CODE, id="ats_newer")], CARD, bound(ON_CODE, commit="c1"), {"commit": "c2"}, NOW)
    assert found.state == "unproven"


def test_words_on_unknown_checks_and_words_to_come_are_left_out() -> None:
    assert carried([word("no.such"), word(FREE, days_ago=-1)], CARD, {}, {}, NOW) == ()


def test_the_order_is_that_of_the_scorecard() -> None:
    found = carried([word(ON_CODE), word(FREE)], CARD, {}, {}, NOW)
    ids = [check.id for check in CARD.checks]
    assert [each.check for each in found] == sorted([ON_CODE, FREE], key=ids.index)
