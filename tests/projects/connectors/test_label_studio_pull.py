"""What a pull of labels asks for, and that nothing is missed, lost or doubled whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from projects.connectors.base import ConnectorError
from tests.projects.connectors.labeling_pulls import LabelStore, asked_of, sent
from tests.projects.connectors.mlflow_pulls import client_of
from tests.projects.little_label_studio import FIRST, LittleLabelStudio, annotation, iso, label_task
from tests.servers.hostile import Answer, HostileServer, as_json, half_json, html, raw, reset

NOW = FIRST + timedelta(days=1)
HOUR = timedelta(hours=1)


def tasks(count: int, first: int = 1) -> list[dict[str, Any]]:
    return [label_task(n, annotation(n, n % 2 + 1, "spam" if n % 3 else "ham")) for n in range(first, first + count)]


@pytest.fixture
def studio() -> LittleLabelStudio:
    return LittleLabelStudio({1: tasks(25)})


@pytest.fixture
def server(studio: LittleLabelStudio) -> Iterator[HostileServer]:
    with studio.serve() as server:
        yield server


@pytest.fixture
def store(server: HostileServer) -> LabelStore:
    return LabelStore(server.url, options={"page_size": 10})


def change(studio: LittleLabelStudio, number: int, at: datetime, *annotations: dict[str, Any]) -> None:
    (task,) = [each for each in studio.projects[1] if each["id"] == number]
    task.update(annotations=[*task["annotations"], *annotations], updated_at=iso(at))


def test_a_first_pull_reads_all_in_the_order_of_ids(store: LabelStore, studio: LittleLabelStudio) -> None:
    pages = store.pull(NOW)
    assert sent(pages) == [str(number) for number in range(1, 26)]
    assert [page.last for page in pages] == [False, False, False, False, True]
    assert asked_of(pages) == len(studio.asked) == 5
    record = store.projects["1"]
    assert (record.name, record.overlap, record.total, record.labeled, record.finished) == ("Mails 1", 2, 25, 25, 0)
    assert record.counted_at == NOW and record.url.endswith("/projects/1/data")
    assert store.labels()["3"] == [("user 2", "ham")]
    assert store.rejected == {}


def test_a_second_pull_asks_for_what_changed(store: LabelStore, studio: LittleLabelStudio) -> None:
    store.pull(NOW)
    studio.now = NOW + HOUR
    for number in (2, 7):
        change(studio, number, NOW + HOUR, annotation(100 + number, 3, "ham", NOW + HOUR))
    pages = store.pull(NOW + HOUR / 2)
    assert (sent(pages), asked_of(pages)) == (["2", "7"], 2)
    assert store.labels()["2"][-1] == ("user 3", "ham")


def test_an_idle_pull_asks_two_questions(store: LabelStore) -> None:
    store.pull(NOW)
    pages = store.pull(NOW + timedelta(minutes=1))
    assert (sent(pages), asked_of(pages)) == ([], 2)
    assert store.projects["1"].total == 25


def test_changes_of_one_moment_are_all_read(store: LabelStore, studio: LittleLabelStudio) -> None:
    for task in studio.projects[1]:
        task["updated_at"] = iso(NOW - HOUR)
    assert len(sent(store.pull(NOW))) == 25
    for number in range(1, 24):
        change(studio, number, NOW + HOUR)
    studio.now = NOW + HOUR * 2
    assert len(sent(store.pull(NOW + HOUR / 2))) == 23
    assert sent(store.pull(NOW + HOUR / 2)) == []


def test_a_change_that_was_being_written_is_read_by_the_next_pull(store: LabelStore, studio: LittleLabelStudio) -> None:
    studio.now = NOW
    change(studio, 9, NOW - timedelta(seconds=1))
    store.pull(NOW)
    change(studio, 4, NOW - timedelta(seconds=60), annotation(104, 3, "ham"))
    assert sent(store.pull(NOW + timedelta(seconds=30))) == ["4", "9"]
    studio.now = NOW + timedelta(minutes=5)
    store.pull(NOW)
    assert sent(store.pull(NOW)) == []


def test_the_servers_clock_counts_and_not_ours(store: LabelStore, studio: LittleLabelStudio) -> None:
    studio.now = FIRST + timedelta(minutes=25)
    store.pull(NOW + timedelta(days=300))
    change(studio, 1, FIRST + timedelta(minutes=24), annotation(101, 3, "ham"))
    assert "1" in sent(store.pull(NOW + timedelta(days=300, minutes=1)))


def test_tasks_that_come_and_go_while_paging_shift_nothing(store: LabelStore, studio: LittleLabelStudio) -> None:
    store.pull(NOW, most_pages=1)
    del studio.projects[1][:5]
    change(studio, 22, NOW + HOUR)
    pages = store.pull(NOW + timedelta(minutes=1))
    assert sent(pages) == [str(number) for number in range(11, 26)]
    assert store.cursor["projects"]["1"]["partial"] is None


@pytest.mark.parametrize("stored", [1, 2, 3, 4])
def test_a_pull_that_was_cut_goes_on_where_it_was(store: LabelStore, studio: LittleLabelStudio, stored: int) -> None:
    store.pull(NOW, most_pages=stored)
    store.pull(NOW + timedelta(minutes=1))
    assert sorted(store.tasks["1"], key=int) == [str(number) for number in range(1, 26)]
    assert sent(store.pull(NOW + timedelta(minutes=2))) == []


def test_fewer_tasks_than_before_are_looked_after_at_once(store: LabelStore, studio: LittleLabelStudio) -> None:
    store.pull(NOW)
    del studio.projects[1][3:6]
    pages = store.pull(NOW + timedelta(minutes=1))
    assert asked_of(pages) == 3
    assert sorted(map(int, store.tasks["1"])) == [1, 2, 3, *range(7, 26)]
    assert asked_of(store.pull(NOW + timedelta(minutes=2))) == 2


def test_deleted_tasks_that_others_stand_for_are_found_within_the_hour(
    store: LabelStore, studio: LittleLabelStudio
) -> None:
    store.pull(NOW)
    studio.projects[1][0] = label_task(99, at=NOW + HOUR)
    assert "1" in store.tasks["1"]
    store.pull(NOW + HOUR / 2)
    assert {"1", "99"} <= store.tasks["1"].keys()
    assert asked_of(store.pull(NOW + HOUR)) == 4
    assert "1" not in store.tasks["1"] and len(store.tasks["1"]) == 25


def test_a_deleted_annotation_is_gone_with_the_change_of_its_task(store: LabelStore, studio: LittleLabelStudio) -> None:
    store.pull(NOW)
    studio.projects[1][0].update(annotations=[], updated_at=iso(NOW + HOUR))
    store.pull(NOW + timedelta(minutes=1))
    assert store.labels()["1"] == []


def test_everything_is_read_again_once_a_week(store: LabelStore, studio: LittleLabelStudio) -> None:
    store.pull(NOW)
    assert sent(store.pull(NOW + timedelta(days=6))) == []
    studio.projects[1][0]["annotations"] = []
    assert len(sent(store.pull(NOW + timedelta(days=7)))) == 25
    assert store.labels()["1"] == []


def test_another_way_to_read_labels_reads_everything_again(store: LabelStore, studio: LittleLabelStudio) -> None:
    studio.configuration = {**studio.configuration, "other": {"type": "Choices"}}
    store.pull(NOW)
    store.options = {**store.options, "batch_key": "text"}
    assert len(sent(store.pull(NOW + timedelta(minutes=1)))) == 25
    assert store.tasks["1"]["7"].batch == "mail 7"
    store.options = {**store.options, "control": "other"}
    pages = store.pull(NOW + HOUR * 2)
    assert len(sent(pages)) == 25
    assert {label for given in store.labels().values() for _, label in given} == {"(none)"}


def test_what_is_labeled_is_asked_for_only_where_it_names_the_batch(
    store: LabelStore, studio: LittleLabelStudio
) -> None:
    store.pull(NOW)
    store.options["batch_key"] = "batch"
    store.pull(NOW + HOUR)
    asked = [params["include"].split(",") for path, params in studio.asked if path == "tasks/"]
    assert ["data" in each for each in asked] == [False] * 3 + [True] * 3 + [False]


def test_an_option_that_names_no_control_is_said(store: LabelStore) -> None:
    store.options["control"] = "absent"
    store.pull(NOW)
    assert store.rejected == {"1": "It has no control 'absent' that can be read; 'class' is read instead."}
    again = store.pull(NOW + HOUR / 2)
    assert [each.external_id for page in again for each in page.rejected] == ["1"]
    assert store.labels()["1"] == [("user 2", "spam")]


def test_only_the_chosen_projects_are_read(server: HostileServer, studio: LittleLabelStudio) -> None:
    studio.projects |= {2: [label_task(101)], 3: [label_task(102)]}
    store = LabelStore(server.url, options={"project_ids": ["3", "1"]})
    store.pull(NOW)
    assert (sorted(store.projects), list(store.tasks["3"])) == (["1", "3"], ["102"])
    everything = LabelStore(server.url)
    assert asked_of(everything.pull(NOW)) == 5
    assert sorted(everything.projects) == ["1", "2", "3"]


def test_many_projects_come_in_pages(
    server: HostileServer, studio: LittleLabelStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.connectors.label_studio.api.PROJECTS", 3)
    studio.projects = {number: [] for number in range(1, 8)}
    everything = LabelStore(server.url)
    everything.pull(NOW)
    assert len(everything.projects) == 7
    assert studio.called("projects/counts/") == studio.called("projects/") == 3
    some = LabelStore(server.url, options={"project_ids": ["1", "2", "4", "7"]})
    some.pull(NOW)
    assert sorted(some.projects) == ["1", "2", "4", "7"]


@pytest.mark.parametrize("chosen", [["1", "2"], []])
def test_a_deleted_project_is_gone_and_asked_for_once(
    server: HostileServer, studio: LittleLabelStudio, chosen: list[str]
) -> None:
    studio.projects[2] = [label_task(101)]
    store = LabelStore(server.url, options={"project_ids": chosen})
    store.pull(NOW)
    del studio.projects[1]
    pages = store.pull(NOW + timedelta(minutes=1))
    assert [page.gone for page in pages if page.gone] == [["1"]]
    assert (list(store.projects), asked_of(pages)) == (["2"], 3)
    assert asked_of(store.pull(NOW + timedelta(minutes=2))) == 2
    assert store.rejected == {}


def test_a_project_that_goes_while_it_is_read_is_gone(store: LabelStore, studio: LittleLabelStudio) -> None:
    store.pull(NOW)

    def drop(handler: Any) -> None:
        del studio.projects[1]
        as_json({"detail": "No Project matches the given query."}, 404)(handler)

    studio.fail_tasks = {studio.questions + 1: drop}
    studio.projects[2] = [label_task(101)]
    pages = store.pull(NOW + timedelta(minutes=1))
    assert ["1"] in [page.gone for page in pages] and pages[-1].last
    assert list(store.projects) == ["2"]


def test_when_all_chosen_projects_are_gone_the_owner_is_told_and_nothing_is_asked(
    server: HostileServer, studio: LittleLabelStudio
) -> None:
    store = LabelStore(server.url, options={"project_ids": ["1"]})
    store.pull(NOW)
    studio.projects = {}
    for _ in range(2):
        with pytest.raises(ConnectorError) as caught:
            store.pull(NOW + timedelta(minutes=1))
        assert (caught.value.code, caught.value.permanent) == ("no_project", True)
    assert store.projects == {} and store.cursor["gone"] == ["1"]
    assert studio.called("projects/counts/") == 2


def test_a_chosen_project_that_never_was_is_said(server: HostileServer) -> None:
    store = LabelStore(server.url, options={"project_ids": ["1", "77"]})
    store.pull(NOW)
    assert store.rejected == {"77": "There is no such project."}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (raw(500), "server_error"),
        (half_json, "not_json"),
        (html, "not_json"),
        (reset, "connection_broken"),
        (raw(429, Retry_After="120"), "rate_limited"),
        (as_json([]), "bad_answer"),
        (as_json({"tasks": {}}), "bad_answer"),
        (as_json({"tasks": [1], "total": 1}), "bad_answer"),
        (as_json({"tasks": tasks(10), "total": 25}), "repeating_page"),
        (as_json({"tasks": [{}, {"id": None}], "total": 25}), "repeating_page"),
    ],
)
def test_a_failure_is_said_and_the_next_pull_goes_on(
    store: LabelStore, studio: LittleLabelStudio, answer: Answer, code: str
) -> None:
    studio.fail_tasks = dict.fromkeys(range(2, 6), answer)
    with pytest.raises(ConnectorError) as caught:
        store.pull(NOW)
    assert caught.value.code == code
    assert len(store.tasks["1"]) == 10
    studio.fail_tasks = {}
    assert sent(store.pull(NOW)) == [str(number) for number in range(11, 26)]
    assert len(store.tasks["1"]) == 25


def test_a_refused_token_is_permanent_and_quoted(store: LabelStore, studio: LittleLabelStudio) -> None:
    studio.before = [as_json({"detail": "Invalid token."}, 401)]
    with pytest.raises(ConnectorError, match="Invalid token") as caught:
        store.pull(NOW)
    assert (caught.value.code, caught.value.permanent) == ("unauthorized", True)
    assert "a personal one works" in caught.value.text and len(studio.asked) == 1


@pytest.mark.parametrize(
    "break_it",
    [
        lambda studio: studio.counts.update(task_number="many"),
        lambda studio: studio.counts.update(ground_truth_number=None),
        lambda studio: studio.counts.update(skipped_annotations_number=-1),
    ],
)
def test_counts_that_are_none_are_rejected(
    store: LabelStore, studio: LittleLabelStudio, break_it: Callable[[LittleLabelStudio], None]
) -> None:
    break_it(studio)
    pages = store.pull(NOW)
    assert store.projects == {} and pages[-1].last
    assert store.rejected["1"].startswith("The project was left out: its counts cannot be read")


def test_a_project_without_an_id_is_rejected(store: LabelStore, studio: LittleLabelStudio) -> None:
    studio.counts = {"id": "one"}
    assert store.pull(NOW)[-1].last
    assert store.rejected == {"?": "A project was left out: its id is no positive whole number."}


def test_projects_that_repeat_themselves_end(store: LabelStore, studio: LittleLabelStudio) -> None:
    studio.before = [as_json({"next": "?page=2", "results": [{"id": 1}]})] * 2
    with pytest.raises(ConnectorError) as caught:
        store.pull(NOW)
    assert caught.value.code == "repeating_page"


def test_pages_shrink_until_the_answers_fit(
    store: LabelStore, studio: LittleLabelStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.projects.connectors.labeling_pulls.client_of", small_client)
    for task in studio.projects[1]:
        task["data"] = {"text": "x" * 4_000}
    store.options |= {"page_size": 100, "batch_key": "batch"}
    assert len(sent(store.pull(NOW))) == 25
    assert [params["page_size"] for path, params in studio.asked if path == "tasks/"][:3] == ["100", "25", "6"]


def small_client(url: str, **more: Any) -> Any:
    return client_of(url, max_bytes=40_000, **more)
