"""Uploads of rows: whatever the blocks, their order and their interruptions, the evaluation is that of all rows."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ValidationError

from mltrack.accounts.access import Principal
from projects.models import CaseBlock, Evaluation, EvaluationUpload, Initiative, UploadBlock
from projects.progress.evaluations.cases import case_hash
from projects.progress.evaluations.confusion import confusion_of
from projects.progress.evaluations.tally import Tally, tally_rows
from projects.selectors.evaluations import confusion_of as kept_confusion
from projects.selectors.evaluations import tally_of
from projects.selectors.pairings import kept_cases
from projects.selectors.uploads import status_of
from projects.services.cases import case_key
from projects.services.upload_counting import count_block
from projects.services.uploads import Damaged, OutOfPlace, begin_upload, receive
from tests.factories import make_initiative, make_workspace
from tests.projects.rows_of_cases import announced, begin, blocks_of, cases, count_all, given, member, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def initiative(owner: Principal) -> Initiative:
    return make_initiative(owner)


def truth(rows: list[tuple[str, ...]]) -> Tally:
    """Return what all rows together give."""
    _, predicted, labels, told, regions, sexes = map(list, zip(*rows))
    right = [a == b for a, b in zip(predicted, labels)]
    return tally_rows(
        [float(each) if each else np.nan for each in told],
        right,
        {"region": regions},
        {"sex": sexes},
        [each == "stay" for each in labels],
        [each == "stay" for each in predicted],
    )


def uploaded(owner: Principal, initiative: Initiative, rows: Any, size: int, **more: Any) -> EvaluationUpload:
    upload = begin(owner, initiative, announced(rows, size, **more))
    send(upload, b"".join(blocks_of(rows, size)))
    count_all(upload)
    return upload


@pytest.mark.parametrize("size, order", [(500, None), (60, None), (60, [8, 3, 1, 0, 2, 7, 6, 5, 4]), (1, None)])
def test_the_evaluation_is_that_of_all_rows(
    owner: Principal, initiative: Initiative, size: int, order: list[int] | None
) -> None:
    rows = cases(60 if size == 1 else 500)
    upload = begin(owner, initiative, announced(rows, size))
    send(upload, b"".join(blocks_of(rows, size)))
    count_all(upload, order)
    assert upload.state == "done", upload.error_text
    evaluation = upload.evaluation
    assert evaluation is not None
    assert tally_of(evaluation) == truth(rows)
    assert kept_confusion(evaluation) == confusion_of([row[2] for row in rows], [row[1] for row in rows])
    assert (evaluation.origin, evaluation.favourable, evaluation.n) == ("upload", "stay", len(rows))
    assert not UploadBlock.objects.exists()


def test_cases_are_kept_by_hashed_id(owner: Principal, initiative: Initiative) -> None:
    rows = cases(200)
    evaluation = uploaded(owner, initiative, rows, 70).evaluation
    assert evaluation is not None
    kept, hashed = kept_cases(evaluation), case_hash(case_key(owner.workspace), [row[0] for row in rows])
    place = np.argsort(hashed)
    assert kept.ids.tolist() == hashed[place].tolist()
    assert kept.right.tolist() == [int(rows[each][1] == rows[each][2]) for each in place]
    strata = list(evaluation.strata.order_by("number"))
    assert [strata[each].slices[0] for each in kept.strata] == [rows[each][4] for each in place]


def test_cases_can_be_left_out(owner: Principal, initiative: Initiative) -> None:
    upload = uploaded(owner, initiative, cases(50), 20, keep_cases=False)
    assert (upload.state, CaseBlock.objects.count()) == ("done", 0)


def test_a_cut_body_goes_on_from_the_last_whole_block(owner: Principal, initiative: Initiative) -> None:
    rows, blocks = cases(300), blocks_of(cases(300), 60)
    upload = begin(owner, initiative, announced(rows, 60))
    data = b"".join(blocks)
    came = len(blocks[0]) + len(blocks[1])
    assert len(list(receive(upload, 0, len(data), io.BytesIO(data[: came + 10])))) == 2
    upload.refresh_from_db()
    assert (upload.offset, upload.state) == (came, "receiving")
    again, new = begin_upload(owner, initiative, given(announced(rows, 60)))
    assert (again.pk, new) == (upload.pk, False)
    assert len(send(again, data)) == 3
    count_all(again)
    assert again.evaluation is not None
    assert tally_of(again.evaluation) == truth(rows)


def test_another_offset_is_refused(owner: Principal, initiative: Initiative) -> None:
    rows = cases(20)
    upload, data = begin(owner, initiative, announced(rows, 10)), b"".join(blocks_of(rows, 10))
    with pytest.raises(OutOfPlace):
        list(receive(upload, 5, len(data), io.BytesIO(data)))
    first = receive(upload, 0, len(data), io.BytesIO(data))
    next(first)
    send(upload, data)
    with pytest.raises(OutOfPlace):
        next(first)


def test_other_bytes_than_announced_are_refused(owner: Principal, initiative: Initiative) -> None:
    rows = cases(20)
    upload, data = begin(owner, initiative, announced(rows, 10)), b"".join(blocks_of(rows, 10))
    with pytest.raises(Damaged):
        send(upload, data[:30] + b"x" + data[31:])
    assert not UploadBlock.objects.exclude(state="awaited").exists()


@pytest.mark.parametrize(
    "row, column, words",
    [
        (("c7", "stay", "stay", "1.5", "north", "F"), "confidence", "does not lie between 0 and 1"),
        (("c7", "stay", "stay", "high", "north", "F"), "confidence", "“high” is not a number"),
        (("c7", "stay", "", "0.5", "north", "F"), "label", "empty"),
        (("c7", "", "stay", "0.5", "north", "F"), "prediction", "there is a confidence"),
        (("", "stay", "stay", "0.5", "north", "F"), "id", "empty"),
        (("c7", "stay", "stay", "0.5", "north"), "", "5 values where 6 are expected"),
        (("c7", "stay", "stay", "0.5", "n" * 201, "F"), "slice:region", "longer than 200"),
        (("c7", "stay", "stay", "0.5", "n\0", "F"), "slice:region", "zero byte"),
        (("c12", "stay", "stay", "0.5", "north", "F"), "id", "same id as row 13"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_kept(
    owner: Principal, initiative: Initiative, row: tuple[str, ...], column: str, words: str
) -> None:
    rows: list[Any] = [*cases(50)]
    rows[37] = row
    upload = uploaded(owner, initiative, rows, 20)
    assert (upload.state, upload.error_code, upload.error_row, upload.error_column) == ("failed", "bad_row", 38, column)
    assert "Row 38" in upload.error_text and words in upload.error_text
    assert (Evaluation.objects.count(), UploadBlock.objects.count(), CaseBlock.objects.count()) == (0, 0, 0)
    assert status_of(upload).error is not None


@pytest.mark.parametrize(
    "block, words",
    [(b"no gzip", "not gzip"), (member([("a",)])[:-4], "not one whole"), (member([("a",)]) * 2, "not one whole")],
)
def test_a_block_that_is_no_member_is_refused(
    owner: Principal, initiative: Initiative, block: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.projects.rows_of_cases.member", lambda rows: block)
    upload = uploaded(owner, initiative, cases(5), 5)
    assert upload.state == "failed" and words in upload.error_text


def test_a_bomb_is_not_unpacked(owner: Principal, initiative: Initiative) -> None:
    rows = [("c1", "stay", "stay", "0.5", "n" * 17_000_000, "F")]
    upload = uploaded(owner, initiative, rows, 1)
    assert upload.state == "failed" and "more than 16,000,000 bytes" in upload.error_text


def test_rows_that_are_not_there_are_missed(owner: Principal, initiative: Initiative) -> None:
    body = announced(cases(10), 10)
    body["blocks"][0]["rows"] = 11
    upload = begin(owner, initiative, body)
    send(upload, member(cases(10)))
    count_all(upload)
    assert (upload.error_row, "was to have 11 rows and has 10" in upload.error_text) == (11, True)


def test_an_external_id_is_taken_once(owner: Principal, initiative: Initiative) -> None:
    first = uploaded(owner, initiative, cases(30), 10, external_id="build-7")
    again, new = begin_upload(owner, initiative, given(announced(cases(30), 10, external_id="build-7")))
    assert (again, new, again.evaluation) == (first, False, first.evaluation)
    with pytest.raises(ValidationError, match="give another"):
        begin(owner, initiative, announced(cases(31), 10, external_id="build-7"))


def test_two_with_one_external_id_at_once(owner: Principal, initiative: Initiative) -> None:
    both = [begin(owner, initiative, announced(cases(n), 10, external_id="x")) for n in (30, 31)]
    for upload, n in zip(both, (30, 31)):
        send(upload, b"".join(blocks_of(cases(n), 10)))
        count_all(upload)
    assert [each.state for each in both] == ["done", "failed"]
    assert "recorded meanwhile" in both[1].error_text
    assert Evaluation.objects.get().n == 30


def test_a_failed_upload_begins_anew(owner: Principal, initiative: Initiative) -> None:
    rows = [*cases(9), cases(9)[0]]
    first, second = (uploaded(owner, initiative, rows, 10) for _ in range(2))
    assert (first.pk != second.pk, first.state, second.state) == (True, "failed", "failed")


def test_counting_twice_changes_nothing(owner: Principal, initiative: Initiative) -> None:
    rows = cases(40)
    upload = begin(owner, initiative, announced(rows, 20))
    first, second = send(upload, b"".join(blocks_of(rows, 20)))
    assert [count_block(each) for each in (first, first, second, second)] == [None, None, upload.pk, None]
    count_all(upload)
    count_all(upload)
    assert Evaluation.objects.get().n == 40


def test_a_block_that_ends_its_workers_ends_the_upload(owner: Principal, initiative: Initiative) -> None:
    upload = begin(owner, initiative, announced(cases(10), 10))
    (block,) = send(upload, member(cases(10)))
    UploadBlock.objects.update(attempts=5)
    assert count_block(block) is None
    upload.refresh_from_db()
    assert (upload.state, upload.error_code) == ("failed", "worker_lost")


def test_too_many_unfinished_uploads(owner: Principal, initiative: Initiative) -> None:
    for number in range(20):
        begin(owner, initiative, announced(cases(3), 3, name=str(number)))
    with pytest.raises(ValidationError, match="20 uploads wait"):
        begin(owner, initiative, announced(cases(3), 3))
