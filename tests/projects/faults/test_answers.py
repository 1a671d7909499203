"""A server that fails in the middle of a pull: what came stays, the reason is told, the next attempt finishes."""

from __future__ import annotations

import pytest

from projects.models import Connection, Run
from tests.projects.faults.shown import pulls_shown
from tests.projects.faults.workers import assert_equals, sync
from tests.projects.little_mlflow import LittleMLflow
from tests.samples import sampled
from tests.servers.hostile import (
    Answer,
    dripping,
    gzip_bomb,
    half_json,
    html,
    raw,
    reset,
    silence,
    wrong_length,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.mark.parametrize(
    ("answer", "words"),
    sampled(
        [
            (raw(500), "failed (500)"),
            (raw(429, Retry_After="1"), "fewer requests"),
            (raw(429, Retry_After="Sun, 06 Nov 1994 08:49:37 GMT"), "fewer requests"),
            (raw(401), "credentials"),
            (half_json, "JSON"),
            (html, "JSON"),
            (wrong_length, "broke"),
            (reset, "broke"),
            (gzip_bomb, "JSON"),
            (dripping, "within 2 seconds"),
            (silence, "within 2 seconds"),
        ],
        keep=4,
    ),
    ids=["500", "429", "429-date", "401", "half", "html", "length", "reset", "bomb", "dripping", "silence"],
)
def test_a_bad_answer(connection: Connection, mlflow: LittleMLflow, answer: Answer, words: str) -> None:
    mlflow.fail_search = dict.fromkeys(range(3, 200), answer)
    code, output = sync(connection, MLTRACK_LEASE_SECONDS="60")
    assert code == 1
    assert words in output
    connection.refresh_from_db()
    assert connection.last_error_text
    assert connection.last_error_text in output
    assert 0 < Run.objects.count() < len(mlflow.runs)
    (failed,) = pulls_shown(connection)
    assert failed.startswith("Failed ") and connection.last_error_text in failed and words in failed
    mlflow.fail_search = {}
    code, output = sync(connection, MLTRACK_LEASE_SECONDS="60")
    assert code == 0, output
    assert_equals(connection, mlflow)
    connection.refresh_from_db()
    assert (connection.last_error_text, connection.failures) == ("", 0)
    done, before = pulls_shown(connection)
    assert done.startswith("Done ") and words not in done
    assert before.startswith("Failed ") and words in before
