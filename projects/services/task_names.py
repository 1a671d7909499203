"""Words that tasks are pushed with, looked up all at once: sprints, people, runs, dataset versions, other tasks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

from mltrack.accounts.models import Member, User
from projects.access import datasets_of
from projects.models import DatasetVersion, Initiative, Run, Sprint, Task
from projects.services.outcomes import Fault
from projects.services.task_input import TaskInput

_WRONG: Final = {
    "sprint": "There is no such sprint in this workspace.",
    "assignee": "This is nobody's address in this workspace.",
    "run": "There is no such run in this initiative.",
    "dataset": "There is no such dataset version in this initiative.",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the words of some inputs stand for. `tasks` are the initiative's own by external id, and all by key."""

    sprints: Mapping[str, Sprint]
    people: Mapping[str, User]
    runs: Mapping[str, Run]
    datasets: Mapping[str, DatasetVersion]
    tasks: Mapping[str, Task]

    def resolved(self, given: TaskInput) -> tuple[dict[str, Any], list[Fault]]:
        """Return the objects by field, and a fault for each word that stands for nothing."""
        tables: dict[str, Mapping[str, Any]] = {
            "sprint": self.sprints,
            "assignee": self.people,
            "run": self.runs,
            "dataset": self.datasets,
        }
        found: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, word in given.named.items():
            found[name] = None
            if word is not None:
                found[name] = tables[name].get(word.lower() if name == "assignee" else word)
                if found[name] is None:
                    faults.append(Fault(f"/{name}", "invalid", _WRONG[name]))
        if found.get("sprint") is not None and found["sprint"].connection_id is not None:
            faults.append(Fault("/sprint", "invalid", "This sprint is mirrored from a tracker: plan it there."))
        return found, faults


def names_of(initiative: Initiative, inputs: Iterable[TaskInput]) -> Names:
    """Return what all words of the inputs stand for; a query for each kind of word that is used."""
    given = list(inputs)
    words = {name: {each.named.get(name) or "" for each in given} - {""} for name in _WRONG}
    blockers = {word for each in given for word in each.blocked_by or ()}
    return Names(
        sprints=_sprints(initiative, words["sprint"]),
        people=_people(initiative, {each.lower() for each in words["assignee"]}),
        runs=_runs(initiative, words["run"]),
        datasets=_datasets(initiative, words["dataset"]),
        tasks=tasks_by_word(initiative, blockers),
    )


def _sprints(initiative: Initiative, words: Collection[str]) -> dict[str, Sprint]:
    """Return sprints by id, and those that are planned here by name."""
    if not words:
        return {}
    named = Q(public_id__in=words) | Q(name__in=words, connection=None)
    found = list(Sprint.objects.filter(named, workspace=initiative.workspace_id))
    by_name = {each.name: each for each in found if each.connection_id is None}
    return by_name | {each.public_id: each for each in found}


def _people(initiative: Initiative, words: Collection[str]) -> dict[str, User]:
    if not words:
        return {}
    members = Member.objects.filter(workspace=initiative.workspace_id, user__email__in=words).select_related("user")
    return {each.user.email: each.user for each in members}


def _runs(initiative: Initiative, words: Collection[str]) -> dict[str, Run]:
    """Return runs that count by external id and by id."""
    if not words:
        return {}
    named = Q(public_id__in=words) | Q(external_id__in=words)
    found = list(Run.objects.filter(named, links__initiative=initiative).order_by("pk"))
    return {each.external_id: each for each in found} | {each.public_id: each for each in found}


def _datasets(initiative: Initiative, words: Collection[str]) -> dict[str, DatasetVersion]:
    """Return dataset versions by digest, of alike ones the newest, and by id."""
    if not words:
        return {}
    named = Q(public_id__in=words) | Q(digest__in=words)
    found = list(datasets_of(initiative).filter(named).order_by("pk"))
    return {each.digest: each for each in found} | {each.public_id: each for each in found}


def tasks_by_word(initiative: Initiative, words: Collection[str]) -> dict[str, Task]:
    """Return tasks of the workspace by key, and the initiative's own that were pushed by external id; keys go first."""
    if not words:
        return {}
    named = Q(initiative=initiative, connection=None, external_id__in=words)
    for key, numbers in _numbers(words).items():
        named |= Q(initiative__key=key, number__in=numbers)
    rows = Task.objects.filter(named, initiative__workspace=initiative.workspace_id).select_related("initiative")
    found = list(rows)
    own = [each for each in found if each.initiative_id == initiative.pk and each.connection_id is None]
    return {each.external_id: each for each in own if each.external_id} | {each.key: each for each in found}


def number_in(initiative: Initiative, key: str) -> int | None:
    """Return the number in a key of the initiative, None for what is no key of it."""
    return next(iter(_numbers([key]).get(initiative.key, ())), None)


def _numbers(words: Iterable[str]) -> dict[str, Sequence[int]]:
    """Return the numbers of tasks by the initiative's key, of the words that look like keys."""
    found: dict[str, list[int]] = {}
    for word in words:
        key, _, number = word.rpartition("-")
        if key and number.isascii() and number.isdigit() and len(number) < 10:
            found.setdefault(key, []).append(int(number))
    return dict(found)
