"""Label audits: drawn once by a seed, closed when their tasks were labeled again, or discarded for a reason."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import AuditedTask, AuditKind, AuditState, Initiative, LabelAudit
from projects.progress.labeling.audit_cells import AuditCell, Relabeled, cells_of, counted_cells, numbered
from projects.progress.labeling.audit_sample import (
    MOST_SEED_BYTES,
    AuditSample,
    random_sample,
    stratified_sample,
)
from projects.selectors.label_audits import Labeled, labeled_tasks
from projects.services.due import note_due
from projects.services.run_rows import lock_source
from projects.services.texts import whole_text

MOST_AUDITED: Final = 10_000
LONGEST_NOTE: Final = 2_000
_CHUNK: Final = 2_000


class AuditNotOpen(Exception):
    """The audit was closed or discarded, and takes nothing more."""

    def __init__(self, audit: LabelAudit) -> None:
        super().__init__(f"The label audit {audit.public_id} is {audit.state}: it takes nothing more.")


@transaction.atomic
def draw_audit(
    principal: Principal,
    initiative: Initiative,
    *,
    n: int,
    kind: str = AuditKind.RANDOM,
    least: int = 0,
    seed: str = "",
    labels_digest: str = "",
    note: str = "",
) -> tuple[LabelAudit, bool]:
    """Draw n labeled tasks to be labeled again, all where there are fewer; return the audit, and whether it is new.

    Who draws once more what is open already is given that. Tasks are those of the initiative's labeling projects that
    have a class and were not deleted, named `<project>/<task>`. The same seed draws the same tasks of the same labels;
    an empty one is made up. `least` is how many of each stratum are drawn at least. Raises ValidationError.
    """
    _check(n, kind, least, seed, {"labels_digest": (labels_digest, 128), "note": (note, LONGEST_NOTE)})
    lock_source(initiative)
    present = LabelAudit.objects.filter(initiative=initiative, state=AuditState.OPEN).first()
    if present is not None:
        if (present.wanted, present.kind, present.least, present.seed) == (n, kind, least, seed):
            return present, False
        raise ValidationError("A label audit is open: close or discard it before another is drawn.")
    tasks = {each.name: each for each in labeled_tasks(initiative)}
    if not tasks:
        raise ValidationError("There is no labeled task to draw from.")
    strata = {name: _stratum(each, kind) for name, each in tasks.items()}
    seed = seed or secrets.token_hex(8)
    sample = random_sample(tasks, n, seed) if kind == AuditKind.RANDOM else stratified_sample(strata, n, seed, least)
    if sample.n > MOST_AUDITED:
        raise ValidationError({"least": f"These are {sample.n:,} tasks: an audit has at most {MOST_AUDITED:,}."})
    audit = LabelAudit.objects.create(
        initiative=initiative,
        kind=kind,
        seed=seed,
        wanted=n,
        least=least,
        drawn=sample.n,
        cells=_rows(cells_of((strata[name], each.label) for name, each in tasks.items())),
        labels_digest=labels_digest,
        note=note,
        drawn_by=principal.user,
        drawn_at=timezone.now(),
    )
    AuditedTask.objects.bulk_create(_audited(audit, sample, tasks), batch_size=_CHUNK)
    after = {"id": audit.public_id, "kind": kind, "seed": seed, "drawn": sample.n, "of": len(tasks)}
    record_audit(principal, "draw", "label_audit", initiative.key, after=after)
    return audit, True


@transaction.atomic
def close_audit(principal: Principal, audit: LabelAudit) -> LabelAudit:
    """End an audit and count what was labeled again, and return it; from now on it says how many labels are wrong.

    What was not labeled again is left out, and so is what comes after it in the order of drawing. Raises AuditNotOpen,
    and ValidationError where nothing counts.
    """
    held = locked_audit(audit)
    rows = held.tasks.order_by("number").values_list("stratum", "label", "relabel")
    cells = counted_cells([AuditCell(*each) for each in held.cells], (Relabeled(*each) for each in rows))
    counted = sum(each.n for each in cells)
    if not counted:
        raise ValidationError("No task was labeled again in the order of drawing: begin with the first ones.")
    held.cells = _rows(cells)
    _end(principal, held, AuditState.CLOSED)
    after = {"id": held.public_id, "drawn": held.drawn, "relabeled": held.relabeled, "counted": counted}
    record_audit(principal, "close", "label_audit", held.initiative.key, after=after)
    note_due([held.initiative_id], "label audit closed")
    return held


@transaction.atomic
def discard_audit(principal: Principal, audit: LabelAudit, *, reason: str) -> LabelAudit:
    """Give up an open audit for a reason, and return it; it stays in the list. Raises AuditNotOpen, ValidationError."""
    wrong = whole_text(reason, LONGEST_NOTE, empty=False)
    if wrong:
        raise ValidationError({"reason": f"This {wrong}."})
    held = locked_audit(audit)
    held.reason = reason
    _end(principal, held, AuditState.DISCARDED)
    after = {"id": held.public_id, "drawn": held.drawn, "relabeled": held.relabeled}
    record_audit(principal, "discard", "label_audit", held.initiative.key, after=after, reason=reason)
    return held


def locked_audit(audit: LabelAudit) -> LabelAudit:
    """Hold an open audit until the transaction ends, and return it as it is now. Raises AuditNotOpen."""
    ours = LabelAudit.objects.select_related("initiative__workspace", "drawn_by")
    held = ours.select_for_update(of=("self",), no_key=True).get(pk=audit.pk)
    if not held.is_open:
        raise AuditNotOpen(held)
    return held


def _end(principal: Principal, held: LabelAudit, state: AuditState) -> None:
    held.state, held.closed_at, held.closed_by = state, timezone.now(), principal.user
    held.save(update_fields=["state", "closed_at", "closed_by", "cells", "reason"])


def _check(n: Any, kind: str, least: Any, seed: str, texts: Mapping[str, tuple[str, int]]) -> None:
    errors = {}
    if type(n) is not int or not 1 <= n <= MOST_AUDITED:
        errors["n"] = f"This is a whole number from 1 to {MOST_AUDITED:,}."
    if type(least) is not int or not 0 <= least <= MOST_AUDITED:
        errors["least"] = f"This is a whole number from 0 to {MOST_AUDITED:,}."
    if kind not in AuditKind.values:
        errors["kind"] = f"This is one of {', '.join(AuditKind.values)}."
    elif kind == AuditKind.RANDOM and least:
        errors["least"] = "A random sample has no strata."
    for name, (text, longest) in {"seed": (seed, MOST_SEED_BYTES), **texts}.items():
        wrong = whole_text(text, longest)
        if wrong:
            errors[name] = f"This {wrong}."
    if "seed" not in errors and len(seed.encode()) > MOST_SEED_BYTES:
        errors["seed"] = f"This is longer than {MOST_SEED_BYTES} bytes."
    if errors:
        raise ValidationError(errors)


def _stratum(task: Labeled, kind: str) -> str:
    return {AuditKind.BY_CLASS.value: task.label, AuditKind.BY_BATCH.value: task.batch}.get(kind, "")


def _rows(cells: tuple[AuditCell, ...]) -> list[list[Any]]:
    return [list(astuple(each)) for each in cells]


def _audited(audit: LabelAudit, sample: AuditSample, tasks: Mapping[str, Labeled]) -> Iterator[AuditedTask]:
    for number, each in enumerate(numbered(sample), 1):
        task: Labeled = tasks[each.task]
        yield AuditedTask(
            audit=audit,
            number=number,
            task_id=task.pk,
            project_key=task.project,
            external_id=task.external_id,
            stratum=each.stratum,
            label=task.label,
        )
