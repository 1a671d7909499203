"""Which dataset version the tasks of a batch are of: said by people and CI, or by a labeling tool's tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.access import datasets_of
from projects.connectors.labeling_records import LabelTaskRecord
from projects.connectors.records import RejectedRecord
from projects.models import BatchDataset, DatasetVersion, Initiative, LabelingProject, LabelingTally, TallyKind


@dataclass(frozen=True, slots=True)
class Tied:
    """How many ties changed, what is refused and why, and the batches that were looked at, as refusals name them."""

    changed: int
    refused: Sequence[RejectedRecord]
    seen: Sequence[str]


@transaction.atomic
def tie_batch(
    principal: Principal, initiative: Initiative, *, batch: str, dataset: DatasetVersion | None, project: str = ""
) -> str:
    """Say of which dataset version the tasks of a batch are, of none where it is None; return `updated`, `unchanged`.

    `project` is the public id of a labeling project of the initiative; without one it is what was pushed. `batch` is ""
    for the tasks that name none. The version must be one of the initiative. What a person says, no tool overrules.
    Raises ValidationError({field: text}).
    """
    held = _held(initiative, project)
    if not LabelingTally.objects.filter(project=held, kind=TallyKind.STATE, batch=batch).exists():
        raise ValidationError({"batch": "No task of this batch is there."})
    kept = BatchDataset.objects.filter(project=held, batch=batch).select_related("dataset").first()
    if (kept and (kept.dataset_id, kept.named)) == (dataset and (dataset.pk, "")):
        return "unchanged"
    if dataset is None:
        BatchDataset.objects.filter(project=held, batch=batch).delete()
    else:
        given = {"dataset": dataset, "named": ""}
        BatchDataset.objects.update_or_create(project=held, batch=batch, defaults=given)
    place = {"project": held.public_id, "batch": batch}
    before = {**place, "dataset": kept and str(kept.dataset or kept.named)}
    after = {**place, "dataset": dataset and str(dataset)}
    record_audit(principal, "tie", "label_batch", initiative.key, before=before, after=after)
    return "updated"


def tie_named(project: LabelingProject, initiative: Initiative, tasks: Iterable[LabelTaskRecord]) -> Tied:
    """Tie the batches of a pulled page to what its tasks name, and return what became of that.

    The first name of a batch counts until a person says otherwise: another one is refused. What is named before the
    initiative has such a version is tied once it has. The caller holds the project's row.
    """
    named = _named(tasks)
    kept = BatchDataset.objects.filter(project=project).filter(Q(batch__in=named) | Q(dataset__isnull=True))
    ties = {each.batch: each for each in kept}
    fresh = [BatchDataset(project=project, batch=each, named=min(named[each])) for each in named if each not in ties]
    ties |= {each.batch: each for each in fresh}
    waiting = [each for each in ties.values() if each.dataset_id is None]
    found = _versions(initiative, {each.named for each in waiting})
    mended = [each for each in waiting if each.pk and each.named in found]
    for each in waiting:
        each.dataset = found.get(each.named)
    BatchDataset.objects.bulk_create(fresh)
    BatchDataset.objects.bulk_update(mended, ["dataset"])
    others = {batch: _others(ties[batch], names) for batch, names in named.items()}
    refused = [_refused(project, ties[batch], names) for batch, names in others.items() if names]
    return Tied(len(fresh) + len(mended), refused, [_place(project, batch) for batch in named])


def forget_datasets(project: LabelingProject) -> None:
    """Let a project that goes to another initiative be of none of its former one's versions; names stay names."""
    project.batch_datasets.filter(named="").delete()
    project.batch_datasets.update(dataset=None)


def _held(initiative: Initiative, public_id: str) -> LabelingProject:
    ours = LabelingProject.objects.select_for_update(no_key=True).filter(initiative=initiative)
    found = (ours.filter(public_id=public_id) if public_id else ours.filter(connection__isnull=True)).first()
    if found is None:
        text = "This initiative has no such labeling project." if public_id else "Nothing was pushed: name a project."
        raise ValidationError({"project": text})
    return found


def _named(tasks: Iterable[LabelTaskRecord]) -> Mapping[str, Collection[str]]:
    """Return by batch how its tasks name a dataset version."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in tasks:
        if each.dataset:
            found[each.batch].add(each.dataset)
    return found


def _versions(initiative: Initiative, names: Collection[str]) -> dict[str, DatasetVersion]:
    """Return the initiative's versions by how they are named; of equal ones its own, and the newest, counts.

    A digest alone names one only where all versions with it have one name.
    """
    if not names:
        return {}
    wanted = Q(digest__in=names)
    for name, _at, digest in (each.rpartition("@") for each in names):
        wanted |= Q(name=name, digest=digest)
    found: dict[str, DatasetVersion] = {}
    by_digest: defaultdict[str, set[str]] = defaultdict(set)
    own_last = (F("initiative_id").asc(nulls_first=True), "recorded_at", "id")
    for each in datasets_of(initiative).filter(wanted).order_by(*own_last):
        found[f"{each.name}@{each.digest}"] = found[each.digest] = each
        by_digest[each.digest].add(each.name)
    several = {digest for digest, its in by_digest.items() if len(its) > 1}
    return {name: version for name, version in found.items() if name in names and name not in several}


def _others(tie: BatchDataset, names: Collection[str]) -> list[str]:
    """Return what else than its tie a batch's tasks name; nothing where a person tied it."""
    return sorted(each for each in names if tie.named not in ("", each))


def _refused(project: LabelingProject, tie: BatchDataset, others: Sequence[str]) -> RejectedRecord:
    told = " and ".join(each[:80] for each in others[:3])
    text = f"Its tasks also name the data {told}, but a batch is of one dataset version, here {tie.named[:80]}."
    return RejectedRecord(_place(project, tie.batch), text)


def _place(project: LabelingProject, batch: str) -> str:
    return f"{project.external_id}/batch {batch}"[:300]
