"""Any calls of pushed runs end as the contract says: absent stays, mappings merge by key, null removes, last wins."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mltrack.accounts.access import Principal
from projects.models import Initiative, Run, RunLink
from projects.services.runs import push_runs
from tests.factories import make_initiative, make_workspace

Items = list[dict[str, Any]]
END = "2026-01-05T10:00:00+00:00"

keys = st.sampled_from(["a", "b", "c/d"])
numbers = st.sampled_from([0.5, 1, "NaN", "-Infinity", None])
words = st.sampled_from(["x", "", 'q"\\\t', 7, True, None])
items = st.fixed_dictionaries(
    {"external_id": st.sampled_from(["r1", "r2", "r3"]), "ended_at": st.just(END)},
    optional={
        "name": st.sampled_from(["first", "second", None]),
        "status": st.sampled_from(["finished", "failed"]),
        "params": st.none() | st.dictionaries(keys, words, max_size=3),
        "tags": st.none() | st.dictionaries(keys, words, max_size=3),
        "metrics": st.none() | st.dictionaries(keys, numbers, max_size=3),
    },
)
Model = dict[str, dict[str, Any]]


@pytest.fixture
def initiative(db: None) -> Initiative:
    return make_initiative(make_workspace())


def merged(model: Model, item: dict[str, Any]) -> None:
    """Do to a plain dict what the contract says of one item."""
    blank = {"name": "", "status": "finished", "params": {}, "tags": {}, "metrics": {}}
    run = model.setdefault(item["external_id"], blank)
    for name in ("name", "status"):
        if name in item:
            run[name] = item[name] or ""
    for name in ("params", "tags", "metrics"):
        if name in item and item[name] is None:
            run[name] = {}
        for key, value in (item.get(name) or {}).items():
            if value is None:
                run[name].pop(key, None)
            else:
                run[name][key] = value if name == "metrics" else _word(value)


def _word(value: Any) -> str:
    return "true" if value is True else str(value)


def stored(initiative: Initiative) -> Model:
    found: Model = {}
    words = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    for run in Run.objects.filter(pushed_to=initiative).prefetch_related("metrics"):
        metrics = {each.key: words[each.special] if each.special else each.value for each in run.metrics.all()}
        parts = {"params": run.params, "tags": run.tags, "metrics": metrics}
        found[run.external_id] = {"name": run.name, "status": run.status, **parts}
        assert run.ended_at is not None and run.ended_at.isoformat() == END
    return found


@given(calls=st.lists(st.lists(items, min_size=1, max_size=5), min_size=1, max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_table_ends_as_the_contract_says(initiative: Initiative, calls: list[Items]) -> None:
    Run.objects.all().delete()
    owner = Principal(workspace=initiative.workspace, role="admin", user=initiative.owner)
    model: Model = {}
    for call in calls:
        before = deepcopy(model)
        for item in call:
            merged(model, item)
        outcomes = push_runs(owner, initiative, call)
        assert stored(initiative) == model
        assert [each.external_id for each in outcomes] == [item["external_id"] for item in call]
        for name, state in {each.external_id: each.state for each in outcomes}.items():
            assert (state == "created") == (name not in before)
            assert state != "unchanged" or before[name] == model[name]
        assert {each.state for each in push_runs(owner, initiative, call)} <= {"unchanged", "updated"}
        assert stored(initiative) == model or any(has_null(item) for item in call)
        model = stored(initiative)
    assert RunLink.objects.filter(initiative=initiative).count() == len(model)


def has_null(item: dict[str, Any]) -> bool:
    """Say whether an item removes something, so that a call told twice need not end as told once."""
    parts = [item.get(name, {}) for name in ("params", "tags", "metrics")]
    return None in parts or any(None in part.values() for part in parts if part)
