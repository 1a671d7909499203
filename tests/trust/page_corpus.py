"""Odd values in every field of every form and every parameter of every page."""

from __future__ import annotations

import ast
import inspect
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.urls import resolve

from kpis.services.snapshots import judge_now
from projects.models import Initiative
from tests.trust.page_access import outcome
from tests.trust.page_forms import Post
from tests.trust.page_world import PageWorld, Visitor
from tests.trust.routes import Route, pages

# Ten times what the slowest page takes here.
SLOW_SECONDS: Final = 10.0
ODD: Final[tuple[Any, ...]] = (
    *("", " \t\r\n", "x" * 30_000, "a\x00b", "\ud800", "\u202e🙂\ufeff\u2028é", "a\r\nSet-Cookie: b=c"),
    *("'; DROP TABLE projects_run; --", "<script>alert(1)</script>{{7*7}}{% debug %}", "../../etc/passwd", "%", "%s%d"),
    *("=HYPERLINK(1)", "NaN", "Infinity", "-1e309", "1e308", "-0", "9" * 400, str(2**63), "1e400 %", "٣", "0x10"),
    *("0001-01-01", "9999-12-31", "2026-02-30", "2026-03-29T02:30", "9999-12-31T23:59:59.999999+14:00", "H1 99999"),
    *(
        "[]",
        "{}",
        '{"a": NaN}',
        "[" * 2000,
        "[[1]]",
        "null",
        "true",
        "javascript:alert(1)",
        "//example.org",
        "http://[::1",
    ),
    *(["a", "b", "\x00"], ["x"] * 500),
)
WORST: Final = ("", "a\x00b", "\ud800", "x" * 30_000, "NaN", "9" * 400, "0001-01-01", "[" * 2000, "http://[::1")
RUNS_ASKED: Final = ("status", "experiment", "connection", "deleted", "text", "metric", "commit", "sort")
# What a page reads of its address beside what stands in its own module.
ELSEWHERE: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("kpis:analysis", "kpis:analysis_effort", "kpis:analysis_incidence_csv", "kpis:analysis_incidence_xlsx"),
        ("since",),
    ),
    "kpis:analysis_warnings": ("kind", "cursor"),
    "kpis:dashboard": ("q", "range"),
    "kpis:forecast": ("drop", "cut_tasks", "labeling_rate"),
    "kpis:forecast_figure": ("drop", "cut_tasks", "labeling_rate"),
    "kpis:initiative": ("as_of",),
    "kpis:initiative_changes": ("since",),
    "kpis:runs": ("status", "experiment", "connection", "deleted"),
    "kpis:task_changes": ("since",),
    **dict.fromkeys(("kpis:runs_csv", "kpis:runs_xlsx"), RUNS_ASKED),
    "short": ("next",),
}


@dataclass(frozen=True, slots=True)
class Try:
    """One post with one odd field; `value` is None where the field is left out."""

    post: Post
    field: str
    value: Any

    def body(self) -> dict[str, Any]:
        """Return what is sent."""
        body = self.post.body
        body.pop(self.field, None)
        return body if self.value is None else {**body, self.field: self.value}

    def __str__(self) -> str:
        return (
            f"{self.post.name} {self.post.field if self.post.field != 'name' else ''} {self.field}={self.value!r:.40}"
        )


def tries(found: Iterable[Post], values: Iterable[Any] = ODD) -> Iterator[Try]:
    """Yield each field of each post with each value, without itself, and with a key that no form has."""
    corpus = tuple(values)
    for post in found:
        for field in (*post.body, "constructor"):
            yield from (Try(post, field, value) for value in (None, *corpus))


def wrong(route: Route, answer: Any, seconds: float) -> str:
    """Say what an answer should never be: a crash, slow, or a header made by a value."""
    if seconds > SLOW_SECONDS:
        return f"{seconds:.0f} s"
    status = outcome(route, answer)
    if status.isdecimal():
        return status
    return "a header of the value's" if "b=c" in str(answer.cookies) or "Set-Cookie: b" in str(answer.headers) else ""


def send(world: PageWorld, one: Try) -> tuple[str, Any]:
    """Post and return what is wrong with the answer, with the answer."""
    [route] = [each for each in pages() if each.name == one.post.name]
    path, begun = route.filled({**world.ours, "field": one.post.field, "task_field": one.post.field}), time.monotonic()
    with transaction.atomic():
        answer = world.visitors[one.post.visitor].ask("POST", path, one.body())
        drain(answer)
        if not one.post.kept or connection.needs_rollback:
            transaction.set_rollback(True)
    return wrong(route, answer, time.monotonic() - begun), answer


def drain(answer: Any) -> bytes:
    """Return the whole of an answer."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def corpus_findings(world: PageWorld, found: Iterable[Try]) -> list[str]:
    """Return the posts that broke something, and the pages that cannot be read after them."""
    broken = []
    for one in found:
        problem, _ = send(world, one)
        if problem:
            broken.append(f"{one}: {problem}")
    return [*broken, *unreadable(world)]


def unreadable(world: PageWorld, found: Iterable[Route] | None = None) -> list[str]:
    """Judge what is stored now, and return what an admin cannot read any more: pages and endpoints."""
    for each in Initiative.objects.filter(workspace=world.team.workspace):
        judge_now(each.pk)
    broken = []
    for route in pages() if found is None else found:
        problem = wrong(route, *timed(world.admin, route.filled(world.ours)))
        broken += [f"{route.name} after that: {problem}"] if problem else []
    for path in ("initiatives/", "kpis/", "connections/", "portfolio/", f"kpis/{world.ours['kpis']}/readings/"):
        status = world.team.admin.call("get", path).status_code
        broken += [] if status == 200 else [f"{path} after that: {status}"]
    return broken


def timed(visitor: Visitor, path: str) -> tuple[Any, float]:
    """Return the answer to a GET, and the seconds that it took."""
    begun = time.monotonic()
    with transaction.atomic():
        answer = visitor.ask("GET", path)
        drain(answer)
        transaction.set_rollback(True)
    return answer, time.monotonic() - begun


def asked_of(route: Route, ids: Mapping[str, str]) -> set[str]:
    """Return the query parameters that a page reads, as its view's module has them, and those named above."""
    view = inspect.unwrap(resolve(route.filled(ids)).func)
    module = inspect.getmodule(view)
    named = set(ELSEWHERE.get(route.name, ()))
    if module is None or module.__name__.startswith(("allauth", "django")):
        return named
    return named | set(_read(ast.parse(inspect.getsource(module))))


def _read(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "getlist"):
            of, first = node.func.value, node.args[0] if node.args else None
            if isinstance(of, ast.Attribute) and of.attr == "GET" and isinstance(first, ast.Constant):
                yield str(first.value)


def query_findings(world: PageWorld, found: Iterable[Route], values: Iterable[str]) -> list[str]:
    """Return the parameters and values that a page breaks on."""
    broken, corpus = [], tuple(values)
    for route in found:
        path = route.filled(world.ours)
        for name in sorted(asked_of(route, world.ours)):
            for value in corpus:
                text = "".join(f"%{byte:02x}" for byte in value.encode(errors="surrogatepass"))
                problem = wrong(route, *timed(world.admin, f"{path}?{name}={text[:3000]}"))
                broken += [f"{route.name}?{name}={value!r:.40}: {problem}"] if problem else []
    return broken
