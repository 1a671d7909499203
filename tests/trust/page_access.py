"""Asks every page in every way as everybody, and says where an answer is not what the table expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from mltrack.accounts.policy import ROLES
from tests.trust.page_table import QUERIES, UNGUARDED, Body, Levels
from tests.trust.page_world import PageWorld, Visitor
from tests.trust.routes import METHODS, Route

Table = Mapping[str, Mapping[str, Levels]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One way to ask one path; `level` is None where the table does not know the method."""

    route: Route
    method: str
    level: str | None
    body: Body


def differences(found: Iterable[Route], table: Table) -> list[str]:
    """Return the names that the URLconf or the table has alone, and those that two paths share."""
    names = [each.name for each in found]
    twice = [f"{name} is there twice" for name in sorted({name for name in names if names.count(name) > 1})]
    missing = [f"{name} is missing from the table" for name in names if name not in table]
    return [*twice, *missing, *(f"{name} is no path" for name in table if name not in names)]


def cells(found: Iterable[Route], table: Table) -> Iterator[Cell]:
    """Yield every path × method, once for each body that the table tells apart."""
    for route in found:
        for method in METHODS:
            levels = table.get(route.name, {}).get(method)
            if levels is None or isinstance(levels, str):
                yield Cell(route, method, levels, {})
            else:
                yield from (Cell(route, method, level, body) for level, body in levels)


def expected(cell: Cell, visitor: Visitor) -> set[str]:
    """Return what may happen to a visitor: `in`, `login`, `forbidden`, `hidden`, `method`."""
    inside = "workspace" in cell.route.kinds()
    if cell.level is None:
        return {"method"} if visitor.standing in ROLES else {"method", "login", "hidden", "forbidden"}
    if cell.level == "nobody":
        return {"hidden"}
    if cell.level == "open":
        return {"in"}
    if visitor.standing == "nobody":
        return {"login"}
    if cell.level == "signed":
        return {"in"}
    if cell.level == "operator":
        return {"in"} if visitor.standing == "operator" else {"forbidden"}
    if visitor.standing not in ROLES:
        assert inside, cell
        return {"hidden"}
    return {"in"} if _reaches(cell.level, visitor) else {"forbidden", "hidden"}


def _reaches(level: str, visitor: Visitor) -> bool:
    if level == "approver":
        return visitor.is_approver
    if level == "lead":
        return visitor.is_labeling_lead
    return ROLES.index(visitor.standing) >= ROLES.index(level)


def outcome(route: Route, answer: Any) -> str:
    """Return what happened, in the words of `expected`, or the status of an answer that should never be."""
    status = answer.status_code
    words = {401: "login", 403: "forbidden", 404: "hidden", 405: "method"}
    if status in words:
        return words[status]
    if status in (301, 302) and "/accounts/login/" in answer["Location"]:
        return "login"
    if status < 500 or (route.name == "readyz" and status == 503):
        return "in"
    return str(status)


def ask(visitor: Visitor, cell: Cell, ids: Mapping[str, str], *, csrf: bool = True) -> Any:
    """Return the answer and forget what it wrote."""
    with transaction.atomic():
        path = cell.route.filled(ids) + QUERIES.get(cell.route.name, "")
        answer = visitor.ask(cell.method, path, cell.body, csrf=csrf)
        transaction.set_rollback(True)
    return answer


def access_findings(world: PageWorld, asked: Iterable[Cell], names: Iterable[str]) -> list[str]:
    """Return where a visitor got another answer than the table says."""
    found = []
    visitors = {name: world.visitors[name] for name in names}
    for cell in asked:
        for name, visitor in visitors.items():
            happened = outcome(cell.route, ask(visitor, cell, world.ours))
            if happened not in expected(cell, visitor):
                found.append(f"{name} {cell.method} {cell.route.name} {cell.body or ''}: {happened}")
    return found


def forgery_findings(world: PageWorld, asked: Iterable[Cell]) -> list[str]:
    """Return the unsafe ways into a page that another site's form would find open: asked without a CSRF token."""
    found = []
    for cell in (each for each in asked if each.method != "GET" and each.route.name not in UNGUARDED):
        happened = ask(world.admin, cell, world.ours, csrf=False).status_code
        if happened not in (403, 405) or (cell.level is not None and happened != 403):
            found.append(f"{cell.method} {cell.route.name} without a token: {happened}")
    return found
