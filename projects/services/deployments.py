"""What runs where, as CI and people report it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Deployment, Initiative, ModelVersion, Run
from projects.selectors.production import BESIDE, before_it
from projects.services.deployment_changes import keep_change, keep_rollback
from projects.services.due import note_due
from projects.services.run_rows import lock_source
from projects.services.texts import json_safe, whole_text

_LONGEST = {"environment": 60, "version": 120, "image_digest": 200, "endpoint": 500, "commit": 100}
_FUTURE = timedelta(minutes=5)


@transaction.atomic
def record_deployment(
    principal: Principal,
    initiative: Initiative,
    *,
    environment: str,
    version: str,
    state: str = Deployment.State.LIVE,
    at: datetime | None = None,
    image_digest: str = "",
    endpoint: str = "",
    commit: str = "",
) -> tuple[Deployment, str]:
    """Upsert a deployment by environment, version and time; return it and `created`, `updated` or `unchanged`.

    Without `at`, the newest report of the same version in the environment is taken for the same deployment; one that
    was a canary or a shadow and is live now has arrived now. One that was live and is taken back is kept as a rollback.
    The run of that commit and the model version of that number, or of `name/3`, are tied to it where they are
    known. Raises ValidationError({field: text}), also for a number that several models have.
    """
    values = {"state": state, "image_digest": image_digest, "endpoint": endpoint, "commit": commit}
    _check({"environment": environment, "version": version, **values}, at)
    lock_source(initiative)
    old = _same(initiative, environment, version, at)
    values |= _tied(initiative, version, commit)
    if old is None:
        made = Deployment.objects.create(
            workspace=principal.workspace,
            initiative=initiative,
            environment=environment,
            version=version,
            at=at or timezone.now(),
            **values,
        )
        keep_change(principal, made, "", made.at)
        return _told(principal, initiative, made, "created")
    changed = [name for name, value in values.items() if value not in ("", None) and getattr(old, name) != value]
    if not changed:
        return old, "unchanged"
    before = old.state
    for name in changed:
        setattr(old, name, values[name])
    if before != old.state:
        now = timezone.now()
        if at is None and before in BESIDE and old.state == Deployment.State.LIVE:
            old.at = now
        if before == Deployment.State.LIVE and old.state == Deployment.State.ROLLED_BACK:
            keep_rollback(principal, old, before_it(old), at=now)
        keep_change(principal, old, before, now)
    old.save(update_fields=[*changed, "at"])
    return _told(principal, initiative, old, "updated")


def _told(principal: Principal, initiative: Initiative, made: Deployment, state: str) -> tuple[Deployment, str]:
    fields = ("environment", "version", "state", "commit", "image_digest", "at")
    after = json_safe({name: getattr(made, name) for name in fields})
    record_audit(principal, "deploy", "deployment", f"{initiative.key} {made.environment}", after=after)
    note_due([initiative.pk], "deployment recorded")
    return made, state


def _same(initiative: Initiative, environment: str, version: str, at: datetime | None) -> Deployment | None:
    newest = Deployment.objects.filter(initiative=initiative, environment=environment).order_by("-at", "-id")
    if at is not None:
        return newest.filter(version=version, at=at).first()
    found = newest.first()
    return found if found is not None and found.version == version else None


def _tied(initiative: Initiative, version: str, commit: str) -> dict[str, Any]:
    model, run = _model_version(initiative, version), None
    if commit:
        ours = Run.objects.filter(workspace_id=initiative.workspace_id, links__initiative=initiative)
        run = (
            ours.filter(commit=commit, status=Run.Status.FINISHED, deleted_at=None).order_by("-links__ended_at").first()
        )
    return {"model_version": model, "run": run or (model.run if model else None)}


def _model_version(initiative: Initiative, version: str) -> ModelVersion | None:
    """Return the newest version that is meant. Raises ValidationError where it may be of several models, as a gate."""
    name, slash, number = version.rpartition("/")
    named = Q(version=version) | Q(name=name, version=number) if slash else Q(version=version)
    ours = Q(pushed_to=initiative) | Q(run__links__initiative=initiative)
    found = ModelVersion.objects.filter(ours, named, workspace_id=initiative.workspace_id, deleted_at=None)
    names = sorted(set(found.values_list("name", flat=True)))
    if len(names) > 1:
        several = (
            f"{version} is a version of several models ({', '.join(names[:5])}): name one as {names[0]}/{version}."
        )
        raise ValidationError({"version": several})
    return found.order_by("-id").first()


def _check(values: dict[str, Any], at: Any) -> None:
    errors = {}
    for name, longest in _LONGEST.items():
        wrong = whole_text(values[name], longest, empty=name not in ("environment", "version"))
        if wrong:
            errors[name] = f"This {wrong}."
    if values["state"] not in Deployment.State.values:
        errors["state"] = f"The state is one of {', '.join(Deployment.State.values)}."
    if at is not None and (not isinstance(at, datetime) or timezone.is_naive(at) or at > timezone.now() + _FUTURE):
        errors["at"] = "A deployment has a time with a zone that is not in the future."
    if errors:
        raise ValidationError(errors)
