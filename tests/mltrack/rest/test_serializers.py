"""Strict bodies."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework import serializers

from mltrack.rest.fields import UTCDateTimeField
from mltrack.rest.serializers import StrictSerializer


class Part(StrictSerializer):
    size = serializers.IntegerField(required=False)


class Thing(StrictSerializer):
    name = serializers.CharField(max_length=10)
    weight = serializers.FloatField(required=False, allow_null=True)
    count = serializers.IntegerField(required=False)
    price = serializers.DecimalField(max_digits=6, decimal_places=2, required=False)
    on = serializers.BooleanField(required=False)
    kind = serializers.ChoiceField(choices=["a", "b"], required=False)
    day = serializers.DateField(required=False)
    at = UTCDateTimeField(required=False)
    values = serializers.ListField(child=serializers.FloatField(), required=False)
    shares = serializers.DictField(child=serializers.FloatField(), required=False)
    part = Part(required=False)
    parts = Part(many=True, required=False)
    id = serializers.CharField(read_only=True)


def codes(data: Any, **options: Any) -> Any:
    serializer = Thing(data=data, **options)
    assert not serializer.is_valid()
    return serializers.ValidationError(serializer.errors).get_codes()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"extra": 1}, {"extra": ["unknown_key"]}),
        ({"part": {"extra": 1}}, {"part": {"extra": ["unknown_key"]}}),
        ({"parts": [{}, {"size": 1, "x": 1}]}, {"parts": {1: {"x": ["unknown_key"]}}}),
        ({"id": "other"}, {"id": ["read_only"]}),
        ({"weight": True}, {"weight": ["wrong_type"]}),
        ({"weight": "1.5"}, {"weight": ["wrong_type"]}),
        ({"weight": "NaN"}, {"weight": ["wrong_type"]}),
        ({"count": True}, {"count": ["wrong_type"]}),
        ({"count": 1.5}, {"count": ["wrong_type"]}),
        ({"count": 2**63}, {"count": ["wrong_type"]}),
        ({"count": 1e300}, {"count": ["wrong_type"]}),
        ({"count": "5"}, {"count": ["wrong_type"]}),
        ({"price": False}, {"price": ["wrong_type"]}),
        ({"on": 1}, {"on": ["wrong_type"]}),
        ({"on": "yes"}, {"on": ["wrong_type"]}),
        ({"kind": ["a"]}, {"kind": ["wrong_type"]}),
        ({"day": 20260101}, {"day": ["wrong_type"]}),
        ({"at": "2026-01-01T00:00:00"}, {"at": ["naive"]}),
        ({"values": [1, True, 2]}, {"values": {1: ["wrong_type"]}}),
        ({"values": {"0": 1}}, {"values": ["not_a_list"]}),
        ({"shares": {"a": "1"}}, {"shares": {"a": ["wrong_type"]}}),
        ({"part": []}, {"part": {"non_field_errors": ["invalid"]}}),
        ({"part": {"size": True}}, {"part": {"size": ["wrong_type"]}}),
        ({"count": None}, {"count": ["null"]}),
    ],
)
def test_nothing_is_guessed(data: dict[str, Any], code: Any) -> None:
    assert codes({"name": "x", **data}) == code


@pytest.mark.parametrize("name", [5, True, [], {}, 1.5])
def test_a_text_is_a_text(name: Any) -> None:
    assert codes({"name": name}) == {"name": ["wrong_type"]}


@pytest.mark.parametrize("name", ["a\x00b", "x" * 11, ""])
def test_a_text_has_its_bounds(name: str) -> None:
    assert "name" in codes({"name": name})


@pytest.mark.parametrize("data", [[], "x", 5, True])
def test_a_body_is_an_object(data: Any) -> None:
    assert codes(data) == {"non_field_errors": ["invalid"]}


def test_all_faults_are_reported_together() -> None:
    assert codes({"extra": 1, "count": True, "kind": "c"}) == {
        "extra": ["unknown_key"],
        "count": ["wrong_type"],
        "kind": ["invalid_choice"],
        "name": ["required"],
    }


def test_a_valid_body_comes_out_typed() -> None:
    serializer = Thing(data={"name": "x", "weight": None, "count": 3.0, "values": [1, 2.5], "part": {"size": 1}})
    assert serializer.is_valid(), serializer.errors
    assert serializer.validated_data == {
        "name": "x",
        "weight": None,
        "count": 3,
        "values": [1.0, 2.5],
        "part": {"size": 1},
    }


def test_a_partial_body_needs_nothing_but_stays_strict() -> None:
    assert Thing(data={}, partial=True).is_valid()
    assert codes({"extra": 1}, partial=True) == {"extra": ["unknown_key"]}


@pytest.mark.parametrize("loose", [serializers.DateTimeField, serializers.JSONField])
def test_a_field_that_takes_too_much_cannot_be_declared(loose: Any) -> None:
    with pytest.raises(TypeError, match="takes too much"):
        type("Loose", (StrictSerializer,), {"field": loose()})
