"""What a verdict is about: the model version named, the newest run of a commit, or the initiative's own choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Q, QuerySet

from kpis.scoring.best_run import best_run
from kpis.scoring.inputs import Candidate, RunFacts
from kpis.scoring.targets import Criticality, Target
from kpis.selectors.grounds import Live
from kpis.selectors.shortlist import newest, shortlist
from mltrack.prepared import Prepared
from projects.models import Initiative, ModelVersion, SelectionRule
from projects.models.initiatives import CandidateRule

SHORTEST_COMMIT = 7
WHOLE_COMMIT = 40
# Found by the index of commits, which leaves the empty one out; then whether the run counts here.
_COMMITTED = """
SELECT run.id FROM projects_run run
WHERE run.workspace_id = %(workspace)s AND run."commit" <> '' AND {same}
    AND run.status = 'finished' AND run.deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM projects_runlink WHERE run_id = run.id AND initiative_id = %(initiative)s)
ORDER BY run.ended_at DESC NULLS LAST, run.id DESC LIMIT 1
"""
BY_COMMIT = Prepared(
    _COMMITTED.format(same='run."commit" = %(commit)s'), workspace="bigint", initiative="bigint", commit="text"
)
# The index serves a prefix only where the plan knows it.
BY_SHORT_COMMIT = _COMMITTED.format(same='starts_with(run."commit", %(commit)s)')
NO_RUN = RunFacts(id="", status="unknown")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a gate names; the evaluation counts before the model version, and that before the commit.

    All empty means the initiative's chosen candidate is not asked for: nothing is named.
    """

    commit: str = ""
    model_version: str = ""
    evaluation: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Runs among which the candidate is, best first by the database, or a model version with its run."""

    run_ids: tuple[int, ...] = ()
    version: ModelVersion | None = None


def find_candidate(
    initiative: Initiative, asked: Asked | None, targets: Sequence[Target], aliases: Mapping[str, str]
) -> Found:
    """Return what is to be judged, in at most two queries; `asked` None means the initiative's rule.

    Evaluations are looked for apart (see `candidate_evaluation`): where they are asked for, nothing is found here.
    Raises ValidationError on `model_version` where its words fit versions of several models.
    """
    if asked is not None:
        return _named(initiative, asked)
    if initiative.candidate_rule == CandidateRule.CHAMPION:
        versions = _versions(initiative).filter(aliases__contains=[initiative.candidate_alias])
        return _of_version(_newest_version(versions))
    if initiative.candidate_rule == CandidateRule.EVALUATION:
        return Found()
    if initiative.candidate_rule == CandidateRule.LATEST:
        return Found(tuple(newest(initiative)))
    return Found(tuple(shortlist(initiative, targets, aliases)))


def choose(
    found: Found,
    facts: Mapping[int, RunFacts],
    targets: Sequence[Target],
    criticality: Criticality,
    live: Live | None,
) -> Candidate | None:
    """Return the candidate among what was found, None where there is nothing."""
    version = found.version
    if version is not None:
        run = facts.get(version.run_id or 0, NO_RUN)
        deployed = live is not None and (
            live.model_version_id == version.pk or (live.run_id is not None and live.run_id == version.run_id)
        )
        label = f"{version.name} v{version.version}"
        return Candidate("model_version", version.public_id, label, run, url=run.url, deployed=deployed)
    best = best_run([facts[each] for each in found.run_ids if each in facts], targets, criticality)
    if best is None:
        return None
    production = facts.get(run_of(live) or 0)
    return Candidate("run", best.id, best.label, best, best.url, production is not None and production.id == best.id)


def run_of(live: Live | None) -> int | None:
    """Return the row id of the run behind a deployment."""
    if live is None:
        return None
    return live.run_id or live.version_run_id


def production_facts(live: Live | None, facts: Mapping[int, RunFacts]) -> RunFacts | None:
    """Return the run of what is deployed, or a blank one that says that its run is not known; None without any."""
    if live is None:
        return None
    return facts.get(run_of(live) or 0) or replace(NO_RUN, label=live.version)


def _named(initiative: Initiative, asked: Asked) -> Found:
    if asked.evaluation:
        return Found()
    if asked.model_version:
        return _of_version(_one_model(_by_name(_versions(initiative), asked.model_version), asked.model_version))
    if not asked.commit:
        return Found()
    short = SHORTEST_COMMIT <= len(asked.commit) < WHOLE_COMMIT
    values: dict[str, int | str] = {
        "initiative": initiative.pk,
        "workspace": initiative.workspace_id,
        "commit": asked.commit,
    }
    with connection.cursor() as cursor:
        if short:
            cursor.execute(BY_SHORT_COMMIT, values)
        else:
            BY_COMMIT.run(cursor, values)
        return Found(tuple(int(row[0]) for row in cursor.fetchall()))


def _by_name(versions: QuerySet[ModelVersion], text: str) -> QuerySet[ModelVersion]:
    """Return the versions that a text names: public id, `name/3`, `models:/name/3`, `name@alias`, or `3`."""
    name, slash, number = text.removeprefix("models:/").rpartition("/")
    wanted = Q(public_id=text) | Q(version=text)
    if slash:
        wanted |= Q(name=name, version=number)
    name, sign, alias = text.removeprefix("models:/").rpartition("@")
    if sign:
        wanted |= Q(name=name, aliases__contains=[alias])
    return versions.filter(wanted)


def _versions(initiative: Initiative) -> QuerySet[ModelVersion]:
    """Return the versions that count for an initiative: pushed to it, made by its runs, or named by its rules."""
    rules = SelectionRule.objects.filter(initiative=initiative).exclude(registered_model="")
    by_rule = Q(
        pk__in=ModelVersion.objects.filter(
            connection__selection_rules__in=rules, name=F("connection__selection_rules__registered_model")
        ).values("pk")
    )
    own = Q(pushed_to=initiative) | Q(run__links__initiative=initiative) | by_rule
    return ModelVersion.objects.filter(own, workspace=initiative.workspace, deleted_at__isnull=True).distinct()


def _newest_version(versions: QuerySet[ModelVersion]) -> ModelVersion | None:
    return _newest_first(versions).first()


def _newest_first(versions: QuerySet[ModelVersion]) -> QuerySet[ModelVersion]:
    return versions.order_by(F("registered_at").desc(nulls_last=True), "-id")


def _one_model(versions: QuerySet[ModelVersion], text: str) -> ModelVersion | None:
    """Return the newest of one model's versions; a public id names one whatever else fits."""
    found = list(_newest_first(versions))
    exact = [each for each in found if each.public_id == text] or found
    names = sorted({each.name for each in exact})
    if len(names) > 1:
        several = f"{text} is a version of several models ({', '.join(names[:5])}): name one as {names[0]}/{text}."
        raise ValidationError({"model_version": several})
    return exact[0] if exact else None


def _of_version(version: ModelVersion | None) -> Found:
    if version is None:
        return Found()
    return Found((version.run_id,) if version.run_id else (), version)
