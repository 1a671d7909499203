"""Evaluations that runs of a connection state in files: checked as if they were posted, kept with the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from projects.connectors.records import EvaluationFile
from projects.models import Connection, Initiative, Origin
from projects.services.evaluation_input import parse_evaluation
from projects.services.evaluations import record_evaluation
from projects.services.outcomes import Fault, Outcome

_KEPT_DIGEST = 32
_LONGEST_SHOWN = 5


def hold_initiatives(connection: Connection) -> None:
    """Hold the initiatives that runs of a connection may count for, in the order of their rows.

    Call it before anything else of a page is written: posts hold an initiative first and note that it is due then.
    """
    ours = Initiative.objects.filter(pk__in=connection.selection_rules.values("initiative"))
    list(ours.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def record_files(connection: Connection, files: Iterable[EvaluationFile]) -> list[Outcome]:
    """Keep the evaluation of each file for every initiative that its run counts for; return one outcome a file.

    The same file again changes nothing. A file that states no evaluation is rejected with its faults; one whose run
    counts for nobody is unchanged. A model version that is not known yet is left out: its run tells it.
    """
    return [_record(connection, each, timezone.now()) for each in files]


@transaction.atomic
def _record(connection: Connection, file: EvaluationFile, now: datetime) -> Outcome:
    initiatives = Initiative.objects.filter(
        run_links__run__connection=connection, run_links__run__external_id=file.run_external_id
    )
    record, faults = parse_evaluation(_as_posted(file), now)
    if record is None:
        return Outcome(file.name, "rejected", _shown(faults))
    new = [
        record_evaluation(each, record, origin=Origin.CONNECTION, connection=connection)[1]
        for each in initiatives.order_by("pk")
    ]
    return Outcome(file.name, "created" if any(new) else "unchanged")


def _as_posted(file: EvaluationFile) -> Any:
    """Return what the file states, of its own run and under a name that no other file has."""
    if not isinstance(file.content, Mapping):
        return file.content
    own = f"{file.run_external_id} {file.path}"[: 250 - _KEPT_DIGEST - 1]
    return {**file.content, "run": file.run_external_id, "external_id": f"{own} {file.digest[:_KEPT_DIGEST]}"}


def _shown(faults: Iterable[Fault]) -> list[Fault]:
    """Return the first faults with their places in words, as lists of rejected records show them."""
    return [
        Fault(each.pointer, each.code, f"{each.pointer}: {each.detail}" if each.pointer else each.detail)
        for each in list(faults)[:_LONGEST_SHOWN]
    ]
