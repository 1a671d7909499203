"""Rows written by a statement that is planned once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.forms.models import model_to_dict

from kpis.models import GateDecision
from mltrack.accounts.models import AuditEvent
from mltrack.clock import database_now
from mltrack.rows import insert
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db


def decision(**changes: object) -> GateDecision:
    initiative = make_initiative(make_workspace())
    document = {"ü": [1, 2.5, None, True, 10**40], "quoted": "'\\ %s %(a)s \" $1"}
    values = {"workspace": initiative.workspace, "initiative": initiative, "at": database_now(), "verdict": "ready"}
    return GateDecision(**{**values, "document": document, "test_set": "", **changes})


def test_it_keeps_what_save_keeps() -> None:
    mine = decision(commit="a" * 40, ref="it's")
    insert(mine)
    theirs = GateDecision(**{field.attname: getattr(mine, field.attname) for field in mine._meta.concrete_fields})
    theirs.pk, theirs.public_id = None, "gat_other"
    theirs.save()
    left, right = (model_to_dict(GateDecision.objects.get(pk=each.pk)) for each in (mine, theirs))
    assert left.pop("id") != right.pop("id")
    assert left == right and left["document"] == mine.document
    assert not mine._state.adding


def test_moments_of_making_and_empty_keys_are_kept() -> None:
    event = AuditEvent(
        workspace=make_workspace().workspace, action="a", object_kind="k", object_key="o", after={"n": None}
    )
    insert(event)
    kept = AuditEvent.objects.get(pk=event.pk)
    assert kept.at == event.at and kept.actor is None and kept.before == {} and kept.after == {"n": None}


def test_what_the_database_refuses_raises_as_save_does() -> None:
    mine = decision()
    insert(mine)
    with pytest.raises(IntegrityError, match="public_id"), transaction.atomic():
        insert(decision(public_id=mine.public_id))
    assert GateDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_writes_too() -> None:
    insert(decision())
    connection.close()
    insert(decision())
    assert GateDecision.objects.count() == 2
