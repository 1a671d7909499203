"""After the faults: drain, then compare everything with what was posted and with what the servers hold, exactly."""

from __future__ import annotations

import http.client
from typing import Any

import psycopg2

from tests.chaos.grounds import Grounds
from tests.chaos.load import Ledger
from tests.chaos.names import KEYS
from tests.servers.client import Client
from tests.trees import eventually

_PUSHED = """
SELECT i.key, r.external_id, m.value FROM projects_run r JOIN projects_initiative i ON i.id = r.pushed_to_id
LEFT JOIN projects_metricvalue m ON m.run_id = r.id
"""
_PULLED = """
SELECT r.external_id, m.key, m.value FROM projects_run r JOIN projects_connection c ON c.id = r.connection_id
LEFT JOIN projects_metricvalue m ON m.run_id = r.id WHERE r.deleted_at IS NULL AND c.public_id = %s
"""
_LINKS = """
SELECT count(*) FROM projects_run r LEFT JOIN projects_runlink l ON l.run_id = r.id
WHERE r.deleted_at IS NULL AND l.id IS NULL
"""


def drain(grounds: Grounds, seconds: float = 120.0) -> list[str]:
    """Ask every connection for a pull, and wait until nothing is left to do; return what never ended."""
    if not grounds.is_back(90):
        return ["the product does not answer"]
    since = grounds.rows("SELECT clock_timestamp()")[0][0]
    for each in grounds.world.connections:
        if not eventually(lambda each=each: _ask_sync(grounds, each), 30):  # type: ignore[misc]
            return ["no pull can be asked for"]
    open_questions = {
        "pulls since the last fault": ("SELECT count(*) FROM projects_connection WHERE last_ok IS NULL OR last_ok < %s",
                                       (since,)),
        "attempts that run": ("SELECT count(*) FROM projects_syncattempt WHERE state IN ('queued', 'running')", ()),
        "initiatives to judge": ("SELECT count(*) FROM projects_judgedue", ()),
    }  # fmt: skip
    found = []
    for words, (statement, values) in open_questions.items():
        if not eventually(lambda s=statement, v=values: _none(grounds, s, *v), seconds):  # type: ignore[misc]
            found.append(f"{words}: not done within {seconds:g} s")
    return found


def differences(grounds: Grounds, ledger: Ledger, *, answers: bool = True) -> list[str]:
    """Return everything that is not as it should be; `answers` judges every initiative anew, which takes seconds."""
    found = [f"an answer that nobody should see: {each}" for each in ledger.wrong]
    pushed = [((key, name), value) for key, name, value in grounds.rows(_PUSHED)]
    found += compare("pushed runs", pushed, ledger.runs)
    readings = grounds.rows("SELECT time, value FROM kpis_reading")
    found += compare("readings", readings, ledger.readings)
    for public_id, mlflow in zip(grounds.world.connections, grounds.mlflows):
        here = [((name, key), value) for name, key, value in grounds.rows(_PULLED, public_id)]
        there = {
            (run["info"]["run_id"], each["key"]): each["value"]
            for run in mlflow.runs
            if run["info"]["lifecycle_stage"] == "active"
            for each in run["data"]["metrics"]
        }
        found += compare(f"runs of {public_id}", here, there)
    if unlinked := grounds.rows(_LINKS)[0][0]:
        found.append(f"{unlinked} runs count for no initiative")
    trouble = grounds.rows("SELECT name, last_error_text FROM projects_connection WHERE paused OR failures > 0")
    found += [f"{name} is still in trouble: {text}" for name, text in trouble]
    if answers:
        found += [f"{key} was judged otherwise" for key in grounds.deed("judged")]
    judged = grounds.rows("SELECT count(*) FROM kpis_readinesssnapshot WHERE is_latest")[0][0]
    return found if judged == len(KEYS) else [*found, f"{judged} initiatives have an answer"]


def compare(what: str, here: list[tuple[Any, Any]], there: dict[Any, Any]) -> list[str]:
    """Return how rows differ from the truth: lost, too many, twice, other."""
    kept = dict(here)
    lost, extra = there.keys() - kept.keys(), kept.keys() - there.keys()
    other = [key for key in there.keys() & kept.keys() if there[key] != kept[key]]
    kinds = {"lost": lost, "that nobody sent": extra, "of another value": other}
    found = [f"{what}: {len(keys)} {word}, such as {sorted(keys)[:3]}" for word, keys in kinds.items() if keys]
    return found if len(kept) == len(here) else [*found, f"{what}: {len(here) - len(kept)} twice"]


def _none(grounds: Grounds, statement: str, *values: Any) -> bool:
    try:
        return bool(grounds.rows(statement, *values)[0][0] == 0)
    except psycopg2.Error:
        return False


def _ask_sync(grounds: Grounds, public_id: str) -> bool:
    try:
        path = f"/api/v1/connections/{public_id}/sync/"
        return Client(grounds.tree.url, grounds.world.token).post(path, None).status == 202
    except (OSError, http.client.HTTPException):
        return False
