"""Which text fields of the models hold the taint: found from the models, so that no new field is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Cast

MARK: Final = "<script>tainted=1</script>"
APPS: Final = ("accounts", "projects", "kpis")
KINDS: Final = (models.CharField, models.TextField, models.JSONField, ArrayField)
MADE: Final = (
    "public_id",
    "digest",
    "token_hash",
    "secret_hash",
    "code_hash",
    "sealed_secret",
    "sealed_webhook_secret",
    "sealed_url",
    "sealed_old_secret",
    "password",
    "sha256",
)
"""Fields of any model that the product fills by itself."""

FORMED: Final = {
    **dict.fromkeys(
        ("Initiative.key", "KPI.key", "Workspace.key", "Dashboard.key"), "letters, digits and dashes, by a constraint"
    ),
    **dict.fromkeys(("Attestation.check_id", "Waiver.check_id", "CheckEstimate.check_id"), "an id of the scorecard"),
    "Forecast.decided_by": "the id of a check, or a word of the code",
    **dict.fromkeys(("AuditEvent.action", "AuditEvent.object_kind", "JudgeDue.reason"), "words of the code"),
    **dict.fromkeys(("Connection.last_error_code", "SyncAttempt.error_code"), "words of the code"),
    **dict.fromkeys(("KpiSource.error_code", "ObservationSource.error_code"), "words of the code"),
    "Workspace.zone": "the name of a time zone, by a check",
    **dict.fromkeys(("ReadinessSnapshot.verdict", "ReadinessSnapshot.health", "GateDecision.verdict"), "our words"),
    **dict.fromkeys(("ReadinessSnapshot.candidate_kind", "GateDecision.candidate_kind"), "words of the code"),
    **dict.fromkeys(("ReadinessSnapshot.candidate_id", "GateDecision.candidate_id"), "a public id"),
    "LabelStanding.mark": "a digest",
    **dict.fromkeys(("Goal.loosens", "Target.loosens"), "our words, with numbers"),
    **dict.fromkeys(("Evaluation.slice_columns", "Evaluation.group_columns"), "names without = and comma"),
    **dict.fromkeys(("Bridge.formula", "Bridge.inputs"), "sums over names of letters, digits and _"),
    **dict.fromkeys(
        ("EvaluationStratum.levels", "EvaluationStratum.right", "EvaluationStratum.wrong"), "whole numbers"
    ),
    **dict.fromkeys(("Evaluation.decided_at", "Evaluation.right_at"), "whole numbers"),
    "GateDecision.test_set": "a public id",
    "EvaluationUpload.columns": "names without = and comma",
    "EvaluationUpload.error_code": "words of the code",
    "DatasetVersion.source": "words of the code, or the kind of a connection",
    "Annotator.pseudonym": "a keyed hash",
    "ApiToken.scopes": "words of the policy",
    "AuditEvent.request_id": "8 to 64 plain characters",
    "Breaker.host": "host and port of an address that was read",
    "Heartbeat.part": "names of our processes",
    "AuditedTask.project_key": "a public id",
    **dict.fromkeys(("KPI.zone", "UpdateRhythm.zone", "MailChoice.zone"), "a time zone of the database"),
    "Update.computed_health": "our words",
    "Workspace.currency": "eight characters",
    "ContributionResult.problem": "our words, with numbers",
    "MetricValue.special": "nan, inf or -inf",
    "ReadinessSnapshot.policy_version": "the name of a version",
    "Notice.why": "words of the code",
    "FormulaPart.fact": "words of the code",
    "KpiFormula.text": "numbers, signs and keys that were read",
    "Task.rank": "letters and digits",
    **dict.fromkeys(("ShareLink.kind", "Subscription.kind", "ShareOpening.what"), "words of the code"),
    **dict.fromkeys(("ShareLink.target", "Subscription.target"), "the key of a KPI or an initiative"),
    **dict.fromkeys(("ShareLink.query", "Subscription.query"), "percent-encoded: the page writes it so"),
    "ShareLink.beginning": "letters and digits",
    "Subscription.host": "the host of an address that was read",
    "Subscription.weekdays": "whole numbers",
    "Subscription.zone": "a time zone of the database",
    "Subscription.last_digest": "a digest",
    "DataSource.key": "letters, digits and dashes, by a constraint",
    "DeploymentChange.before": "words of the code",
    "Hook.host": "the host of an address that was read",
    **dict.fromkeys(("Hook.events", "HookEvent.type", "HookEvent.once_key"), "words of the code"),
    "ThrottleCounter.key": "an address or a token's id",
    "Waiver.measured_text": "a number",
}
"""Fields in which the taint cannot stand, and why."""


def text_fields(given: list[type[models.Model]] | None = None) -> Iterator[tuple[type[models.Model], Any]]:
    """Yield model and field wherever a text can stand: no choices, and not made by the product."""
    found = [each for name in APPS for each in apps.get_app_config(name).get_models()] if given is None else given
    for model in found:
        for field in model._meta.concrete_fields:
            if isinstance(field, KINDS) and not field.choices and field.name not in MADE:
                yield model, field


def name_of(model: type[models.Model], field: Any) -> str:
    """Return `Model.field`."""
    return f"{model.__name__}.{field.name}"


def is_tainted(model: type[models.Model], field: Any) -> bool:
    """Say whether a row holds the taint in this field."""
    texts = model._default_manager.annotate(as_text=Cast(field.name, models.TextField()))
    return texts.filter(as_text__contains=MARK).exists()


def untainted() -> set[str]:
    """Return every `Model.field` in which no row holds the taint."""
    return {name_of(model, field) for model, field in text_fields() if not is_tainted(model, field)}
