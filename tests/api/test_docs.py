"""docs/api.md names every path, its methods, and what each needs."""

from __future__ import annotations

import re
from pathlib import Path

from mltrack.rest.query import PageParams
from tests.api.routes import served, views

ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \| (.+?) \|$", re.M)
METHOD = re.compile(r"([A-Z]+) \((?:([\w ]+), `([^`]+)`|any token)\)")
PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
TABLE = {
    route: (METHOD.findall(methods), words) for route, methods, words in ROW.findall(PAGE.partition("## Paths")[2])
}


def test_every_path_is_listed_with_its_methods() -> None:
    assert {route: frozenset(name for name, _, _ in methods) for route, (methods, _) in TABLE.items()} == served()


def test_every_need_is_the_one_that_is_checked() -> None:
    for route, view in views().items():
        for method, role, scope in TABLE[route][0]:
            power = view.powers[method]
            flags = {"APPROVE": "approver", "SEE_ANNOTATORS": "labeling lead"}
            flag = flags.get(getattr(power, "name", ""), getattr(power, "role", ""))
            assert (role, scope) == (flag, getattr(power, "scope", "")), (route, method)


def test_every_filter_is_named() -> None:
    paging = set(PageParams().fields)
    for route, view in views().items():
        declared = {name for params in view.query.values() for name in params().fields} - paging
        named = set(re.findall(r"`([^`]+)`", TABLE[route][1]))
        assert declared <= named | {"atomic"}, route
