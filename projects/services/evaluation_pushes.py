"""Evaluations that CI and people push as sufficient statistics."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.connectors.records import EvaluationRecord
from projects.models import Evaluation, Initiative, Origin
from projects.selectors.evaluation_subjects import model_version_named, run_named
from projects.services.evaluation_input import parse_evaluation
from projects.services.evaluations import differences, record_evaluation
from projects.services.outcomes import Fault, NothingKept
from projects.services.run_rows import lock_source


class EvaluationRejected(NothingKept):
    """Nothing was kept; `faults` say where the evaluation is wrong."""

    sent = "evaluation"


class EvaluationDiffers(Exception):
    """Another evaluation of this external id is kept, which differs in `fields`."""

    def __init__(self, external_id: str, fields: Sequence[str]) -> None:
        super().__init__(f"The evaluation {external_id} is kept already with another {', '.join(fields)}.")
        self.fields = list(fields)


@transaction.atomic
def push_evaluation(principal: Principal, initiative: Initiative, body: Any) -> tuple[Evaluation, bool]:
    """Keep an evaluation given as parsed JSON (see `evaluation_input`); return it with whether it is new.

    The same once more changes nothing. Raises EvaluationRejected for what cannot be kept or names a run or version
    that is not known, and EvaluationDiffers where its external id is taken by another.
    """
    record, faults = parse_evaluation(body, timezone.now())
    if record is None:
        raise EvaluationRejected(faults)
    return store_evaluation(principal, initiative, record, origin=Origin.STATISTICS)


@transaction.atomic
def store_evaluation(
    principal: Principal, initiative: Initiative, record: EvaluationRecord, *, origin: Origin
) -> tuple[Evaluation, bool]:
    """Keep an evaluation of a person or token, and say so in the audit trail; for uploads too.

    Return it with whether it is new. Raises as `push_evaluation`.
    """
    lock_source(initiative)
    faults = unknown_subjects(initiative, record.run, record.model_version)
    if faults:
        raise EvaluationRejected(faults)
    kept, new = record_evaluation(initiative, record, origin=origin)
    if new:
        _audit(principal, initiative, kept, record)
        return kept, True
    differing = differences(kept, record)
    if differing:
        raise EvaluationDiffers(record.external_id, differing)
    return kept, False


def unknown_subjects(initiative: Initiative, run: str, model_version: str) -> list[Fault]:
    """Return faults for a run or a model version that is named and not known to the initiative."""
    faults = []
    if run and run_named(initiative, run) is None:
        faults.append(Fault("/run", "unknown", "No run of this id counts for the initiative."))
    if model_version and model_version_named(initiative, model_version) is None:
        text = "No model version of this name/version or id belongs to the initiative."
        faults.append(Fault("/model_version", "unknown", text))
    return faults


def _audit(principal: Principal, initiative: Initiative, kept: Evaluation, record: EvaluationRecord) -> None:
    cells = [(*asdict(each.stratum).values(), each.level, each.right, each.wrong) for each in record.tally.cells]
    after = {
        "external_id": kept.external_id,
        "purpose": kept.purpose,
        "n": kept.n,
        "right": kept.right,
        "abstained": kept.abstained,
        "strata": len(record.tally.strata),
        "cells": len(cells),
        "sha256": hashlib.sha256(json.dumps(cells).encode()).hexdigest(),
    }
    record_audit(principal, "record", "evaluation", f"{initiative.key} {kept.public_id}", after=after)
