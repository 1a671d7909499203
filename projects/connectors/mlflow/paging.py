"""Reading runs page by page, by key.

MLflow's page tokens are offsets: rows that appear or vanish while paging shift every later page. So each page
asks for what lies at or after the last key seen, and only rows that share one key are paged by token.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mltrack.outbound import OutboundError
from projects.connectors.mlflow.api import Api, repeating
from projects.connectors.mlflow.parse import run_id

Key = Literal["start_time", "end_time"]
Runs = list[dict[str, Any]]

_SMALLEST_PAGE = 50


@dataclass(frozen=True, slots=True)
class Query:
    """Runs of some experiments in the order of one key; `since` in epoch milliseconds, inclusive."""

    experiment_ids: Sequence[str]
    key: Key
    since: int | None = None
    condition: str = ""
    view: str = "ACTIVE_ONLY"


class RunPager:
    """Pages of `runs/search`. The page shrinks by itself when the server's answers are too large or slow."""

    def __init__(self, api: Api, page_size: int) -> None:
        self._api = api
        self.size = page_size

    def pages(self, query: Query) -> Iterator[tuple[Runs, int | None]]:
        """Yield (runs not yet seen, key reached) until the server has no more.

        Everything before the key reached has been yielded, so that it may be kept as a place to resume from.
        Raises ConnectorError `repeating_page` when the server does not move on.
        """
        at, seen = query.since, set[str]()
        while True:
            runs, more = self._search(query, _at_or_after(query.key, at), "")
            _refuse_earlier(runs, query.key, at)
            last = max((_key_of(run, query.key) for run in runs), default=0)
            fresh = [run for run in runs if run_id(run) not in seen]
            yield fresh, last if runs else at
            if not more:
                return
            if last == at or (at is None and last == 0):
                seen.update(run_id(run) for run in runs)
                yield from self._ties(query, at, seen)
                if at is None:
                    return
                at, seen = at + 1, set()
            else:
                at, seen = last, {run_id(run) for run in runs if _key_of(run, query.key) == last}

    def by_ids(self, experiment_ids: Sequence[str], ids: Sequence[str]) -> Runs:
        """Return the active ones among the runs with these ids (at most 100), in as many pages as that takes.

        None where the server cannot be asked for ids.
        """
        quoted = ", ".join(f"'{each}'" for each in ids if each.isalnum())
        query = Query(experiment_ids, "start_time", condition=f"attributes.run_id IN ({quoted})")
        found: Runs = []
        token = ""
        try:
            while True:
                runs, token = self._search(query, "", token)
                found += runs
                if not token or not runs or len(found) >= len(ids):
                    return found
        except OutboundError as error:
            if error.status == 400:
                return []
            raise

    def _ties(self, query: Query, at: int | None, seen: set[str]) -> Iterator[tuple[Runs, int | None]]:
        """Page by token through the rows that share one key."""
        condition = "" if at is None else f"attributes.{query.key} = {at}"
        patience = len(seen) // self.size + 2
        token = ""
        while True:
            runs, token = self._search(query, condition, token)
            fresh = [run for run in runs if run_id(run) not in seen]
            seen.update(run_id(run) for run in fresh)
            if fresh:
                yield fresh, at
            elif token:
                patience -= 1
            if not token:
                return
            if patience <= 0:
                raise repeating()

    def _search(self, query: Query, condition: str, token: str) -> tuple[Runs, str]:
        body: dict[str, Any] = {
            "experiment_ids": list(query.experiment_ids),
            "filter": " and ".join(each for each in (query.condition, condition) if each),
            "order_by": [f"attributes.{query.key} ASC"],
            "run_view_type": query.view,
        }
        if token:
            body["page_token"] = token
        while True:
            try:
                return self._api.search_runs({**body, "max_results": self.size})
            except OutboundError as error:
                if error.code != "too_large" or self.size <= _SMALLEST_PAGE:
                    raise
                self.size = max(self.size // 4, _SMALLEST_PAGE)


def _at_or_after(key: Key, at: int | None) -> str:
    return "" if at is None else f"attributes.{key} >= {at}"


def _key_of(run: dict[str, Any], key: Key) -> int:
    info = run.get("info")
    value = info.get(key) if isinstance(info, dict) else None
    try:
        return int(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0


def _refuse_earlier(runs: Runs, key: Key, at: int | None) -> None:
    """Raise when the server sends what was not asked for: it would be asked for the same for ever."""
    if at is not None and any(_key_of(run, key) < at for run in runs):
        raise repeating()
