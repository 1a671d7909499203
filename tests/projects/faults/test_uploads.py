"""Uploads whose client, line, web process or worker dies: what came goes on, and the counts are exact."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from mltrack.failpoints import NAMES
from projects.models import Evaluation, EvaluationUpload, Initiative, UploadBlock
from tests.factories import make_initiative, make_workspace
from tests.projects.faults.test_celery_workers import children
from tests.projects.faults.upload_parts import Line, assert_exact, counting, evaluate, evaluating, written
from tests.projects.faults.workers import celery, kill_group, scheduler, until
from tests.projects.rows_of_cases import cases, member
from tests.samples import sampled
from tests.servers.product import serve, token_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

UPLOADS = [name for name in NAMES if name.startswith(("upload.", "count.", "merge."))]
ROWS = cases(60_000)
WITHIN = len(member(ROWS[:50_000])) + 30_000
"""So many bytes reach into the second block: the first, a little of the next, and the headers."""


@pytest.fixture
def initiative(transactional_db: None) -> Initiative:
    return make_initiative(make_workspace())


@pytest.fixture
def token(initiative: Initiative) -> str:
    return token_of(initiative, "read", "evaluations:write")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "cases.csv", ROWS)


def test_a_web_process_that_dies_before_it_keeps_a_block(token: str, file: Path) -> None:
    with serve(file.parent, MLTRACK_FAILPOINT="upload.before_commit") as url:
        code, output = evaluate(url, token, file, "--timeout=2")
    assert code == 5, output
    upload = EvaluationUpload.objects.get()
    assert (upload.state, upload.offset) == ("receiving", 0)
    goes_on(token, file)


def test_a_web_process_that_dies_after_it_kept_a_block(token: str, file: Path) -> None:
    """Each try of the client brings one block, as often as the process comes back."""
    with serve(file.parent, MLTRACK_FAILPOINT="upload.after_commit") as url, evaluating(url, token, file):
        until(lambda: EvaluationUpload.objects.filter(state="counting").exists(), 90)
    goes_on(token, file)


def goes_on(token: str, file: Path) -> None:
    """Try again with a server that lives."""
    with serve(file.parent) as url, counting():
        code, output = evaluate(url, token, file)
    assert code == 0, output
    assert_exact(ROWS)


def test_each_step_of_an_upload_is_struck() -> None:
    assert [each for each in UPLOADS if each.startswith("upload.")] == ["upload.before_commit", "upload.after_commit"]


@pytest.mark.parametrize("name", sampled([each for each in UPLOADS if not each.startswith("upload.")], keep=2))
def test_a_worker_that_dies_at_each_step(token: str, file: Path, name: str) -> None:
    with serve(file.parent) as url, evaluating(url, token, file) as client:
        with counting(MLTRACK_FAILPOINT=name) as worker:
            assert worker.wait(60) == 137
        assert Evaluation.objects.count() == (1 if name == "merge.after_commit" else 0)
        with counting():
            output, _ = client.communicate(timeout=60)
    assert client.returncode == 0, output
    assert_exact(ROWS)
    assert EvaluationUpload.objects.get().state == "done"


def test_a_line_that_is_cut_goes_on(token: str, file: Path) -> None:
    with serve(file.parent) as url, counting():
        line = Line(url, WITHIN)
        with evaluating(line.url, token, file) as client:
            assert line.full.wait(60)
            until(lambda: EvaluationUpload.objects.filter(offset__gt=0).exists())
            line.cut()
            output, _ = client.communicate(timeout=60)
        line.close()
    assert client.returncode == 0, output
    assert "going on" in output
    assert_exact(ROWS)


def test_a_client_that_is_killed_is_followed_by_another(token: str, file: Path) -> None:
    with serve(file.parent) as url, counting():
        line = Line(url, WITHIN)
        with evaluating(line.url, token, file) as client:
            assert line.full.wait(60)
            until(lambda: EvaluationUpload.objects.filter(offset__gt=0).exists())
            client.kill()
        line.cut()
        came = EvaluationUpload.objects.get().offset
        code, output = evaluate(line.url, token, file)
        line.close()
    assert (code, 0 < came < EvaluationUpload.objects.get().size) == (0, True), output
    assert_exact(ROWS)


def test_a_celery_worker_that_is_killed_in_mid_counting(token: str, file: Path, redis_url: str, tmp_path: Path) -> None:
    with serve(file.parent, REDIS_URL=redis_url) as url, evaluating(url, token, file) as client:
        with celery(tmp_path, redis_url) as worker:
            until(lambda: UploadBlock.objects.filter(attempts__gt=0).exists(), 60)
            for child in children(worker.pid):
                time.sleep(0.01)
                worker.send_signal(signal.SIGSTOP)
                assert child
            kill_group(worker)
        with celery(tmp_path, redis_url, "two"), scheduler(tmp_path, redis_url):
            output, _ = client.communicate(timeout=90)
    assert client.returncode == 0, output
    assert_exact(ROWS)


@pytest.mark.parametrize(("n", "bad"), [(60_000, 54_322), pytest.param(1_000_000, 731_204, marks=pytest.mark.slow)])
def test_a_bad_row_is_named_by_the_client(token: str, tmp_path: Path, n: int, bad: int) -> None:
    rows = cases(n)
    rows[bad - 1] = (f"c{bad - 1}", "stay", "stay", "1.7", "north", "F")
    file = written(tmp_path / "cases.csv", rows)
    with serve(file.parent) as url, counting():
        code, output = evaluate(url, token, file)
    assert code == 2
    assert f"nothing was kept: Row {bad:,}, confidence: the confidence 1.7 does not lie between 0 and 1." in output
    assert (Evaluation.objects.count(), UploadBlock.objects.count()) == (0, 0)
