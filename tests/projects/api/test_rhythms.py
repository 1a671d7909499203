"""How often words are asked for, by REST: of a workspace, and of an initiative that has its own."""

from __future__ import annotations

from typing import Any, Final

import pytest

from mltrack.accounts.models import AuditEvent
from projects.services.rhythms import set_rhythm
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative

pytestmark = pytest.mark.django_db
HERE: Final = "initiatives/CHURN/rhythm/"
GOOD: dict[str, Any] = {"every": "fortnightly", "weekday": 0, "hour": 9, "zone": "Europe/Berlin"}


def test_where_nobody_set_one_it_says_so(team: Team) -> None:
    team.workspace.zone = "Asia/Tokyo"
    team.workspace.save()
    make_initiative(team.principal)
    for path in ("rhythm/", HERE):
        told = ok(team.viewer.call("get", path))
        assert (told["every"], told["zone"], told["set_for"], told["since"]) == ("weekly", "Asia/Tokyo", None, None)


def test_an_initiative_has_its_own_until_it_follows_again(team: Team) -> None:
    initiative = make_initiative(team.principal)
    made = ok(team.manager.call("put", "rhythm/", GOOD))
    assert made | GOOD == made and made["set_for"] == "workspace" and made["since"]
    assert ok(team.viewer.call("get", HERE)) == made == ok(team.viewer.call("get", "rhythm/"))
    own = ok(team.manager.call("put", HERE, {**GOOD, "every": "off"}))
    assert (own["every"], own["set_for"]) == ("off", "initiative")
    assert ok(team.viewer.call("get", HERE)) == own
    # The same service as on the page: what does not change is not written.
    set_rhythm(team.principal, initiative, **{**GOOD, "every": "off"})
    assert ok(team.viewer.call("get", HERE)) == own
    for _ in range(2):
        ok(team.manager.call("delete", HERE), 204)
    assert ok(team.viewer.call("get", HERE)) == made
    told = AuditEvent.objects.filter(action__endswith="rhythm").order_by("pk").values_list("object_kind", "action")
    assert list(told) == [
        ("workspace", "set rhythm"),
        ("initiative", "set rhythm"),
        ("initiative", "follow rhythm"),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("every", "daily"), ("weekday", 7), ("weekday", -1), ("hour", 24), ("zone", "Mars/Olympus"), ("zone", "")],
)
def test_what_is_no_rhythm_is_refused(team: Team, field: str, value: object) -> None:
    assert pointers(refused(team.manager.call("put", "rhythm/", {**GOOD, field: value}), 400)) == {f"/{field}"}
    assert pointers(refused(team.manager.call("put", "rhythm/", {}), 400)) == {f"/{name}" for name in GOOD}
