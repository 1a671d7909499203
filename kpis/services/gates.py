"""The gate: may this version ship? Judged in the request, after the caller's committed facts, and kept."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from kpis.models import GateDecision
from kpis.scoring.document import readiness_document
from kpis.scoring.evaluations.shelf_life import GATE_DEMAND, shelf_life
from kpis.scoring.inputs import Candidate
from kpis.scoring.readiness import judge
from kpis.selectors.candidates import Asked
from kpis.selectors.judgement import gather
from kpis.selectors.paths import initiative_path
from kpis.services.affected import note_initiative
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from mltrack.rows import insert
from projects.models import Initiative

GATE_FIELDS = ("commit", "ref", "model_version", "evaluation")


def decide_gate(
    principal: Principal,
    initiative: Initiative,
    *,
    commit: str = "",
    ref: str = "",
    model_version: str | None = None,
    evaluation: str | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Answer for the evaluation named, else the model version, else the newest run of the commit, else unknown.

    Returns the readiness document of that candidate with `decision`, `reasons`, flat `checks`, `commit`, `ref`, `url`
    and `test_set`, what the answer spends (None where no evaluation on known data measures the candidate). The answer
    is kept unless it is a dry run; the initiative's own snapshot is not touched. Raises ValidationError when none of
    the three is named.
    """
    given = {"commit": commit, "ref": ref, "model_version": model_version, "evaluation": evaluation}
    fields = Fields(given, GATE_FIELDS)
    asked = Asked(fields.text("commit", 100), fields.text("model_version", 400), fields.text("evaluation", 250))
    ref = fields.text("ref", 300)
    if asked == Asked():
        fields.fail("commit", "Name a commit, a model version or an evaluation.")
    fields.finish()
    found = gather(initiative, candidate=asked)
    document = readiness_document(judge(found.inputs, found.policy, found.now))
    answer = gate_answer(initiative, document, asked, ref) | {"test_set": spent_on(found.inputs.candidate)}
    return answer if dry_run else _keep(principal, initiative, answer)


def spent_on(candidate: Candidate | None) -> dict[str, Any] | None:
    """Return the test set that an answer for a candidate spends: `{id, dataset, n, answers, allowed, spent}`.

    `answers` are the candidates answered for, this one among them; `spent` says that they are more than its cases bear.
    """
    facts = None if candidate is None else candidate.evaluation
    if facts is None or facts.dataset is None:
        return None
    life = shelf_life(GATE_DEMAND, facts.tally.n, facts.answers_given)
    return {
        "id": facts.test_set,
        "dataset": f"{facts.dataset.name}@{facts.dataset.digest}",
        "n": facts.tally.n,
        "answers": facts.answers_given + 1,
        "allowed": life.allowed,
        "spent": life.spent,
    }


def gate_answer(initiative: Initiative, document: dict[str, Any], asked: Asked, ref: str) -> dict[str, Any]:
    """Return a readiness document as the answer of a gate that is not kept yet."""
    reasons = [f"{each['title']}: {each['reason'] or each['result']}" for each in document["blockers"]]
    if document["candidate"] is None:
        reasons.insert(0, _absent(asked))
    return {
        "decision": None,
        **document,
        "reasons": reasons,
        "checks": flat_checks(document),
        "commit": asked.commit,
        "ref": ref,
        "url": settings.MLTRACK_URL.rstrip("/") + initiative_path(initiative.workspace, initiative.key),
    }


def flat_checks(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the checks of all sections, each with the name of its section."""
    return [{**check, "section": section["name"]} for section in document["sections"] for check in section["checks"]]


def _absent(asked: Asked) -> str:
    if asked.evaluation:
        return f"There is no evaluation {asked.evaluation} here."
    if asked.model_version:
        return f"There is no model version {asked.model_version} here."
    return f"There is no finished run of commit {asked.commit} here: report one first."


def _keep(principal: Principal, initiative: Initiative, answer: dict[str, Any]) -> dict[str, Any]:
    candidate, spends = answer["candidate"] or {"kind": "", "id": ""}, answer["test_set"]
    kept = GateDecision(
        workspace=initiative.workspace,
        initiative=initiative,
        at=answer["as_of"],
        commit=answer["commit"],
        ref=answer["ref"],
        verdict=answer["verdict"],
        candidate_kind=candidate["kind"],
        candidate_id=candidate["id"],
        test_set=spends["id"] if spends else "",
        actor=principal.user,
        token=principal.token,
    )
    said = {**answer, "decision": kept.public_id}
    # The flat checks say again what the sections say: they are made anew where somebody wants them.
    kept.document = {name: value for name, value in said.items() if name != "checks"}
    after = {"decision": kept.public_id, "verdict": kept.verdict, "commit": kept.commit, "candidate": candidate["id"]}
    with transaction.atomic(savepoint=False):
        insert(kept)
        record_audit(principal, "decide", "gate", initiative.key, after=after)
        if spends and spends["answers"] == spends["allowed"]:
            note_initiative(initiative, "test set spent")
    return said
