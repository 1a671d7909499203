"""Connections: made, edited, tested, asked to pull, deleted. Secrets are sealed and never leave again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.db.models.functions import Now

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.connectors.base import ConnectorError, ListsChoices, ListsWords
from projects.connectors.records import ChoiceRecord, ServerReport
from projects.connectors.registry import brings_tasks, needs_initiative
from projects.connectors.task_records import TrackerWords
from projects.models import Connection, Initiative, LabelingProject, SelectionRule, SyncAttempt, Task
from projects.models.secrets import SecretUnreadable, seal, unseal
from projects.services.clients import PAGE_PATIENCE, open_connection, open_connector
from projects.services.connection_fields import (
    check_fields,
    check_initiative,
    check_webhook_secret,
    check_whole,
    origin,
)
from projects.services.due import note_due
from projects.services.links import sync_links
from projects.services.mirrored_tasks import follow_initiative, remap_tasks
from projects.services.run_rows import lock_source
from projects.services.sent_tasks import retry_refused
from projects.services.versions import expect_version

SEALED: Final = {"secret": "sealed_secret", "webhook_secret": "sealed_webhook_secret"}
"""The fields that are written and never read, and where they are kept."""

_FRESH = {"attempts": 0, "failures": 0, "last_error_code": "", "last_error_text": ""}

_DELETE = (
    "DELETE FROM projects_metricvalue USING projects_run r WHERE run_id = r.id AND r.connection_id = %s",
    "DELETE FROM projects_runlink USING projects_run r WHERE run_id = r.id AND r.connection_id = %s",
    "DELETE FROM projects_rundataset USING projects_run r WHERE run_id = r.id AND r.connection_id = %s",
    "UPDATE projects_deployment d SET run_id = NULL FROM projects_run r WHERE d.run_id = r.id AND r.connection_id = %s",
    """UPDATE projects_deployment d SET model_version_id = NULL FROM projects_modelversion v
       WHERE d.model_version_id = v.id AND v.connection_id = %s""",
    "DELETE FROM projects_modelversion WHERE connection_id = %s",
    "DELETE FROM projects_run WHERE connection_id = %s",
    """DELETE FROM projects_annotation USING projects_labeltask t, projects_labelingproject p
       WHERE task_id = t.id AND t.project_id = p.id AND p.connection_id = %s""",
)


@transaction.atomic
def create_connection(
    principal: Principal,
    *,
    kind: str,
    name: str,
    base_url: str,
    secret: str = "",
    options: Mapping[str, Any] | None = None,
    interval_seconds: int = 60,
    initiative: Initiative | None = None,
    webhook_secret: str = "",
) -> Connection:
    """Return a new connection, due at once. With `initiative`, the runs of its experiments count for it.

    Raises ValidationError({field: text}).
    """
    given = {
        "name": name,
        "base_url": base_url,
        "secret": secret,
        "options": dict(options or {}),
        "interval_seconds": interval_seconds,
        "initiative": initiative,
        **({"webhook_secret": webhook_secret} if webhook_secret else {}),
    }
    made = Connection(workspace=principal.workspace, kind=kind, next_due=Now())
    check_fields(made, given)
    check_whole(kind, base_url, secret, given["options"])  # type: ignore[arg-type]
    check_initiative(kind, initiative)
    check_webhook_secret(kind, webhook_secret)
    _apply(made, given)
    _save(made)
    _follow_experiments(made, initiative)
    record_audit(principal, "create", "connection", made.public_id, after={"kind": kind, **_shown(given)})
    made.refresh_from_db()
    return made


@transaction.atomic
def edit_connection(
    principal: Principal, connection: Connection, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> Connection:
    """Return the edited connection, due at once; a pull that is under way ends at its next page.

    A new scheme, host or port clears the secret unless a new one comes with it, and everything is read anew.
    Raises ValidationError({field: text}) and VersionConflict.
    """
    retry_refused(connection)
    locked = _locked(connection)
    expect_version(locked.version, expected_version)
    check_fields(locked, changes)
    before = {name: getattr(locked, name, None) for name in changes if name not in SEALED}
    moved = "base_url" in changes and origin(changes["base_url"]) != origin(locked.base_url)
    given = {**changes, "secret": changes.get("secret", "")} if moved else dict(changes)
    if given.get("base_url", locked.base_url) != locked.base_url:
        locked.cursor = {}
    options = given.get("options", locked.options)
    if any(options.get(name) != locked.options.get(name) for name in ("statuses", "types")):
        locked.cursor = {}
    old_rule = (locked.initiative, list(locked.options.get("experiment_ids", [])))
    check_webhook_secret(locked.kind, given.get("webhook_secret", ""))
    _apply(locked, given)
    if "initiative" in given:
        check_initiative(locked.kind, locked.initiative)
    if {"base_url", "options", "secret"} & set(given):
        check_whole(locked.kind, locked.base_url, _opened(locked), locked.options)
    _fence(locked)
    _save(locked)
    if {"initiative", "options"} & set(given):
        _move_rule(locked, *old_rule)
    note_due(_mirrored_anew(locked, given), "tasks moved")
    record_audit(principal, "edit", "connection", locked.public_id, before=_shown(before), after=_shown(given))
    locked.refresh_from_db()
    return locked


@transaction.atomic
def delete_connection(principal: Principal, connection: Connection) -> None:
    """Delete a connection with everything that it brought; a pull that is under way ends by itself."""
    locked = _locked(connection)
    initiatives = set(SelectionRule.objects.filter(connection=locked).values_list("initiative_id", flat=True))
    initiatives |= set(LabelingProject.objects.filter(connection=locked).values_list("initiative_id", flat=True))
    initiatives |= set(Task.objects.filter(connection=locked).values_list("initiative_id", flat=True))
    key, name = locked.public_id, locked.name
    with database.cursor() as cursor:
        for statement in _DELETE:
            cursor.execute(statement, [locked.pk])
    locked.delete()
    record_audit(principal, "delete", "connection", key, before={"name": name})
    note_due(initiatives, "connection deleted")


@transaction.atomic
def ask_sync(principal: Principal, connection: Connection) -> SyncAttempt:
    """Return the queued attempt of a pull that a person asked for; asking twice is asking once.

    A connection that was paused by its failures is taken up again.
    """
    locked = _locked(connection)
    stopped = locked.paused and bool(locked.last_error_code)
    Connection.objects.filter(pk=locked.pk).update(attempts=0, failures=0, paused=locked.paused and not stopped)
    attempt, created = SyncAttempt.objects.get_or_create(
        connection=locked, state=SyncAttempt.State.QUEUED, defaults={"asked_by": str(principal.user or "MLTrack")[:254]}
    )
    if created:
        record_audit(principal, "sync", "connection", locked.public_id)
    return attempt


def list_choices(connection: Connection) -> list[ChoiceRecord]:
    """Return the experiments or projects that a person may choose from, soon or not at all. Raises ConnectorError."""
    with open_connection(connection, PAGE_PATIENCE) as (connector, _):
        return _choices(connector)


def list_words(connection: Connection) -> TrackerWords:
    """Return a tracker's words for statuses and types, soon or not at all. Raises ConnectorError."""
    with open_connection(connection, PAGE_PATIENCE) as (connector, _):
        if not isinstance(connector, ListsWords):
            raise ConnectorError("This kind of connection has no such words.", permanent=True, code="not_supported")
        return connector.list_words()


