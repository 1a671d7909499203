"""Dataset versions by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from projects.models import DatasetVersion, JudgeDue
from projects.services.datasets import record_dataset
from tests.factories import make_initiative, make_workspace

pytestmark = pytest.mark.django_db


def test_upsert_by_name_and_digest() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    JudgeDue.objects.all().delete()
    made, state = record_dataset(owner, initiative, name="train", digest="d1", rows=10)
    assert (state, made.rows) == ("created", 10)
    assert JudgeDue.objects.filter(initiative=initiative).exists()
    assert record_dataset(owner, initiative, name="train", digest="d1")[1] == "unchanged"
    made, state = record_dataset(owner, initiative, name="train", digest="d1", labels_digest="l")
    assert (state, made.rows, made.labels_digest) == ("updated", 10, "l")
    assert record_dataset(owner, initiative, name="train", digest="d2")[1] == "created"
    assert record_dataset(owner, make_initiative(owner, "B"), name="train", digest="d1")[1] == "created"
    assert DatasetVersion.objects.count() == 3


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": 5}, "name"),
        ({"digest": "x" * 129}, "digest"),
        ({"rows": -1}, "rows"),
        ({"rows": True}, "rows"),
        ({"rows": 2**63}, "rows"),
        ({"labels_digest": "\x00"}, "labels_digest"),
    ],
)
def test_bad_fields_are_named(fields: dict[str, Any], wrong: str) -> None:
    owner = make_workspace()
    with pytest.raises(ValidationError) as error:
        record_dataset(owner, make_initiative(owner), **{"name": "train", "digest": "d", **fields})
    assert list(error.value.message_dict) == [wrong]
