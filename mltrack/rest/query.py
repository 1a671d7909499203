"""Query parameters: declared, or refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

LARGEST_PAGE: Final = 200
USUAL_PAGE: Final = 50


class Params(serializers.Serializer[Any]):
    """The query parameters of one operation, one field each; a `ListField` may be given several times."""


class PageParams(Params):
    """The parameters of a list that comes in pages."""

    limit = serializers.IntegerField(
        required=False,
        default=USUAL_PAGE,
        min_value=1,
        max_value=LARGEST_PAGE,
        help_text="How many items a page holds.",
    )
    cursor = serializers.CharField(
        required=False, default="", max_length=4000, help_text="Where the page begins: from `next` or `prev`."
    )


def read_params(given: QueryDict, declared: type[Params]) -> dict[str, Any]:
    """Return the validated parameters. Raises ValidationError (400) that names unknown and repeated ones."""
    if declared is Params and not given:
        return {}
    serializer = declared(data=_single(given, declared().fields))
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _single(given: QueryDict, fields: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    errors: dict[str, list[ErrorDetail]] = {}
    for name, values in given.lists():
        shown = name if len(name) <= 100 else name[:100] + "…"
        if name not in fields:
            errors[name] = [ErrorDetail(f"The query parameter {shown} is not known here.", "unknown_parameter")]
        elif isinstance(fields[name], serializers.ListField):
            data[name] = values
        elif len(values) > 1:
            errors[name] = [ErrorDetail(f"The query parameter {shown} is given twice.", "repeated_parameter")]
        else:
            data[name] = values[0]
    if errors:
        raise serializers.ValidationError(errors)
    return data
