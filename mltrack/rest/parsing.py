"""The one parser of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser

from mltrack.rest.pointers import FieldError
from mltrack.rest.problems import Problem
from mltrack.rest.strictjson import JSONRefused, loads


class StrictJSONParser(BaseParser):
    """Takes `application/json` in UTF-8 and refuses whatever could not be stored and read back."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body. Raises Problem 400 with a pointer, or 415 for another charset."""
        charset = parse_header_parameters(media_type or "")[1].get("charset", "utf-8")
        if charset.lower() not in ("utf-8", "utf8"):
            raise Problem(415, "unsupported_charset", "JSON is UTF-8.")
        try:
            return loads(stream.read())
        except JSONRefused as refused:
            error: FieldError = {"pointer": refused.pointer, "code": refused.code, "detail": refused.detail}
            raise Problem(400, refused.code, refused.detail, errors=[error]) from None
