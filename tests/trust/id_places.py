"""Which properties name a thing: those called as a relation of the models, or that end in id or key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.apps import apps

# They look like ids and name nothing of another workspace.
FREE: Final = {
    "cause": "a text that findings share, looked up among those of the workspace",
    "dataset": "name and digest of a version that is made in the initiative, or a filter within it",
    "board_ids": "ids of the foreign tracker, asked of the connection alone",
    "batch_key": "the name of a key in what the foreign server holds",
    "dataset_key": "the name of a key in what the foreign server holds",
    "alerts": "whether a person wants mails, not rows",
    "annotations": "the rows that are posted, not references",
    "annotator": "what a tool calls a person, kept as a hash within the initiative",
    "blocks": "how the bytes that follow are cut, not rows",
    "experiment_ids": "ids of the foreign server, asked of the connection alone",
    "experiments": "ids of the foreign server, asked of the connection alone",
    "external_id": "the caller's own name of a run, unique within its source",
    "hashes": "of the rows that are posted, not rows here",
    "panels": "the parts that are posted, not references",
    "left": "the name of a split that is posted",
    "overlaps": "what is posted of two splits, not rows",
    "reminders": "whether a person wants mails, not rows",
    "to": "the last day of those that are asked for",
    "right": "the name of a split that is posted",
    "splits": "the parts that are posted, not references",
    "formula": "a text, whose parts are looked up in the workspace (tests/kpis/services/test_formulas.py)",
    "link": "an address elsewhere, as a person gives it",
    "goal": "what a sprint is for, in words",
    "groups": "values of columns, not rows",
    "keys": "whether shortcuts of the keyboard are on, beside other preferences",
    "key": "the name of what is made, or of one of the initiative's own tasks",
    "features": "pairs of an initiative and a name, not rows",
    "links": "titles with web addresses, not rows",
    "members": "names of the models of an ensemble, not rows",
    "metrics": "names with numbers, not rows",
    "evaluation": "a text that is looked up among the initiative's own evaluations",
    "observations": "the rows that are posted, not references",
    "readings": "the rows that are posted, not references",
    "runs": "the rows that are posted, not references",
    "project": "a text that is looked up among the initiative's own labeling projects, or the audit's own tasks",
    "sample_size_key": "the name of a metric, param or tag",
    "task": "the caller's own name of what is labeled, unique within the initiative",
    "tasks": "the rows that are posted, not references",
    "tag_key": "the name of a tag",
    "version": "what is deployed as text, or how often an object was changed; no row",
    "target": "the number that a KPI should reach",
}
# What of theirs is asked of a page in the parameters that name a thing; a word of theirs in those that search.
SEARCHED: Final = {
    "change": "target_id",
    "connection": "connections",
    "initiative": "initiatives",
    "q": "word",
    "run": "run_id",
    "sprint": "sprint_id",
    "text": "word",
    "with": "dataset_id",
}
_ENDS: Final = re.compile(r"(^|_)(id|ids|key|keys)$")


@cache
def relations() -> frozenset[str]:
    """Return the names of the models' relations, and of the models."""
    found = set()
    for label in ("accounts", "projects", "kpis"):
        for model in apps.get_app_config(label).get_models():
            found.add(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower())
            found |= {field.name for field in model._meta.get_fields() if field.is_relation}
    return frozenset(found)


def id_like(name: str) -> bool:
    """Say whether a property looks like the id of something."""
    return name in relations() or bool(_ENDS.search(name))


def names_in(value: Any, name: str = "") -> Iterator[str]:
    """Yield the names under which a body of `<kind>` placeholders has one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from names_in(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from names_in(inner, name)
    elif isinstance(value, str) and value.startswith("<"):
        yield name
