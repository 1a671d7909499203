"""Dataset versions: what is known of data without the data, who used it, and what differs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.named import named_by
from mltrack.rest.pages import page_of
from mltrack.rest.serializers import answer_of, answers_of
from projects.access import dataset_of, initiative_of
from projects.api.shapes.datasets import (
    DatasetDetailOut,
    DatasetIn,
    DatasetOut,
    DatasetParams,
    DiffOut,
    DiffParams,
    DvcIn,
    DvcOut,
    EvaluationUseOut,
    MovedOut,
    OverlapOut,
    RunUseOut,
    SplitDiffOut,
    SplitOut,
    SplitsIn,
    VersionOverlapIn,
    VersionOverlapOut,
)
from projects.models import DatasetVersion, Initiative
from projects.progress.datasets.splits import Overlap
from projects.selectors.datasets import (
    as_overlap,
    difference,
    evaluations_on,
    overlaps_of,
    previous_of,
    runs_on,
    splits_of,
    version_overlaps_of,
)
from projects.selectors.lists import dataset_list
from projects.services.dataset_splits import SplitInput, record_splits
from projects.services.datasets import record_dataset, record_dvc
from projects.services.version_overlaps import record_version_overlap


class Datasets(Endpoint):
    """The versions of data behind an initiative."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_RUNS}
    query = {"GET": DatasetParams}

    @extend_schema(responses=page_of(DatasetOut))
    def get(self, request: Request, key: str) -> Response:
        """List versions that were reported or used by a run, newest first."""
        found = dataset_list(initiative_of(self.principal, key), self.params)
        return self.page(found, DatasetOut, order="-recorded_at")

    @extend_schema(request=DatasetIn, responses={200: DatasetOut, 201: DatasetOut})
    def post(self, request: Request, key: str) -> Response:
        """Report a version by name and digest: 201 when it is new, 200 when it was known."""
        initiative = initiative_of(self.principal, key)
        made, state = record_dataset(self.principal, initiative, **self.body(DatasetIn))
        return self.ok(answer_of(DatasetOut, made), 201 if state == "created" else 200)


class DvcFile(Endpoint):
    """What DVC pins."""

    powers = {"POST": Power.WRITE_RUNS}

    @extend_schema(request=DvcIn, responses=DvcOut)
    def post(self, request: Request, key: str) -> Response:
        """Report the versions of a `.dvc` file or a `dvc.lock`, sent as text; all or none are kept."""
        initiative = initiative_of(self.principal, key)
        made = record_dvc(self.principal, initiative, **self.body(DvcIn))
        versions = answers_of(DatasetOut, [version for version, _ in made.versions])
        return self.ok({"recorded": versions, "skipped": list(made.skipped)})


class OneDataset(Endpoint):
    """One version of data."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=DatasetDetailOut)
    def get(self, request: Request, key: str, dataset_id: str) -> Response:
        """Show a version with its splits, what they share, and which runs and evaluations used it."""
        initiative = initiative_of(self.principal, key)
        return self.ok(_detail(initiative, dataset_of(initiative, dataset_id)))


class Splits(Endpoint):
    """The splits of a version."""

    powers = {"POST": Power.WRITE_RUNS}

    @extend_schema(request=SplitsIn, responses=DatasetDetailOut)
    def post(self, request: Request, key: str, dataset_id: str) -> Response:
        """Report splits, as hashes of rows or as counts; each replaces the one of its name.

        Duplicates and overlaps are counted from hashes. Those are kept for the newest five versions of a name, to
        compare them by rows; the counts stay.
        """
        initiative = initiative_of(self.principal, key)
        version = dataset_of(initiative, dataset_id)
        body = self.body(SplitsIn)
        splits = [SplitInput(**each) for each in body["splits"]]
        overlaps = [Overlap(**each) for each in body.get("overlaps", [])]
        record_splits(self.principal, initiative, version, splits, overlaps)
        return self.ok(_detail(initiative, version))


class VersionOverlaps(Endpoint):
    """What a version shares with one that models are trained on."""

    powers = {"POST": Power.WRITE_RUNS}

    @extend_schema(request=VersionOverlapIn, responses=DatasetDetailOut)
    def post(self, request: Request, key: str, dataset_id: str) -> Response:
        """Tell how many rows of this version, as test data, are in another that is trained on, without their hashes."""
        initiative = initiative_of(self.principal, key)
        version, body = dataset_of(initiative, dataset_id), self.body(VersionOverlapIn)
        with named_by("trained_id"):
            trained = dataset_of(initiative, body.pop("trained_id"))
        record_version_overlap(self.principal, initiative, version, trained, **body)
        return self.ok(_detail(initiative, version))


class Difference(Endpoint):
    """What differs between two versions."""

    powers = {"GET": Power.READ}
    query = {"GET": DiffParams}

    @extend_schema(responses=DiffOut)
    def get(self, request: Request, key: str, dataset_id: str) -> Response:
        """Compare a version with the earlier one that `with` names, by default the one before it.

        Rows are compared too where the hashes of both are kept. `before` is null where there is no earlier one.
        """
        initiative = initiative_of(self.principal, key)
        after, other = dataset_of(initiative, dataset_id), self.params.get("with")
        before = dataset_of(initiative, other) if other else previous_of(initiative, after)
        diff = difference(before, after)
        return self.ok(
            {
                "before": before and answer_of(DatasetOut, before),
                "after": answer_of(DatasetOut, after),
                "same": {each.name: None if each.differs is None else not each.differs for each in diff.lines},
                "splits": answers_of(SplitDiffOut, diff.splits),
                "moved": answers_of(MovedOut, diff.moved),
            }
        )


def _detail(initiative: Initiative, version: DatasetVersion) -> dict[str, Any]:
    return {
        **answer_of(DatasetOut, version),
        "splits": answers_of(SplitOut, splits_of(version)),
        "versions": answers_of(VersionOverlapOut, version_overlaps_of(initiative, version)),
        "overlaps": answers_of(OverlapOut, [as_overlap(each) for each in overlaps_of(version)]),
        "runs": answers_of(RunUseOut, runs_on(initiative, version)),
        "evaluations": answers_of(EvaluationUseOut, evaluations_on(initiative, version)),
    }
