"""Files in which runs state evaluations: announced by a tag, read once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from mltrack.outbound import OutboundError
from mltrack.outbound.bodies import parse_json
from projects.connectors.mlflow.api import Api
from projects.connectors.mlflow.progress import Progress
from projects.connectors.records import EvaluationFile, RejectedRecord, RunRecord, file_name

TAG: Final = "mltrack.evaluation"
LARGEST: Final = 10_000_000
LONGEST_PATH: Final = 500
LONGEST_NAME: Final = 300
_FAULTS_OF_THE_FILE: Final = {"not_found", "bad_request", "too_large", "not_json", "bad_answer"}
_OF_ALL: Final = {"unauthorized", "redirect", "address_refused"}


class Files:
    """The files of one pull. The progress remembers which were read."""

    def __init__(self, api: Api, progress: Progress) -> None:
        self._api = api
        self._progress = progress
        self._resting = False

    def of(self, records: Iterable[RunRecord]) -> tuple[list[EvaluationFile], list[RejectedRecord]]:
        """Return the files that these runs announce and that were not read yet, and why others are left out.

        A file that is missing, too large or not JSON is asked for again with the next sweep, or when its tag changes.
        When the server fails with a file otherwise, it and all further ones are left to the next pull. Raises
        OutboundError where that is a failure of the whole connection.
        """
        files: list[EvaluationFile] = []
        rejected: list[RejectedRecord] = []
        for record in records:
            path = record.tags.get(TAG, "").strip()
            if not path or record.deleted or self._resting or self._progress.knows_file(record.external_id, path):
                continue
            if len(path) > LONGEST_PATH:
                rejected.append(
                    _refused(record.external_id, path, f"Its path is longer than {LONGEST_PATH} characters.")
                )
                continue
            try:
                files.append(self._read(record.external_id, path))
                self._progress.note_file(record.external_id, path)
            except OutboundError as error:
                if error.code in _OF_ALL:
                    raise
                rejected.append(self._left_out(record.external_id, path, error))
        return files, rejected

    def _left_out(self, run_id: str, path: str, error: OutboundError) -> RejectedRecord:
        if error.code in _FAULTS_OF_THE_FILE:
            self._progress.note_file(run_id, path, failed=True)
        else:
            self._resting = True
        words = "There is no such file (404)." if error.code == "not_found" else error.text
        return _refused(run_id, path, words)

    def _read(self, run_id: str, path: str) -> EvaluationFile:
        body = self._api.artifact(run_id, path, LARGEST)
        return EvaluationFile(run_id, path, hashlib.sha256(body).hexdigest(), parse_json(body))


def _refused(run_id: str, path: str, words: str) -> RejectedRecord:
    return RejectedRecord(file_name(run_id, path)[:LONGEST_NAME], f"The evaluation was left out: {words}")
