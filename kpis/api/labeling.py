"""How an initiative's labels stand, and how many are wanted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.shapes.labeling import (
    BatchDatasetIn,
    CurveParams,
    LabelingSummaryOut,
    LabelsByDatasetOut,
    LearningCurveOut,
    OverviewParams,
    OverviewRowOut,
    QuotaIn,
    QuotaOut,
    QuotaParams,
)
from kpis.scoring.labeling.answer import overview_answer, summary_answer
from kpis.scoring.labeling.summary import summary_of
from kpis.scoring.labeling.training_sizes import curve_answer
from kpis.selectors.label_datasets import DatasetLabels, dataset_labels
from kpis.selectors.labeling import labeling_facts, sums_of
from kpis.selectors.labeling_overview import labeled_initiatives, overview_rows
from kpis.selectors.learning_curve import learning_curve
from kpis.selectors.lists import quota_list
from kpis.services.quotas import set_quota
from mltrack.accounts.endpoint import Endpoint
from mltrack.accounts.policy import Power
from mltrack.rest.named import named_by
from mltrack.rest.pages import page_of
from mltrack.rest.serializers import answer_of
from projects.access import dataset_of, initiative_of
from projects.models import Initiative, TallyKind
from projects.selectors.label_batches import ties_of
from projects.services.label_batches import tie_batch


class Summary(Endpoint):
    """How the labels stand."""

    powers = {"GET": Power.READ}

    @extend_schema(responses=LabelingSummaryOut)
    def get(self, request: Request, key: str) -> Response:
        """Show counts, quotas, rate, forecast and agreement, as the page does."""
        facts = labeling_facts(initiative_of(self.principal, key), timezone.now())
        return self.ok(summary_answer(summary_of(facts)))


class Datasets(Endpoint):
    """How far the labels of dataset versions are."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_LABELS}

    @extend_schema(responses=LabelsByDatasetOut)
    def get(self, request: Request, key: str) -> Response:
        """Show them for each version that batches are of, newest first, and which batches these are."""
        return self.ok(_by_dataset(initiative_of(self.principal, key)))

    @extend_schema(request=BatchDatasetIn, responses=LabelsByDatasetOut)
    def post(self, request: Request, key: str) -> Response:
        """Say of which dataset version the tasks of a batch are, of none by null, and show all as they are then."""
        initiative, body = initiative_of(self.principal, key), self.body(BatchDatasetIn)
        chosen = body.pop("dataset_id")
        with named_by("dataset_id"):
            dataset = dataset_of(initiative, chosen) if chosen else None
        tie_batch(self.principal, initiative, dataset=dataset, **body)
        return self.ok(_by_dataset(initiative))


class Curve(Endpoint):
    """How many labels the accuracy target needs."""

    powers = {"GET": Power.READ}
    query = {"GET": CurveParams}

    @extend_schema(responses=LearningCurveOut)
    def get(self, request: Request, key: str) -> Response:
        """Show accuracy by training size, and the labels that the target needs: an interval, or why there is none."""
        asked = self.params.get("target")
        return self.ok(curve_answer(learning_curve(initiative_of(self.principal, key), timezone.now(), asked)))


class Quotas(Endpoint):
    """How many labels of a class are wanted, in all versions."""

    powers = {"GET": Power.READ, "POST": Power.WRITE_QUOTAS}
    query = {"GET": QuotaParams}

    @extend_schema(responses=page_of(QuotaOut))
    def get(self, request: Request, key: str) -> Response:
        """List versions of quotas, newest first."""
        found = quota_list(initiative_of(self.principal, key), self.params)
        return self.page(found, QuotaOut, order="-pk")

    @extend_schema(request=QuotaIn, responses={200: QuotaOut, 201: QuotaOut})
    def post(self, request: Request, key: str) -> Response:
        """Want so many labels of a class: 201 for a new version, 200 when it is in force already.

        A version that asks for fewer, or for them later, needs a reason.
        """
        initiative, began = initiative_of(self.principal, key), timezone.now()
        made = set_quota(self.principal, initiative, **self.body(QuotaIn))
        return self.ok(answer_of(QuotaOut, made), 201 if made.valid_from >= began else 200)


class Overview(Endpoint):
    """How the labels of all initiatives stand."""

    powers = {"GET": Power.READ}
    query = {"GET": OverviewParams}

    @extend_schema(responses=page_of(OverviewRowOut))
    def get(self, request: Request) -> Response:
        """List initiatives by key whose labels are known or wanted, as the overview's page does."""
        return self.page(labeled_initiatives(self.principal), OverviewRowOut, order="key", told=_told)


def _told(initiatives: list[Initiative]) -> list[dict[str, Any]]:
    rows = overview_rows(initiatives, timezone.now())
    return [overview_answer(each.initiative.key, each.initiative.name, each.summary) for each in rows]


def _by_dataset(initiative: Initiative) -> dict[str, Any]:
    ties = ties_of(initiative)
    found = dataset_labels(ties, sums_of([initiative.pk], (TallyKind.STATE, TallyKind.CLASS)))
    batches = [
        {
            "project": each.project.public_id,
            "batch": each.batch,
            "dataset_id": each.dataset and each.dataset.public_id,
            "named": each.named,
        }
        for each in ties
    ]
    return {"datasets": [_labels(each) for each in found], "batches": batches}


def _labels(each: DatasetLabels) -> dict[str, Any]:
    version, counts = each.version, asdict(each.counts)
    return {"id": version.public_id, "name": version.name, "digest": version.digest, **counts}
