"""The hand-over: what a candidate takes along into production, what changes there, what lacks, and who owns it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kpis.scoring.evaluations.components import Cell, Made, digests_of, matrix, params_digest
from kpis.selectors.made_of import deployed, made, made_of_production, of_production
from kpis.selectors.paths import evaluation_path, initiative_path, run_path
from kpis.selectors.snapshots import readiness_document
from projects.models import Evaluation, Initiative, Run, RunDataset
from projects.selectors.evaluations import evaluations_of

OWNER_CHECK: Final = "operations.owner"
FIGURES: Final = ("model.accuracy", "model.coverage", "model.other_targets")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: what it is, its value in words, and where it is looked up, "" for nowhere."""

    what: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """A candidate on its way into production.

    `carried` is what need not be done again, `changes` is each part against what is live, none without, `missing` what
    still stands in the way with what would make it pass, `owner` who answers in operations, `initiative_owner` who
    brought it here.
    """

    candidate: str
    candidate_url: str
    verdict: str
    live: str
    carried: tuple[Line, ...]
    changes: tuple[Cell, ...]
    missing: tuple[Line, ...]
    owner: Line | None
    initiative_owner: str


def handover(initiative: Initiative, document: Mapping[str, Any] | None = None) -> Handover:
    """Return the hand-over of the initiative's candidate, in five queries, six without its readiness `document`."""
    told = readiness_document(initiative) if document is None else document
    candidate, known = told["candidate"] or {}, deployed(initiative)
    evaluation = _evaluation(initiative, candidate)
    run = evaluation.run if evaluation and evaluation.run else _run(initiative, candidate)
    standing = of_production(initiative, known.live).first() if known.live else None
    base = None
    if known.live is not None:
        measured = made(initiative, standing, known) if standing is not None else None
        base = made_of_production(initiative, known.live, measured)
    ours = made(initiative, evaluation, known) if evaluation is not None else _made_of_run(initiative, run)
    rows = matrix(base, [ours]) if ours is not None else ()
    is_live = base is None or (ours is not None and base.id == ours.id)
    return Handover(
        candidate=candidate.get("label", ""),
        candidate_url=candidate.get("url", ""),
        verdict=told["verdict"],
        live=known.live.version if known.live else "",
        carried=tuple(_carried(initiative, told, candidate, evaluation, run)),
        changes=() if is_live or not rows else rows[-1].cells,
        missing=tuple(_missing(initiative, told)),
        owner=_owner(told),
        initiative_owner=str(initiative.owner or ""),
    )


def _evaluation(initiative: Initiative, candidate: Mapping[str, Any]) -> Evaluation | None:
    named = candidate.get("evaluation")
    ours = evaluations_of(initiative).select_related("run", "model_version__run", "dataset")
    return ours.filter(public_id=named).first() if named else None


def _run(initiative: Initiative, candidate: Mapping[str, Any]) -> Run | None:
    named = candidate.get("run")
    return Run.objects.filter(links__initiative=initiative, public_id=named).first() if named else None


def _made_of_run(initiative: Initiative, run: Run | None) -> Made | None:
    if run is None:
        return None
    told = digests_of(
        {},
        code={"commit": run.commit},
        hyperparameters={"run": params_digest(run.params)},
        model={"run": run.public_id},
    )
    return Made(run.public_id, str(run), told, run_path(initiative, run.public_id))


def _carried(
    initiative: Initiative,
    told: Mapping[str, Any],
    candidate: Mapping[str, Any],
    evaluation: Evaluation | None,
    run: Run | None,
) -> Iterator[Line]:
    here = initiative_path(initiative.workspace, initiative.key)
    if run is not None:
        yield Line("Run", str(run), run_path(initiative, run.public_id))
        used = RunDataset.objects.filter(run=run).select_related("dataset").order_by("dataset_id", "context")
        for use in used:
            context = f" ({use.context})" if use.context else ""
            yield Line("Data version", f"{use.dataset}{context}", f"{here}data/{use.dataset.public_id}/")
    if candidate.get("commit"):
        yield Line("Commit", str(candidate["commit"]))
    if evaluation is not None:
        path = evaluation_path(initiative.workspace, initiative.key, evaluation.public_id)
        yield Line("Evaluation", str(evaluation), path)
    for check in _checks(told):
        if check["id"] in FIGURES and check["expected"]:
            yield Line("Target", f"{check['title']}: {check['expected']}", f"{here}targets/")
        elif check["result"] == "pass" and check["evidence_kind"] == "attested":
            link = next((each["url"] for each in check["evidence"] if each["kind"] == "attestation"), "")
            yield Line("Evidence", str(check["title"]), link)


def _missing(initiative: Initiative, told: Mapping[str, Any]) -> Iterator[Line]:
    here = initiative_path(initiative.workspace, initiative.key)
    blocking = {each["check"] for each in told["blockers"]}
    for check in _checks(told):
        if check["id"] in blocking:
            yield Line(str(check["title"]), str(check["what_would_pass"] or check["reason"]), here)


def _owner(told: Mapping[str, Any]) -> Line | None:
    check = next((each for each in _checks(told) if each["id"] == OWNER_CHECK), None)
    if check is None or check["result"] != "pass":
        return None
    proof = next(iter(check["evidence"]), {"label": "", "url": ""})
    return Line(str(check["title"]), str(check["observed"] or proof["label"]), str(proof["url"]))


def _checks(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for section in told["sections"]:
        yield from section["checks"]
