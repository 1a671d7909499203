"""What is due of uploads is told by the rows: lost messages are repeated, and what nobody finishes ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mltrack.celery import app
from projects.models import EvaluationUpload, UploadBlock
from projects.services.upload_counting import count_block
from projects.services.upload_merging import merge_upload
from projects.services.upload_sweep import drop_stale, due_work
from projects.tasks import count, merge, sweep_uploads
from tests.factories import make_initiative, make_workspace
from tests.projects.rows_of_cases import announced, begin, blocks_of, cases, send

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = cases(40)
DATA = b"".join(blocks_of(ROWS, 20))


@pytest.fixture
def upload(transactional_db: None) -> EvaluationUpload:
    owner = make_workspace()
    return begin(owner, make_initiative(owner), announced(ROWS, 20))


def ago(**span: float) -> object:
    return timezone.now() - timedelta(**span)


def test_each_step_is_due_when_the_one_before_is_done(upload: EvaluationUpload) -> None:
    assert due_work(9) == ([], [])
    first, second = send(upload, DATA)
    assert due_work(9) == ([first, second], [])
    assert due_work(1) == ([first], [])
    count_block(first)
    assert due_work(9) == ([second], [])
    count_block(second)
    assert due_work(9) == ([], [upload.pk])
    merge_upload(upload.pk)
    assert due_work(9) == ([], [])


def test_a_lease_keeps_others_away_until_it_ends(upload: EvaluationUpload) -> None:
    first, second = send(upload, DATA)
    UploadBlock.objects.filter(pk=first).update(lease_until=timezone.now() + timedelta(seconds=60), attempts=1)
    assert (due_work(9), count_block(first)) == (([second], []), None)
    UploadBlock.objects.filter(pk=first).update(lease_until=ago(seconds=1))
    assert due_work(9) == ([first, second], [])
    assert count_block(first) is None
    assert UploadBlock.objects.get(pk=first).state == "counted"


def test_nothing_of_a_failed_upload_is_due(upload: EvaluationUpload) -> None:
    send(upload, DATA)
    EvaluationUpload.objects.update(state="failed")
    assert due_work(9) == ([], [])


def test_uploads_that_nobody_finishes_end(upload: EvaluationUpload) -> None:
    assert drop_stale() == 0
    EvaluationUpload.objects.update(touched_at=ago(hours=25))
    assert drop_stale() == 1
    upload.refresh_from_db()
    assert (upload.state, upload.error_code) == ("failed", "expired")
    assert "did not come within 24 hours" in upload.error_text
    assert not UploadBlock.objects.exists()
    EvaluationUpload.objects.update(touched_at=ago(days=31))
    assert (drop_stale(), EvaluationUpload.objects.count()) == (0, 0)


def test_the_tasks(upload: EvaluationUpload) -> None:
    with app.connection_for_write() as broker:
        queue = broker.SimpleQueue("celery")
        queue.clear()

        def told() -> list[int]:
            """Return what the next message of an upload names: other test processes use this broker too."""
            while (message := queue.get(timeout=5)).headers["task"] not in (count.name, merge.name):
                pass
            found: list[int] = message.payload[0]
            return found

        first, second = send(upload, DATA)
        sweep_uploads()
        assert [told(), told()] == [[first], [second]]
        count(first)
        count(second)
        assert told() == [upload.pk]
        queue.close()
    merge(upload.pk)
    upload.refresh_from_db()
    assert upload.state == "done"