def probe(kind: str, base_url: str, secret: str, options: Mapping[str, Any]) -> tuple[ServerReport, list[ChoiceRecord]]:
    """Return what a server says and offers, before anything is saved. Raises ValidationError and ConnectorError."""
    check_whole(kind, base_url, secret, options)
    with open_connector(kind, base_url, secret, options) as (connector, _):
        return connector.test(), connector.list_choices() if isinstance(connector, ListsChoices) else []


def _choices(connector: object) -> list[ChoiceRecord]:
    if not isinstance(connector, ListsChoices):
        raise ConnectorError("This kind of connection has no such list.", permanent=True, code="not_supported")
    return connector.list_choices()


def _locked(connection: Connection) -> Connection:
    return (
        Connection.objects.select_for_update(of=("self",))
        .select_related("workspace", "initiative")
        .get(pk=connection.pk, workspace_id=connection.workspace_id)
    )


def _opened(connection: Connection) -> str:
    """Return the kept secret. Raises ValidationError for one whose key is lost: it must be typed again."""
    try:
        return unseal(connection.sealed_secret)
    except SecretUnreadable as error:
        raise ValidationError({"secret": f"{error} Type it again."}) from error


def _apply(connection: Connection, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if name in SEALED:
            setattr(connection, SEALED[name], seal(value))
        else:
            setattr(connection, name, value.strip() if name in ("name", "base_url") else value)


def _fence(connection: Connection) -> None:
    """Refuse the next page of a pull that is under way, and start afresh."""
    connection.lease_token += 1
    connection.lease_until = None
    connection.next_due = Now()
    connection.version += 1
    for name, value in _FRESH.items():
        setattr(connection, name, value)


def _save(connection: Connection) -> None:
    try:
        with transaction.atomic():
            connection.save()
    except IntegrityError as error:
        raise ValidationError({"name": f"There is a connection named {connection.name} already."}) from error


def _follow_experiments(connection: Connection, initiative: Initiative | None) -> None:
    if initiative is not None and not needs_initiative(connection.kind):
        chosen = list(connection.options.get("experiment_ids", []))
        SelectionRule.objects.create(initiative=initiative, connection=connection, experiment_ids=chosen)


def _mirrored_anew(connection: Connection, given: Mapping[str, Any]) -> set[int]:
    """Let a tracker's tasks follow its new initiative and mapping; return the initiatives that this touches."""
    if not brings_tasks(connection.kind):
        return set()
    touched = follow_initiative(connection) if "initiative" in given else set()
    if "options" in given and remap_tasks(connection) and connection.initiative_id:
        touched.add(connection.initiative_id)
    return touched


def _move_rule(connection: Connection, initiative: Initiative | None, experiment_ids: list[str]) -> None:
    """Let the rule that came with the connection follow it; rules that people made, or took away, stay so."""
    moved = connection.initiative != initiative
    if not moved and list(connection.options.get("experiment_ids", [])) == experiment_ids:
        return
    lock_source(connection)
    plain = SelectionRule.objects.filter(connection=connection, tag_key="", registered_model="", alias="")
    gone, _ = plain.filter(initiative=initiative, experiment_ids=experiment_ids).delete()
    if moved or gone:
        _follow_experiments(connection, connection.initiative)
    touched = {each.pk for each in (initiative, connection.initiative) if each is not None}
    note_due(sync_links(connection) | touched, "selection changed")


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values for the audit trail; of a secret only that it was set or cleared."""
    shown = {name: value for name, value in values.items() if name not in (*SEALED, "initiative")}
    shown |= {name: "set" if values[name] else "none" for name in SEALED if name in values}
    if "initiative" in values:
        shown["initiative"] = values["initiative"].key if values["initiative"] else None
    return shown
