"""Questions asked one after the other, answers cut into pages: what every connector of readings does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from mltrack.outbound import OutboundClient, OutboundError
from projects.connectors.base import ConnectorError, plain_auth
from projects.connectors.reading_records import (
    MOST_REJECTED,
    MOST_ROWS,
    PAGE_ROWS,
    RawReading,
    ReadingsPage,
    RejectedRow,
    SeriesQuery,
)

OF_THE_QUESTION = ("bad_query", "bad_request", "not_found", "too_many_rows", "too_large", "unprocessable", "bad_file")
"""Codes of failures that lie with one question: the others of a connection are asked all the same."""
PERHAPS_OF_THE_QUESTION = ("timeout", "server_error", "bad_answer", "not_json", "connection_broken")
"""Codes of failures that lie with the server, unless it answers another question."""
MOST_FAILED: Final = 3
"""After so many of the latter a server is asked nothing more until its next pull."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that one question brought."""

    rows: Sequence[RawReading] = ()
    rejected: Sequence[RejectedRow] = ()
    warning: str = ""
    digest: str = ""


class WebReadings:
    """The connector of readings of a web server without options; each kind says how it asks."""

    auth_of = staticmethod(plain_auth)

    def __init__(self, client: OutboundClient, options: Mapping[str, Any]) -> None:
        if options:
            text = f"There is no option {next(iter(options))!r:.100}."
            raise ConnectorError(text, permanent=True, code="bad_options")
        self._client = client

    def fetch_readings(self, queries: Sequence[SeriesQuery], now: datetime) -> Iterator[ReadingsPage]:
        """Yield the readings of each question, from its `since` on. Raises ConnectorError."""
        return pages_of(queries, self._ask, lambda: self._client.requests)

    def _ask(self, query: SeriesQuery) -> Answer:
        raise NotImplementedError


def pages_of(
    queries: Sequence[SeriesQuery], ask: Callable[[SeriesQuery], Answer], count: Callable[[], int]
) -> Iterator[ReadingsPage]:
    """Yield the pages of every question. `count` tells how many requests were sent so far.

    Raises ConnectorError, which `spares_others` where the server answered another question.
    """
    failed: list[tuple[ConnectorError, ReadingsPage]] = []
    sent, answered = count(), False
    for place, query in enumerate(queries, 1):
        is_last = place == len(queries) and not failed
        try:
            answer = _asked(ask, query)
        except ConnectorError as error:
            problem, requests = (error.code, error.text), count() - sent
            page = ReadingsPage(query.id, problem=problem, last=is_last, requests=requests, version=query.version)
            if error.code in OF_THE_QUESTION:
                yield page
            elif error.code in PERHAPS_OF_THE_QUESTION:
                failed.append((error, replace(page, last=False)))
                if len(failed) == MOST_FAILED:
                    break
            else:
                raise
        else:
            answered = True
            yield from _pages(query, answer, count() - sent, is_last=is_last)
        sent = count()
    if failed:
        yield from (page for _, page in failed if answered)
        failed[0][0].spares_others = answered
        raise failed[0][0]
    if not queries:
        yield ReadingsPage("", last=True)


def _asked(ask: Callable[[SeriesQuery], Answer], query: SeriesQuery) -> Answer:
    try:
        answer = ask(query)
    except OutboundError as error:
        raise ConnectorError.from_outbound(error) from error
    if len(answer.rows) > MOST_ROWS:
        raise too_many()
    return answer


def _pages(query: SeriesQuery, answer: Answer, requests: int, *, is_last: bool) -> Iterator[ReadingsPage]:
    parts = range(0, max(1, len(answer.rows)), PAGE_ROWS)
    for start in parts:
        ends = start == parts[-1]
        yield ReadingsPage(
            query.id,
            answer.rows[start : start + PAGE_ROWS],
            answer.rejected[:MOST_REJECTED] if ends else (),
            warning=answer.warning,
            digest=answer.digest if ends else "",
            ends=ends,
            last=ends and is_last,
            requests=requests if ends else 0,
            version=query.version,
        )


def too_many() -> ConnectorError:
    """Return the failure of a question that brings more than a measure has."""
    text = f"This brings more than {MOST_ROWS:,} readings. Sum them up by period in the question, or begin later."
    return ConnectorError(text, permanent=True, code="too_many_rows")
