"""How the API describes itself: operation ids, declared parameters and headers, the shapes of our fields."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

_IDEMPOTENCY: Final = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Any text of up to 255 ASCII characters; a repeated request gets the stored answer for 24 hours.",
)
_IF_MATCH: Final = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag that was read; another version answers 412."
)
_NUMBER_OR_SPECIAL: Final = {
    "oneOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}, {"type": "null"}]
}


class EndpointSchema(AutoSchema):
    """Reads what an endpoint declares."""

    def get_operation_id(self) -> str:
        """Return method and nouns: `get_initiatives_runs`, `patch_initiatives_by_key`."""
        parts = [part for part in self.path.removeprefix("/api/v1/").split("/") if part]
        nouns = [part.replace("-", "_") for part in parts if not part.startswith("{")]
        last = [f"by_{parts[-1].strip('{}')}"] if parts and parts[-1].startswith("{") else []
        return "_".join([self.method.lower(), *nouns, *last])

    def get_tags(self) -> list[str]:
        """Return the first noun of the path."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_description(self) -> str:  # type: ignore[override]
        """Return the method's own words, and the role and scope that it needs."""
        words = str(super().get_description())
        power = getattr(self.view, "powers", {}).get(self.method)
        needs = f"Needs the role {power.role} and the token scope {power.scope}." if power else ""
        return "\n\n".join(part for part in (words, needs) if part)

    def get_override_parameters(self) -> list[Any]:
        """Return the declared query parameters and the headers that the method understands."""
        declared = getattr(self.view, "query", {}).get(self.method)
        headers = {"POST": [_IDEMPOTENCY], "PUT": [_IF_MATCH], "PATCH": [_IF_MATCH], "DELETE": [_IF_MATCH]}
        return [*([declared] if declared else []), *headers.get(self.method, [])]


class _MomentShape(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "mltrack.rest.fields.UTCDateTimeField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class _MapShape(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "mltrack.rest.fields.JSONMapField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        values = {"type": ["string", "number", "boolean", "null"], "maxLength": self.target.value_length}
        return {"type": "object", "additionalProperties": values, "maxProperties": self.target.max_keys}


class _MetricsShape(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "mltrack.rest.fields.MetricsField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        values = _NUMBER_OR_SPECIAL if direction == "request" else _metric_out()
        return {"type": "object", "additionalProperties": values, "maxProperties": self.target.max_keys}


def _metric_out() -> dict[str, Any]:
    properties = {
        "value": {"type": ["number", "null"], "description": "Null where special says what it is instead."},
        "special": {"enum": ["nan", "inf", "-inf", None]},
        "step": {"type": ["integer", "null"]},
        "time": {"type": ["string", "null"], "format": "date-time"},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}
