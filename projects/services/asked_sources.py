"""How a row of any table of sources is kept, changed, paused, forgotten and asked; each table has one service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from mltrack.days import day_in
from projects.models import AskedSource, Connection, SyncAttempt
from projects.services.connections import ask_sync
from projects.services.rejections import forget_rejected
from projects.services.run_rows import lock_source
from projects.services.texts import json_safe
from projects.services.versions import expect_version

AnySource = TypeVar("AnySource", bound=AskedSource)
READ_AGAIN: Final = timedelta(days=7)
"""How far before the newest answer a pull begins: what was corrected since then comes with it."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A question that was answered: of which connection, as it was then, and what the source was `before`."""

    connection: Connection | None
    values: Mapping[str, Any]
    before: Mapping[str, Any] | None = None

    def expect_connection(self) -> None:
        """Hold the connection as it was asked until the end of the transaction. Raises ValidationError otherwise."""
        if self.connection is None:
            return
        same = Connection.objects.filter(pk=self.connection.pk, version=self.connection.version)
        if same.select_for_update(no_key=True).first() is None:
            raise ValidationError({"connection": "The connection was changed while it was asked: try again."})


@dataclass(frozen=True, slots=True)
class SourceTable(Generic[AnySource]):
    """A table of sources as the one service that writes it tells of it.

    `parent` names what its rows belong to, `noun` stands in the audit trail, `fields` can be changed, and `taken` says,
    with {kind} and {name}, that there is such a source already.
    """

    model: type[AnySource]
    parent: str
    noun: str
    fields: Sequence[str]
    taken: str

    @transaction.atomic
    def keep(self, principal: Principal, source: AnySource) -> AnySource:
        """Keep a new source and ask for its first pull. Raises ValidationError where its name is taken."""
        self._save(source)
        record_audit(principal, "add", self.noun, source.public_id, after=self._shown(source))
        if source.connection is not None:
            ask_sync(principal, source.connection)
        return source

    @transaction.atomic
    def keep_edit(
        self, principal: Principal, source: AnySource, tried: Tried, expected_version: int | None
    ) -> AnySource:
        """Keep a change that was tried; all is read anew. Raises ValidationError and VersionConflict."""
        locked = self.hold(source)
        expect_version(locked.version, expected_version)
        if fields_of(locked, self.fields) != tried.before:
            raise ValidationError({"statement": "This source was changed while it was tried: try again."})
        tried.expect_connection()
        before = self._shown(locked)
        for name, value in tried.values.items():
            setattr(locked, name, value)
        _forget(locked)
        self._save(locked)
        record_audit(principal, "edit", self.noun, locked.public_id, before=before, after=self._shown(locked))
        if locked.connection is not None:
            ask_sync(principal, locked.connection)
        return locked

    @transaction.atomic
    def pause(self, principal: Principal, source: AnySource, *, paused: bool) -> AnySource:
        """Let a source ask nothing for a while, or ask again."""
        locked = self.hold(source)
        if locked.paused != paused:
            locked.paused = paused
            locked.version += 1
            locked.save(update_fields=["paused", "version"])
            record_audit(principal, "pause" if paused else "resume", self.noun, locked.public_id)
        return locked

    @transaction.atomic
    def remove(self, principal: Principal, source: AnySource) -> None:
        """Forget a source; what it brought stays."""
        locked = self.hold(source)
        record_audit(principal, "remove", self.noun, locked.public_id, before=self._shown(locked))
        if locked.connection is not None:
            forget_rejected(locked.connection, f"{locked.public_id} ")
        locked.delete()

    @transaction.atomic
    def sync(self, principal: Principal, source: AnySource, *, whole: bool) -> SyncAttempt:
        """Ask for a pull of the source's connection now; with `whole` it is read from its first day again."""
        locked = self.hold(source)
        if locked.connection is None:
            raise ValidationError({"connection": "An upload has no server to ask."})
        if whole:
            _forget(locked)
            locked.save(update_fields=["read_until", "digest", "version"])
            record_audit(principal, "back-fill", self.noun, locked.public_id, after={"begins": str(locked.begins)})
        return ask_sync(principal, locked.connection)

    def hold(self, source: AnySource) -> AnySource:
        """Hold the source after its connection, in the order of a pull."""
        if source.connection is not None:
            lock_source(source.connection)
        found = self.model._default_manager.select_for_update(of=("self",))
        return found.select_related("connection__workspace", f"{self.parent}__workspace").get(pk=source.pk)

    def _save(self, source: AnySource) -> None:
        try:
            with transaction.atomic():
                source.save()
        except IntegrityError as error:
            raise ValidationError({"name": self.taken.format(**fields_of(source, ("kind", "name")))}) from error

    def _shown(self, source: AnySource) -> dict[str, Any]:
        """Return a source for the audit trail."""
        connection = source.connection.public_id if source.connection else None
        return {**json_safe(fields_of(source, (*self.fields, "kind"))), "connection": connection}


def fields_of(source: AskedSource, names: Sequence[str]) -> dict[str, Any]:
    """Return what a source says by field."""
    return {name: getattr(source, name) for name in names}


def asked_from(begins: date, read_until: datetime | None, zone: str) -> date:
    """Return the day that a pull asks from: the source's first, or one in a zone a week before what is there."""
    return begins if read_until is None else max(begins, day_in(zone, read_until - READ_AGAIN))


def _forget(source: AskedSource) -> None:
    """Let the next pull read everything from the first day."""
    source.read_until, source.digest = None, ""
    source.version += 1
