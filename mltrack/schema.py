"""The OpenAPI document of the API: what spectacular cannot know is added here."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension

PREFIX: Final = "/api/v1/"
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An error, as RFC 9457 describes it.",
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What went wrong, for people."},
        "code": {"type": "string", "description": "What went wrong, for programs."},
        "request_id": {"type": "string", "description": "Leads to the request in the server's log."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        "current": {"type": "object", "description": "With 412: the object as it is now."},
    },
}
_FIELD_ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "A JSON pointer into the body, or / and a parameter's name."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
}
_WORDS: Final = {
    "400": "The request is not valid; errors says where.",
    "401": "The token is missing or not valid.",
    "403": "The role or the token's scope does not allow this.",
    "404": "There is no such object in the token's workspace.",
    "409": "It contradicts what is stored, or a request with the same Idempotency-Key is still running.",
    "411": "The body comes without its length.",
    "412": "The object has changed since it was read.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "The Idempotency-Key was used for another request, or nothing of an atomic batch or a block was kept.",
    "429": "Too many requests in this minute; Retry-After says when to go on.",
    "503": "The database cannot answer now; Retry-After says when to try again.",
}
_ALWAYS: Final = ("400", "401", "403", "429", "503")
_BY_METHOD: Final = {
    "post": ("409", "411", "413", "415", "422"),
    "put": ("409", "411", "412", "413", "415"),
    "patch": ("409", "411", "412", "413", "415", "422"),
    "delete": ("409", "412"),
}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a caller signs in."""

    target_class = "mltrack.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "mlt_…"}


def only_api(endpoints: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Keep the paths of the API. (Naming this hook also loads the scheme above in time.)"""
    return [endpoint for endpoint in endpoints if str(endpoint[0]).startswith(PREFIX)]


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Give every operation the problems that it may answer with."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update({"Problem": _PROBLEM, "FieldError": _FIELD_ERROR})
    components["responses"] = {f"Problem{status}": _answer(words) for status, words in _WORDS.items()}
    for path, operations in result.get("paths", {}).items():
        found = ("404",) if "{" in path else ()
        for method, operation in operations.items():
            for status in sorted((*_ALWAYS, *found, *_BY_METHOD.get(method, ()))):
                reference = {"$ref": f"#/components/responses/Problem{status}"}
                operation["responses"].setdefault(status, reference)
    return result


def _answer(words: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": words, "content": content}
