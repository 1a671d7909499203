"""Dataset versions by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from projects.models import DatasetVersion, JudgeDue
from projects.services.datasets import record_dataset, record_dvc
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


def test_where_it_lies_without_what_opens_it() -> None:
    owner = make_workspace()
    address = "https://me:word@files.example.org/cases.csv?X-Amz-Signature=abc#top"
    made, _ = record_dataset(owner, make_initiative(owner), name="cases", digest="d", size=9, files=1, uri=address)
    assert (made.uri, made.size, made.files, made.source) == ("https://files.example.org/cases.csv", 9, 1, "api")


def test_a_file_of_dvc() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    text = "outs:\n- {md5: aa.dir, size: 7, nfiles: 2, path: raw}\n- {path: later}\n"
    made = record_dvc(owner, initiative, text=text, path="data/raw.dvc")
    ((version, state),) = made.versions
    assert (version.name, version.digest, version.size, version.files) == ("data/raw", "aa.dir", 7, 2)
    assert (state, version.source, made.skipped) == ("created", "dvc", ("data/later",))
    assert record_dvc(owner, initiative, text=text, path="data/raw.dvc").versions[0][1] == "unchanged"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": "a: b"}, "text"),
        ({"text": "outs: [{path: a}]"}, "only"),
        ({"text": "outs: [{path: a, md5: b}]", "only": ["x"]}, "only"),
        ({"text": f"outs: [{{path: {'a' * 301}, md5: b}}]"}, "text"),
    ],
)
def test_a_file_that_pins_nothing(given: dict[str, Any], field: str) -> None:
    owner = make_workspace()
    with pytest.raises(ValidationError) as error:
        record_dvc(owner, make_initiative(owner), **given)
    assert list(error.value.message_dict) == [field]
    assert not DatasetVersion.objects.exists()
