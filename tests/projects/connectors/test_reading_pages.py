"""Questions asked one after the other: which failure is one question's own, and which the server's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from mltrack.outbound import OutboundError
from projects.connectors.base import ConnectorError
from projects.connectors.reading_pages import MOST_FAILED, Answer, pages_of
from projects.connectors.reading_records import MOST_ROWS, RawReading, ReadingsPage, SeriesQuery

DAY = datetime(2026, 3, 1, tzinfo=UTC)
SLOW = OutboundError("timeout", "The server took too long.")
DOWN = OutboundError("server_error", "The server answered 503.")
WRONG = ConnectorError("No such series.", permanent=True, code="bad_query")
LOCKED = ConnectorError("The password is wrong.", permanent=True, code="unauthorized")


def asked(*answers: Any) -> tuple[list[ReadingsPage], ConnectorError | None, int]:
    """Ask a question for each answer, a number of rows or an error; return pages, failure, and how many were asked."""
    seen: list[str] = []

    def ask(query: SeriesQuery) -> Answer:
        seen.append(query.id)
        answer = answers[int(query.id)]
        if isinstance(answer, Exception):
            raise answer
        return Answer([RawReading(DAY, 1.0)] * answer)

    pages: list[ReadingsPage] = []
    try:
        for page in pages_of([SeriesQuery(str(n), "q", {}, DAY) for n in range(len(answers))], ask, lambda: len(seen)):
            pages.append(page)
    except ConnectorError as error:
        return pages, error, len(seen)
    return pages, None, len(seen)


def told(pages: Sequence[ReadingsPage]) -> list[tuple[str, str]]:
    return [(each.query, each.problem[0] if each.problem else "") for each in pages]


@pytest.mark.parametrize("answers", [(1, WRONG, 1), (1, 1, WRONG), (WRONG,)])
def test_what_is_wrong_with_a_question_is_told_of_it_alone(answers: Sequence[Any]) -> None:
    pages, failure, _ = asked(*answers)
    expected = [(str(n), "bad_query" if each is WRONG else "") for n, each in enumerate(answers)]
    assert failure is None and told(pages) == expected
    assert [each.last for each in pages] == [False] * (len(answers) - 1) + [True]


def test_a_server_that_answers_others_is_not_to_blame() -> None:
    for answers in ((SLOW, 1), (1, SLOW), (1, SLOW, 1), (SLOW, 1, DOWN)):
        pages, failure, count = asked(*answers)
        assert failure is not None and failure.spares_others and count == len(answers)
        assert sorted(told(pages)) == [
            (str(n), each.code if isinstance(each, OutboundError) else "") for n, each in enumerate(answers)
        ]
        assert not any(each.last for each in pages), "The failure is the end"


def test_a_server_that_answers_nothing_is_to_blame() -> None:
    pages, failure, count = asked(*[DOWN] * (MOST_FAILED + 3))
    assert failure is not None and (failure.code, failure.spares_others) == ("server_error", False)
    assert (pages, count) == ([], MOST_FAILED)


def test_a_server_is_not_asked_for_ever() -> None:
    pages, failure, count = asked(1, *[SLOW] * (MOST_FAILED + 3), 1)
    assert failure is not None and failure.spares_others and count == 1 + MOST_FAILED
    assert told(pages) == [("0", ""), *((str(n + 1), "timeout") for n in range(MOST_FAILED))]


def test_who_may_not_ask_asks_no_further() -> None:
    pages, failure, count = asked(1, LOCKED, 1)
    assert failure is LOCKED and not failure.spares_others and (told(pages), count) == ([("0", "")], 2)


def test_more_rows_than_a_measure_has_are_the_questions_fault() -> None:
    pages, failure, _ = asked(MOST_ROWS + 1, 1)
    assert failure is None and told(pages) == [("0", "too_many_rows"), ("1", "")]


def test_nothing_asked_is_a_page_all_the_same() -> None:
    assert asked() == ([ReadingsPage("", last=True)], None, 0)
