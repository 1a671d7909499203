"""The words of a tracker's tasks, how many tasks have each, and what a mapping makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Count

from projects.models import Connection, Task
from projects.progress.delivery_words import guessed_status, guessed_type, meaning_of


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word of the tracker, how many tasks here have it, and what it is here.

    `chosen` is what the mapping says, "" where it is guessed; `guess` is "" where nothing is likely.
    """

    word: str
    count: int
    chosen: str
    guess: str

    @property
    def is_unknown(self) -> bool:
        """Say whether nobody knows what it means."""
        return not self.chosen and not self.guess


@dataclass(frozen=True, slots=True)
class TrackerWording:
    """The words of a connection for statuses and types, the most frequent first."""

    statuses: tuple[WordRow, ...]
    types: tuple[WordRow, ...]

    @property
    def unknown(self) -> int:
        """Return how many tasks have a status that nobody knows: they count as still to do."""
        return sum(each.count for each in self.statuses if each.is_unknown)


def tracker_wording(connection: Connection, statuses: Mapping[str, int], types: Mapping[str, int]) -> TrackerWording:
    """Return the words of the tasks that are here and of the mapping, in two queries.

    `statuses` and `types` are words that the tracker lists, which no task here may have yet.
    """
    options = connection.options
    return TrackerWording(
        _rows(connection, "external_status", statuses, options.get("statuses", {}), guessed_status),
        _rows(connection, "external_type", types, options.get("types", {}), guessed_type),
    )


def _rows(
    connection: Connection,
    field: str,
    listed: Mapping[str, int],
    mapping: Mapping[str, str],
    guess: Callable[[str], str | None],
) -> tuple[WordRow, ...]:
    tasks = Task.objects.filter(connection=connection, deleted_at=None)
    counts = {**dict.fromkeys([*listed, *mapping], 0), **dict(tasks.values_list(field).annotate(n=Count("pk")))}
    counts.pop("", None)
    rows = [WordRow(word, n, meaning_of(word, mapping, "") or "", guess(word) or "") for word, n in counts.items()]
    return tuple(sorted(rows, key=lambda each: (-each.count, each.word.casefold())))
