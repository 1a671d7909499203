"""What runs where now, what is beside it, and what was there before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from mltrack.cells import Cell
from projects.models import Deployment, Initiative, Rollback, Run, StageChange
from projects.models.initiatives import Stage
from projects.progress.releases import (
    ARRIVED,
    WAS_LIVE,
    WENT_WRONG,
    Arrival,
    FailRate,
    days_between,
    is_still_beside,
    lead_days,
)

PRODUCTION: Final = "production"
BESIDE: Final = (Deployment.State.CANARY, Deployment.State.SHADOW)
MOST_HISTORY: Final = 200
MOST_ROLLBACKS: Final = 50
COLUMNS: Final = (
    *("id", "environment", "version", "state", "at", "commit", "image_digest"),
    *("endpoint", "run", "trained_at", "recorded_at"),
)


@dataclass(frozen=True, slots=True)
class EnvironmentNow:
    """What runs in an environment: the newest live one, and what is beside it; `before` is what a rollback goes to."""

    name: str
    champion: Deployment | None
    canary: Deployment | None
    shadow: Deployment | None
    before: Deployment | None
    age_days: float | None
    trained_days: float | None


@dataclass(frozen=True, slots=True)
class Production:
    """An initiative in production. Days are of 24 hours; `trained_days` is since any of its runs finished last.

    `lead_days` is from framing to the first version that was live in production.
    """

    environments: tuple[EnvironmentNow, ...]
    history: tuple[Deployment, ...]
    rollbacks: tuple[Rollback, ...]
    begun_at: datetime | None
    live_at: datetime | None
    lead_days: float | None
    fail_rate: FailRate
    trained_days: float | None

    @property
    def main(self) -> EnvironmentNow | None:
        """Return the environment called production, else the first."""
        named = (each for each in self.environments if each.name == PRODUCTION)
        return next(named, self.environments[0] if self.environments else None)


def production_of(initiative: Initiative, now: datetime) -> Production:
    """Return what runs where and how that went, in four queries whatever the history."""
    environments = environments_of(initiative, now)
    sums = _sums(initiative)
    return Production(
        environments=environments,
        history=tuple(deployments_of(initiative)[:MOST_HISTORY]),
        rollbacks=tuple(rollbacks_of(initiative)[:MOST_ROLLBACKS]),
        begun_at=sums["begun"],
        live_at=sums["live"],
        lead_days=lead_days(sums["begun"], sums["live"]),
        fail_rate=FailRate(sums["failed"], sums["n"]),
        trained_days=days_between(sums["trained"], now) if sums["trained"] else None,
    )


def environments_of(initiative: Initiative, now: datetime) -> tuple[EnvironmentNow, ...]:
    """Return what runs in each environment, production first and then by name, in one query.

    One row is read for each version and state in each environment, the newest.
    """
    newest = (
        deployments_of(initiative)
        .order_by("environment", "version", "state", "-at", "-id")
        .distinct("environment", "version", "state")
    )
    by_name: dict[str, list[Deployment]] = {}
    for row in newest:
        by_name.setdefault(row.environment, []).append(row)
    names = sorted(by_name, key=lambda name: (name != PRODUCTION, name))
    return tuple(_environment(name, by_name[name], now) for name in names)


def deployment_lines(initiative: Initiative) -> Iterator[tuple[Cell, ...]]:
    """Yield all deployments as lines, newest first, below their headings."""
    yield COLUMNS
    for row in deployments_of(initiative).iterator(chunk_size=1000):
        run = run_behind(row)
        yield (
            *(row.public_id, row.environment, row.version, row.state, row.at, row.commit, row.image_digest),
            *(row.endpoint, run.public_id if run else "", run.ended_at if run else None, row.recorded_at),
        )


def deployments_of(initiative: Initiative) -> QuerySet[Deployment]:
    """Return the deployments with what they are of, newest first."""
    ours = Deployment.objects.filter(initiative=initiative)
    return ours.select_related("run", "model_version__run").order_by("-at", "-id")


def rollbacks_of(initiative: Initiative) -> QuerySet[Rollback]:
    """Return the rollbacks and their rehearsals, newest first."""
    ours = Rollback.objects.filter(initiative=initiative)
    return ours.select_related("from_deployment", "to_deployment", "actor").order_by("-at", "-id")


def champion_of(initiative: Initiative, environment: str) -> Deployment | None:
    """Return what is live in an environment."""
    return deployments_of(initiative).filter(environment=environment, state=Deployment.State.LIVE).first()


def before_it(deployment: Deployment) -> Deployment | None:
    """Return what was live in its environment before it, of another version and not taken back since."""
    ours = Deployment.objects.filter(initiative_id=deployment.initiative_id, environment=deployment.environment)
    others = ours.filter(state=Deployment.State.LIVE).exclude(version=deployment.version)
    earlier = Q(at__lt=deployment.at) | Q(at=deployment.at, pk__lt=deployment.pk)
    return others.filter(earlier).order_by("-at", "-id").first()


def run_behind(deployment: Deployment) -> Run | None:
    """Return the run that made what is deployed, None where nobody knows."""
    return deployment.run or (deployment.model_version.run if deployment.model_version else None)


def _environment(name: str, rows: Iterable[Deployment], now: datetime) -> EnvironmentNow:
    found = sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)
    live = [row for row in found if row.state == Deployment.State.LIVE]
    lived = [_arrival(row) for row in found if row.state in WAS_LIVE]
    champion = live[0] if live else None
    beside = [row for row in found if row.state in BESIDE and is_still_beside(_arrival(row), lived)]
    run = run_behind(champion) if champion else None
    return EnvironmentNow(
        name,
        champion,
        next((row for row in beside if row.state == Deployment.State.CANARY), None),
        next((row for row in beside if row.state == Deployment.State.SHADOW), None),
        live[1] if len(live) > 1 else None,
        days_between(champion.at, now) if champion else None,
        days_between(run.ended_at, now) if run and run.ended_at else None,
    )


def _arrival(row: Deployment) -> Arrival:
    return Arrival(row.version, row.state, row.at)


def _sums(initiative: Initiative) -> dict[str, Any]:
    """Return what its arrivals in production add up to, when it began and when a run of it finished last."""
    there = Q(deployments__environment=PRODUCTION)
    framed = StageChange.objects.filter(initiative=OuterRef("pk"), stage=Stage.FRAMING).order_by("at")
    runs = Run.objects.filter(links__initiative=OuterRef("pk"), status=Run.Status.FINISHED, deleted_at=None)
    newest = runs.filter(ended_at__isnull=False).order_by("-links__ended_at", "-pk")
    found: dict[str, Any] = dict(
        Initiative.objects.filter(pk=initiative.pk)
        .annotate(
            begun=Coalesce(Subquery(framed.values("at")[:1]), "created_at"),
            trained=Subquery(newest.values("ended_at")[:1]),
            failed=Count("deployments", filter=there & Q(deployments__state__in=sorted(WENT_WRONG))),
            n=Count("deployments", filter=there & Q(deployments__state__in=sorted(ARRIVED))),
            live=Min("deployments__at", filter=there & Q(deployments__state__in=sorted(WAS_LIVE))),
        )
        .values("begun", "trained", "failed", "n", "live")
        .get()
    )
    return found
