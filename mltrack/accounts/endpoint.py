"""The base of every view of the API.

Five moves, about ten lines: access → params → service or selector → answer. What is the same everywhere happens
here: sign-in, throttle, power, declared parameters, one transaction for a write, idempotency, pages, ETags.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mltrack.accounts.access import Principal
from mltrack.accounts.authentication import TokenAuthentication
from mltrack.accounts.once import answered_once, was_answered
from mltrack.accounts.permissions import HasPower
from mltrack.accounts.policy import Power
from mltrack.accounts.throttling import Rate, TokenThrottle, count_failure
from mltrack.failpoints import failpoint
from mltrack.rest.etags import etag_of, is_fresh, require_match
from mltrack.rest.negotiation import JSONNegotiation
from mltrack.rest.openapi import EndpointSchema
from mltrack.rest.pages import CursorPages
from mltrack.rest.parsing import StrictJSONParser
from mltrack.rest.problems import exception_handler
from mltrack.rest.query import Params, read_params
from mltrack.rest.rendering import StrictJSONRenderer
from mltrack.rest.requests import StrictRequest
from mltrack.rest.serializers import answers_of

WRITING = ("post", "put", "patch", "delete")
Handler = TypeVar("Handler", bound=Callable[..., Response])


def _in_one_transaction(handler: Handler) -> Handler:
    """Run a writing method in one transaction, which an answer of 400 or more rolls back, after what it asks first."""

    @wraps(handler)
    def handled(self: Endpoint, request: StrictRequest, *args: Any, **kwargs: Any) -> Response:
        if type(self).ask is not Endpoint.ask and not was_answered(request, self.principal.token):
            self.ask(request, *args, **kwargs)
        with transaction.atomic():
            answer = answered_once(
                request, self.principal.token, lambda: handler(self, request, *args, **kwargs), self.shown_once
            )
            if answer.status_code >= 400:
                transaction.set_rollback(True)
            failpoint("write.before_commit")
        failpoint("write.after_commit")
        return answer

    return handled  # type: ignore[return-value]


class Endpoint(APIView):
    """One path. `powers` names the power of each method, `query` the parameters of each (none where absent).

    The power None asks for a live token and nothing else.

    A subclass with a method that `powers` does not name raises TypeError when it is defined. Writing methods run
    in one transaction with everything that their services write, but for those that `streams` names: they read their
    body piece by piece and keep each piece for itself. `shown_once` names the secrets of an answer, which no repeated
    POST is told again.
    """

    powers: ClassVar[Mapping[str, Power | None]]
    query: ClassVar[Mapping[str, type[Params]]] = {}
    streams: ClassVar[frozenset[str]] = frozenset()
    shown_once: ClassVar[tuple[str, ...]] = ()
    params: dict[str, Any]

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasPower]
    throttle_classes = [TokenThrottle]
    parser_classes = [StrictJSONParser]
    renderer_classes = [StrictJSONRenderer]
    content_negotiation_class = JSONNegotiation
    schema = EndpointSchema()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in ("get", *WRITING):
            if hasattr(cls, name) and name.upper() not in getattr(cls, "powers", {}):
                raise TypeError(f"{cls.__name__} does not say which power {name.upper()} needs.")
            if name in WRITING and name in vars(cls) and name.upper() not in cls.streams:
                setattr(cls, name, _in_one_transaction(vars(cls)[name]))

    @classmethod
    def as_view(cls, **options: Any) -> Any:
        """Return the view; a path without its last slash is a 404, not a redirect that would drop the body."""
        view = super().as_view(**options)
        view.should_append_slash = False  # type: ignore[attr-defined]
        return view

    @property
    def principal(self) -> Principal:
        """Return who asks, with workspace, role and scopes."""
        found: Principal = self.request.principal  # type: ignore[attr-defined]
        return found

    def ask(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Ask other servers what a writing method needs to know, before its transaction begins; by default nothing.

        A repeated request that has its answer already asks nothing. What comes back is checked again by the method.
        """

    def body(self, declared: type[serializers.Serializer[Any]], *, partial: bool = False, many: bool = False) -> Any:
        """Return the validated body: a dict, or a list of them with `many`. Raises ValidationError (400)."""
        serializer = declared(data=self.request.data, partial=partial, many=many)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def ok(self, data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """Answer with data."""
        return Response(data, status=status, headers=dict(headers or {}))

    def page(
        self,
        queryset: QuerySet[Any, Any],
        serializer: type[serializers.Serializer[Any]],
        order: str,
        tie: str = "pk",
        told: Callable[[list[Any]], list[Any]] = list,
    ) -> Response:
        """Answer with the page that `limit` and `cursor` ask for; `query` must declare `PageParams`.

        `told` turns the page's items into what is shown of them, all at once.
        """
        asked = {name: value for name, value in self.params.items() if name not in ("limit", "cursor")}
        scope = f"{self.principal.workspace.pk} {self.request.path} {order} {sorted(asked.items())}"
        found = CursorPages(order, scope, tie).read(queryset, self.params["limit"], self.params["cursor"])
        return self.ok(
            {
                "data": answers_of(serializer, told(found.items)),
                "next": self._link(found.next),
                "prev": self._link(found.prev),
            }
        )

    def entity(self, data: Any, key: str, version: object, status: int = 200) -> Response:
        """Answer with one versioned object and its ETag; a GET whose `If-None-Match` names it gets 304."""
        etag = etag_of(key, version)
        if self.request.method in ("GET", "HEAD") and is_fresh(self.request, etag):
            return Response(status=304, headers={"ETag": etag})
        return self.ok(data, status, {"ETag": etag})

    def conditional(self, key: str, version: object, current: Callable[[], Any]) -> None:
        """Raise 412 with the object of now unless `If-Match` is absent or names this version.

        Lock the row first (`select_for_update`): the writing method's transaction makes check and write one.
        """
        require_match(self.request, etag_of(key, version), current)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Answer which methods there are."""
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """Wrap Django's request so that its body has a limit."""
        return StrictRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check, in this order: token, rate, power, path, parameters."""
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        self._authenticated(request)
        self.check_throttles(request)
        self.check_permissions(request)
        if any("\x00" in value for value in kwargs.values() if isinstance(value, str)):
            raise Http404("Not found.")
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method in self.powers:
            self.params = read_params(request.query_params, self.query.get(method, Params))

    def _authenticated(self, request: Request) -> None:
        try:
            self.perform_authentication(request)
            if request.auth is None:
                raise NotAuthenticated("Send Authorization: Bearer mlt_….")
        except (AuthenticationFailed, NotAuthenticated):
            count_failure(request)
            raise

    def get_exception_handler(self) -> Any:
        """Answer every exception with a problem."""
        return exception_handler

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Add where the caller stands in this minute."""
        final = super().finalize_response(request, response, *args, **kwargs)
        rate: Rate | None = getattr(request, "rate", None)
        for name, value in (rate.headers if rate else {}).items():
            final[name] = value
        return final

    def _link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        asked = self.request.query_params.copy()
        asked["cursor"] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{asked.urlencode()}")
