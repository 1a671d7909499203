"""The gate: may this version ship? Judged in the request, after the caller's committed facts, and kept."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from kpis.models import GateDecision
from kpis.scoring.document import readiness_document
from kpis.scoring.readiness import judge
from kpis.selectors.candidates import Asked
from kpis.selectors.judgement import gather
from kpis.selectors.paths import initiative_path
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from mltrack.clock import database_now
from projects.models import Initiative

GATE_FIELDS = ("commit", "ref", "model_version")


def decide_gate(
    principal: Principal,
    initiative: Initiative,
    *,
    commit: str = "",
    ref: str = "",
    model_version: str | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Answer for the model version named, else the newest finished run of the commit, else unknown.

    Returns the readiness document of that candidate with `decision`, `reasons`, flat `checks`, `commit`, `ref`
    and `url`. The answer is kept unless it is a dry run; the initiative's own snapshot is not touched. Raises
    ValidationError when neither is named.
    """
    fields = Fields({"commit": commit, "ref": ref, "model_version": model_version}, GATE_FIELDS)
    commit, ref = fields.text("commit", 100), fields.text("ref", 300)
    version = fields.text("model_version", 400)
    if not commit and not version:
        fields.fail("commit", "Name a commit or a model version.")
    fields.finish()
    now = database_now()
    inputs, policy = gather(initiative, now=now, candidate=Asked(commit, version))
    document = readiness_document(judge(inputs, policy, now))
    answer = gate_answer(initiative, document, commit, ref, version)
    return answer if dry_run else _keep(principal, initiative, answer)


def gate_answer(
    initiative: Initiative, document: dict[str, Any], commit: str, ref: str, version: str
) -> dict[str, Any]:
    """Return a readiness document as the answer of a gate that is not kept yet."""
    reasons = [f"{each['title']}: {each['reason'] or each['result']}" for each in document["blockers"]]
    if document["candidate"] is None:
        reasons.insert(0, _absent(commit, version))
    return {
        "decision": None,
        **document,
        "reasons": reasons,
        "checks": flat_checks(document),
        "commit": commit,
        "ref": ref,
        "url": settings.MLTRACK_URL.rstrip("/") + initiative_path(initiative.workspace, initiative.key),
    }


def flat_checks(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the checks of all sections, each with the name of its section."""
    return [{**check, "section": section["name"]} for section in document["sections"] for check in section["checks"]]


def _absent(commit: str, version: str) -> str:
    if version:
        return f"There is no model version {version} here."
    return f"There is no finished run of commit {commit} here: report one first."


def _keep(principal: Principal, initiative: Initiative, answer: dict[str, Any]) -> dict[str, Any]:
    candidate = answer["candidate"] or {"kind": "", "id": ""}
    kept = GateDecision(
        workspace=initiative.workspace,
        initiative=initiative,
        at=answer["as_of"],
        commit=answer["commit"],
        ref=answer["ref"],
        verdict=answer["verdict"],
        candidate_kind=candidate["kind"],
        candidate_id=candidate["id"],
        actor=principal.user,
        token=principal.token,
    )
    said = {**answer, "decision": kept.public_id}
    # The flat checks say again what the sections say: they are made anew where somebody wants them.
    kept.document = {name: value for name, value in said.items() if name != "checks"}
    after = {"decision": kept.public_id, "verdict": kept.verdict, "commit": kept.commit, "candidate": candidate["id"]}
    with transaction.atomic(savepoint=False):
        kept.save(force_insert=True)
        record_audit(principal, "decide", "gate", initiative.key, after=after)
    return said
