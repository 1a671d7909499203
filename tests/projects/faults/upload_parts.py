"""The parts of an upload as processes of their own: the client, a line that is cut, and whoever counts."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from projects.models import CaseBlock, Evaluation, UploadBlock
from projects.progress.evaluations.tally import tally_rows
from projects.selectors.evaluations import tally_of
from projects.selectors.pairings import kept_cases
from tests.projects.faults.workers import ROOT, environment
from tests.projects.rows_of_cases import COLUMNS, Rows

CLIENT = ROOT / "mltrack" / "cli.py"
COUNTING = """
import time, django
django.setup()
from projects.models import EvaluationUpload
from projects.services.upload_counting import count_block
from projects.services.upload_merging import merge_upload
from projects.services.upload_sweep import due_work
while not EvaluationUpload.objects.exists() or EvaluationUpload.objects.filter(state__in=["receiving", "counting"]):
    blocks, uploads = due_work(100)
    for each in blocks:
        count_block(each)
    for each in uploads:
        merge_upload(each)
    time.sleep(0.1)
"""


def written(path: Path, rows: Rows) -> Path:
    """Write rows as people have them: with a heading, and columns that nobody sends."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, "secret"])
        writer.writerows([*row, "x"] for row in rows)
    return path


@contextmanager
def evaluating(url: str, token: str, file: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """Give the client as it uploads the file; it is killed with the block."""
    options = ["--initiative=CHURN", f"--file={file}", "--slice=region", "--group=sex", "--favourable=stay"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "CI_", "MLTRACK_"))}
    process = subprocess.Popen(
        [sys.executable, str(CLIENT), "evaluate", *options, *more],
        env={**kept, "MLTRACK_URL": url, "MLTRACK_TOKEN": token},
        cwd=file.parent,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=20)


def evaluate(url: str, token: str, file: Path, *more: str) -> tuple[int, str]:
    """Upload the file; return the exit code and the words."""
    with evaluating(url, token, file, *more) as process:
        output, _ = process.communicate(timeout=90)
        return process.returncode, output


@contextmanager
def counting(**more: str) -> Iterator[subprocess.Popen[str]]:
    """Give a process that counts whatever is due until every upload has ended; it is killed with the block."""
    line = [sys.executable, "-c", COUNTING]
    process = subprocess.Popen(line, env=environment(**more), cwd=ROOT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)


def assert_exact(rows: Rows) -> None:
    """Compare the one evaluation with what all rows together give, exactly; nothing else may be left."""
    _, predicted, labels, told, regions, sexes = map(list, zip(*rows))
    there = tally_rows(
        [float(each) if each else np.nan for each in told],
        [a == b for a, b in zip(predicted, labels)],
        {"region": regions},
        {"sex": sexes},
        [each == "stay" for each in labels],
        [each == "stay" for each in predicted],
    )
    evaluation = Evaluation.objects.get()
    assert tally_of(evaluation) == there
    assert len(kept_cases(evaluation)) == len(rows)
    assert (UploadBlock.objects.count(), CaseBlock.objects.exclude(evaluation=evaluation).count()) == (0, 0)


class Line:
    """A line to a server that carries so many bytes of the client's and then hangs, until it is `cut` or `mended`."""

    def __init__(self, url: str, most: int) -> None:
        self.target = int(url.rpartition(":")[2])
        self.left, self.full, self.mended = most, threading.Event(), threading.Event()
        self._ends: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self._ends += [near, far]
                threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(16_384):
                if counted and not self.mended.is_set():
                    data, self.left = data[: self.left], self.left - len(data)
                sink.sendall(data)
                if counted and self.left <= 0 and not self.mended.is_set():
                    self.full.set()
                    return
            sink.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        """Close what is open, and carry everything from now on."""
        self.mended.set()
        for each in self._ends:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def close(self) -> None:
        """Take no more connections."""
        self._server.close()
        self.cut()
