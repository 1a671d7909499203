"""The connector against servers that misbehave: every pull ends, with words."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from itertools import cycle
from typing import Any
from urllib.parse import parse_qs

import pytest

from mltrack.outbound import BearerAuth
from projects.connectors.base import ConnectorError
from projects.connectors.mlflow import MLflowConnector
from projects.connectors.mlflow.api import Api
from projects.connectors.mlflow.options import Options
from projects.connectors.mlflow.paging import RunPager
from projects.connectors.records import Page
from tests.projects.connectors.mlflow_pulls import Store, client_of
from tests.servers import hostile
from tests.servers.hostile import Answer, Handler, HostileServer, as_json, by_path, raw

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
START = 1_750_000_000_000
EXPERIMENTS = as_json({"experiments": [{"experiment_id": "1", "name": "one", "lifecycle_stage": "active"}]})


def raw_run(number: int, start: int = START, **info: Any) -> dict[str, Any]:
    known = {"run_id": f"r{number}", "experiment_id": "1", "run_name": f"run {number}", "status": "FINISHED"}
    return {"info": known | {"start_time": start, "end_time": start + 10} | info, "data": {}}


def mlflow_with(runs: Answer, **others: Answer) -> Answer:
    """A server whose other calls are well."""
    calls = {"experiments/search": EXPERIMENTS, "runs/search": runs}
    named = {name.replace("__", "/").replace("_", "-"): answer for name, answer in others.items()}
    return by_path({**calls, **named}, otherwise=as_json({}))


def pull(server: HostileServer, most_pages: int = 50, **options: Any) -> list[Page]:
    pages: list[Page] = []
    with client_of(server.url, timeout=5.0) as client:
        for page in MLflowConnector(client, options).fetch_runs({}, NOW):
            pages.append(page)
            assert len(pages) < most_pages, "the pull does not end"
    return pages


def failure(server: HostileServer, **options: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        pull(server, **options)
    return caught.value


def test_runs_asked_for_by_id_come_whatever_the_size_of_a_page(hostile_server: HostileServer) -> None:
    def search(handler: Handler) -> None:
        asked = json.loads(handler.body)
        start = int(asked.get("page_token") or 0)
        end = start + asked["max_results"]
        as_json({"runs": known[start:end], "next_page_token": str(end)})(handler)

    known = [raw_run(number) for number in range(5)]
    hostile_server.script = [mlflow_with(search)]
    with client_of(hostile_server.url, timeout=5.0) as client:
        found = RunPager(Api(client, Options()), 2).by_ids(["1"], [f"r{number}" for number in range(5)])
    assert found == known


@pytest.mark.parametrize(
    "misbehaviour, code, permanent",
    [
        (raw(500), "server_error", False),
        (raw(429, Retry_After="30"), "rate_limited", False),
        (raw(401), "unauthorized", True),
        (raw(403), "forbidden", True),
        (hostile.html, "not_json", False),
        (hostile.half_json, "not_json", False),
        (hostile.wrong_length, "connection_broken", False),
        (hostile.reset, "connection_broken", False),
        (hostile.silence, "timeout", False),
        (hostile.dripping, "timeout", False),
        (as_json([]), "bad_answer", False),
        (as_json({"runs": {}}), "bad_answer", False),
        (as_json({"runs": [1]}), "bad_answer", False),
        (as_json(None), "bad_answer", False),
    ],
)
def test_each_misbehaviour_of_the_run_search_is_said(
    hostile_server: HostileServer, misbehaviour: Answer, code: str, permanent: bool
) -> None:
    hostile_server.script = [mlflow_with(misbehaviour)]
    began = time.monotonic()
    error = failure(hostile_server)
    assert (error.code, error.permanent) == (code, permanent)
    assert error.retry_after == (30.0 if code == "rate_limited" else None)
    assert time.monotonic() - began < 20


def test_a_limit_in_the_middle_keeps_what_came_before(hostile_server: HostileServer) -> None:
    first = as_json({"runs": [raw_run(1), raw_run(2, START + 1)], "next_page_token": "t"})
    answers = iter([first, raw(429, Retry_After="5")])
    hostile_server.script = [mlflow_with(lambda handler: next(answers)(handler))]
    store = Store()
    with pytest.raises(ConnectorError) as caught:
        store.pull(hostile_server.url, NOW, page_size=2)
    assert caught.value.retry_after == 5.0
    assert store.runs.keys() == {"r1", "r2"}
    assert store.cursor["partial"] == {"ids": ["1"], "key": "start_time", "at": START + 1}


@pytest.mark.parametrize("token", ["same", ""])
@pytest.mark.parametrize("spread", [0, 1000])
def test_the_same_page_for_ever_ends_with_an_error_or_an_end(
    hostile_server: HostileServer, token: str, spread: int
) -> None:
    runs = [raw_run(number, START + number * spread) for number in range(3)]
    hostile_server.script = [mlflow_with(as_json({"runs": runs, "next_page_token": token}))]
    if token:
        assert failure(hostile_server, page_size=3).code == "repeating_page"
    else:
        pages = pull(hostile_server, page_size=3)
        assert [each.external_id for page in pages for each in page.records] == ["r0", "r1", "r2"]


@pytest.mark.parametrize("start", [0, None])
def test_the_same_page_for_ever_without_keys_ends_too(hostile_server: HostileServer, start: int | None) -> None:
    runs = [raw_run(number, start_time=start) for number in range(3)]
    hostile_server.script = [mlflow_with(as_json({"runs": runs, "next_page_token": "again"}))]
    assert failure(hostile_server, page_size=3).code == "repeating_page"


def test_pages_that_go_back_end(hostile_server: HostileServer) -> None:
    late = as_json({"runs": [raw_run(1, START), raw_run(2, START + 9)], "next_page_token": "t"})
    early = as_json({"runs": [raw_run(3, START - 9), raw_run(4, START - 5)], "next_page_token": "t"})
    answers = cycle([late, early])
    hostile_server.script = [mlflow_with(lambda handler: next(answers)(handler))]
    assert failure(hostile_server, page_size=2).code == "repeating_page"
    assert len(hostile_server.seen) == 3


def test_empty_pages_with_a_token_for_ever_end(hostile_server: HostileServer) -> None:
    hostile_server.script = [mlflow_with(as_json({"next_page_token": "again"}))]
    assert failure(hostile_server).code == "repeating_page"


@pytest.mark.parametrize("call", ["registered_models__search", "model_versions__search"])
def test_a_registry_that_repeats_itself_ends(hostile_server: HostileServer, call: str) -> None:
    page = {"registered_models": [{"name": "m"}], "model_versions": [{"name": "m"}], "next_page_token": "t"}
    good = as_json({"registered_models": [{"name": "m"}]})
    answers: dict[str, Any] = {"registered_models__search": good, call: as_json(page)}
    hostile_server.script = [mlflow_with(as_json({}), **answers)]
    assert failure(hostile_server).code == "repeating_page"


@pytest.mark.parametrize("status", [404, 501])
def test_a_server_without_a_registry_is_pulled(hostile_server: HostileServer, status: int) -> None:
    hostile_server.script = [mlflow_with(as_json({"runs": [raw_run(1)]}), registered_models__search=raw(status))]
    pages = pull(hostile_server)
    assert [len(page.records) for page in pages] == [1, 0]
    assert pages[-1].last and pages[-1].model_versions == []


def test_a_poison_row_is_rejected_and_the_page_goes_on(hostile_server: HostileServer) -> None:
    runs = [
        raw_run(1),
        raw_run(2, run_id="x\x00y"),
        raw_run(3, status="MELTING"),
        raw_run(4, run_name="\ud800 <script>\x00"),
        raw_run(5, end_time=10**17),
        {"info": None},
    ]
    hostile_server.script = [mlflow_with(as_json({"runs": runs}))]
    page = pull(hostile_server)[0]
    assert [each.external_id for each in page.records] == ["r1", "r4"]
    assert page.records[1].name == "\ufffd <script>\ufffd"
    assert [each.external_id for each in page.rejected] == ["x\ufffdy", "r3", "r5", ""]


def test_pages_shrink_until_the_answers_fit(hostile_server: HostileServer) -> None:
    sizes: list[int] = []

    def runs(handler: Handler) -> None:
        asked = json.loads(handler.body)
        sizes.append(asked["max_results"])
        padding = "x" * 1000 * asked["max_results"]
        as_json({"runs": [raw_run(1, run_name=padding[:100])], "padding": padding})(handler)

    hostile_server.script = [mlflow_with(runs)]
    with client_of(hostile_server.url, max_bytes=100_000) as client:
        pages = list(MLflowConnector(client, {"page_size": 1000}).fetch_runs({}, NOW))
    assert sizes == [1000, 250, 62]
    assert [each.external_id for page in pages for each in page.records] == ["r1"]


def test_answers_that_never_fit_are_an_error(hostile_server: HostileServer) -> None:
    hostile_server.script = [mlflow_with(hostile.gzip_bomb)]
    with client_of(hostile_server.url, max_bytes=100_000) as client, pytest.raises(ConnectorError) as caught:
        list(MLflowConnector(client, {}).fetch_runs({}, NOW))
    assert caught.value.code == "too_large"


def test_secret_and_workspace_travel_with_every_request(hostile_server: HostileServer) -> None:
    hostile_server.script = [mlflow_with(as_json({"runs": [raw_run(1)]}))]
    with client_of(hostile_server.url + "/base", auth=BearerAuth("t0ken")) as client:
        list(MLflowConnector(client, {"workspace": "team-a"}).fetch_runs({}, NOW))
    assert len(hostile_server.seen) == 3
    for _, path, headers, _ in hostile_server.seen:
        assert path.startswith("/base/api/2.0/mlflow/")
        assert (headers["authorization"], headers["x-mlflow-workspace"]) == ("Bearer t0ken", "team-a")


def test_a_workspace_that_cannot_be_a_header_is_refused(hostile_server: HostileServer) -> None:
    with client_of(hostile_server.url) as client, pytest.raises(ConnectorError) as caught:
        MLflowConnector(client, {"workspace": "a\r\nX-Evil: 1"})
    assert caught.value.permanent and hostile_server.seen == []


def test_the_servers_own_words_are_passed_on(hostile_server: HostileServer) -> None:
    words = {"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid clause"}
    hostile_server.script = [mlflow_with(as_json(words, 400))]
    assert "Invalid clause" in str(failure(hostile_server))


def test_a_server_that_cannot_search_by_id_is_still_pulled(hostile_server: HostileServer) -> None:
    def runs(handler: Handler) -> None:
        by_id = b"run_id IN" in handler.body
        (raw(400) if by_id else as_json({}))(handler)

    hostile_server.script = [mlflow_with(runs)]
    cursor = {"version": 1, "marks": {"1": 10}, "partial": None, "sweep_from": 5, "deleted_at": 5, "open": ["abc"]}
    with client_of(hostile_server.url) as client:
        pages = list(MLflowConnector(client, {"sweep_seconds": 10**12}).fetch_runs(cursor, NOW))
    assert any(b"run_id IN ('abc')" in body for _, _, _, body in hostile_server.seen)
    assert pages[-1].last


def test_a_bulk_history_at_its_limit_is_read_run_by_run(hostile_server: HostileServer) -> None:
    full = {"metrics": [{"run_id": "a", "step": 1, "value": 1.0}] * 25_000}
    one = {"metrics": [{"step": 1, "value": 1.0, "timestamp": 1}], "next_page_token": "more"}
    two = {"metrics": [{"step": 2, "value": "NaN", "timestamp": 2}]}

    def history(handler: Handler) -> None:
        as_json(two if "page_token=more" in handler.path else one)(handler)

    hostile_server.script = [by_path({"get-history-bulk": as_json(full), "get-history": history})]
    with client_of(hostile_server.url) as client:
        found = MLflowConnector(client, {}).fetch_metric_history(["a", "b"], "loss")
    assert {run: [each.step for each in record.points] for run, record in found.items()} == {"a": [1, 2], "b": [1, 2]}
    assert found["b"].points[1].special == "nan"
    assert [(record.read, record.is_whole) for record in found.values()] == [(2, True), (2, True)]


def test_a_history_without_an_end_is_cut_and_marked(hostile_server: HostileServer) -> None:
    full = {"metrics": [{"run_id": "a", "step": 1, "value": 1.0}] * 25_000}

    def history(handler: Handler) -> None:
        asked = parse_qs(handler.path.partition("?")[2])
        page = int(asked.get("page_token", ["0"])[0])
        following = {} if asked["run_id"] == ["b"] and page == 39 else {"next_page_token": str(page + 1)}
        as_json({"metrics": [{"step": page, "value": 1.0, "timestamp": 1}], **following})(handler)

    hostile_server.script = [by_path({"get-history-bulk": as_json(full), "get-history": history})]
    with client_of(hostile_server.url) as client:
        found = MLflowConnector(client, {}).fetch_metric_history(["a", "b"], "loss")
    assert {run: (record.read, record.is_whole) for run, record in found.items()} == {"a": (40, False), "b": (40, True)}
    assert [each.step for each in found["a"].points] == list(range(40))


def test_a_history_that_repeats_its_token_ends(hostile_server: HostileServer) -> None:
    full = as_json({"metrics": [{"run_id": "a", "step": 1, "value": 1.0}] * 25_000})
    same = as_json({"metrics": [], "next_page_token": "same"})
    hostile_server.script = [by_path({"get-history-bulk": full, "get-history": same})]
    with client_of(hostile_server.url) as client, pytest.raises(ConnectorError) as caught:
        MLflowConnector(client, {}).fetch_metric_history(["a"], "loss")
    assert caught.value.code == "repeating_page"


def test_an_address_that_is_not_allowed_is_said(hostile_server: HostileServer) -> None:
    client = client_of(hostile_server.url, allowed_networks=())
    with client, pytest.raises(ConnectorError) as caught:
        MLflowConnector(client, {}).test()
    assert caught.value.code == "address_refused" and "MLTRACK_ALLOWED_NETWORKS" in caught.value.text
