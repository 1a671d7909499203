"""Conditional requests on one object."""

from __future__ import annotations

from mltrack.rest.etags import etag_of
from tests.mltrack.accounts.api.callers import Callers
from tests.mltrack.accounts.api.test_access import is_problem


def test_an_etag_is_strong_and_tells_versions_and_keys_apart() -> None:
    assert etag_of("A", 1).startswith('"')
    assert len({etag_of("A", 1), etag_of("A", 2), etag_of("B", 1), etag_of("A1", ""), etag_of("A", 11)}) == 5


def test_a_read_object_need_not_be_sent_again(callers: Callers) -> None:
    first = callers.owner.call("get", "name/")
    tag = first["ETag"]
    for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = callers.owner.call("get", "name/", If_None_Match=given)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert callers.owner.call("get", "name/", If_None_Match='"x"').status_code == 200


def test_a_change_needs_the_version_that_was_read(callers: Callers) -> None:
    tag = callers.owner.call("get", "name/")["ETag"]
    changed = callers.owner.call("patch", "name/", {"name": "East"}, If_Match=tag)
    assert (changed.status_code, changed.json()) == (200, {"name": "East"})
    assert changed["ETag"] != tag
    late = callers.owner.call("patch", "name/", {"name": "West"}, If_Match=tag)
    body = is_problem(late, 412, "version_conflict")
    assert body["current"] == {"name": "East"}
    assert late["ETag"] == changed["ETag"]
    assert callers.owner.call("get", "name/").json() == {"name": "East"}


def test_a_weak_tag_never_permits_a_change(callers: Callers) -> None:
    tag = callers.owner.call("get", "name/")["ETag"]
    assert callers.owner.call("patch", "name/", {"name": "East"}, If_Match=f"W/{tag}").status_code == 412
    assert callers.owner.call("patch", "name/", {"name": "East"}, If_Match="nonsense").status_code == 412


def test_a_star_or_no_condition_permits_it(callers: Callers) -> None:
    assert callers.owner.call("patch", "name/", {"name": "East"}, If_Match="*").status_code == 200
    assert callers.owner.call("patch", "name/", {"name": "West"}).status_code == 200
