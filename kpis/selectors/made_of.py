"""What candidates and production are made of, part by part, out of what was reported of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from kpis.scoring.evaluations.components import PARTS, Made, digests_of, params_digest
from kpis.scoring.wording import figure
from kpis.selectors.paths import evaluation_path, run_path
from projects.models import Deployment, Evaluation, Initiative, ModelVersion, Run
from projects.selectors.evaluations import evaluations_of

PRODUCTION = "production"
MOST_DEPLOYMENTS = 200


@dataclass(frozen=True, slots=True)
class Deployed:
    """The newest deployments of an initiative, newest first, and the one that is in production, None without."""

    rows: tuple[Deployment, ...]
    live: Deployment | None

    def image_of(self, run: Run | None, version: ModelVersion | None) -> str:
        """Return the container of a candidate, from its newest deployment that names one."""
        ours = (each for each in self.rows if each.image_digest and _same(each, run, version))
        return next((each.image_digest for each in ours), "")

    def runs(self, evaluation: Evaluation) -> bool:
        """Say whether an evaluation measured what is in production."""
        return self.live is not None and _same(self.live, evaluation.run, evaluation.model_version)


def deployed(initiative: Initiative) -> Deployed:
    """Return what runs and ran where, in one query."""
    ours = Deployment.objects.filter(initiative=initiative).select_related("run", "model_version__run")
    rows = tuple(ours.order_by("-at", "-id")[:MOST_DEPLOYMENTS])
    live = (each for each in rows if each.environment == PRODUCTION and each.state == Deployment.State.LIVE)
    return Deployed(rows, next(live, None))


def of_production(initiative: Initiative, live: Deployment | None) -> QuerySet[Evaluation]:
    """Return the evaluations of what is in production, newest first."""
    if live is None:
        return evaluations_of(initiative).none()
    version, run = live.model_version, _run(live.run, live.model_version)
    wanted = Q(model_version__isnull=False, model_version=version) | Q(run__isnull=False, run=run)
    return evaluations_of(initiative).filter(wanted)


def made(initiative: Initiative, evaluation: Evaluation, known: Deployed, threshold: float | None = None) -> Made:
    """Return what an evaluation's model is made of; `threshold` is its operating point, None where it is not known."""
    version, run, dataset = evaluation.model_version, evaluation.run, evaluation.dataset
    return Made(
        evaluation.public_id,
        str(evaluation),
        digests_of(
            evaluation.components,
            data={"dataset": dataset.digest if dataset else ""},
            labels={"dataset": dataset.labels_digest if dataset else ""},
            code={"commit": evaluation.commit or (run.commit if run else "")},
            hyperparameters={"run": params_digest(run.params) if run else ""},
            model=_model(version, run),
            threshold={"point": "" if threshold is None else figure(threshold)},
            container={"deployment": known.image_of(run, version)},
        ),
        evaluation_path(initiative.workspace, initiative.key, evaluation.public_id),
        known.runs(evaluation),
    )


def made_of_production(initiative: Initiative, live: Deployment, measured: Made | None) -> Made:
    """Return what is in production, out of its deployment and, where it was evaluated, of its evaluation."""
    version, run = live.model_version, _run(live.run, live.model_version)
    told = digests_of(
        {},
        code={"commit": live.commit or (run.commit if run else "")},
        hyperparameters={"run": params_digest(run.params) if run else ""},
        model=_model(version, run),
        container={"deployment": live.image_digest},
    )
    both = {part: {**(measured.digests.get(part, {}) if measured else {}), **told.get(part, {})} for part in PARTS}
    url = measured.url if measured else run_path(initiative, run.public_id) if run else ""
    return Made(
        measured.id if measured else live.public_id,
        live.version,
        {part: of for part, of in both.items() if of},
        url,
        True,
    )


def _model(version: ModelVersion | None, run: Run | None) -> dict[str, str]:
    return {
        "registry": f"{version.name}/{version.version}" if version else "",
        "run": run.public_id if run else "",
    }


def _run(run: Run | None, version: ModelVersion | None) -> Run | None:
    return run or (version.run if version else None)


def _same(deployment: Deployment, run: Run | None, version: ModelVersion | None) -> bool:
    if version is not None and deployment.model_version_id == version.pk:
        return True
    theirs = deployment.run_id or (deployment.model_version.run_id if deployment.model_version else None)
    return run is not None and theirs == run.pk
