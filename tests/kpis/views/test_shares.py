"""Share links: shown once, read-only, and gone at once with the right, the person, the time and the view."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from kpis.models import KPI, Dashboard, ShareLink, ShareOpening
from kpis.scoring.dashboards.shipped import SHIPPED
from kpis.services.dashboards import archive_dashboard, create_dashboard
from kpis.services.kpi_notes import write_note
from kpis.services.kpis import archive_kpi, create_kpi
from kpis.services.shares import (
    KEPT_OPENINGS,
    create_share,
    drop_old_openings,
    keyed_hash,
    note_opening,
    revoke_share,
    shares_of,
)
from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent, Member, User
from mltrack.accounts.services.members import remove_member
from mltrack.accounts.throttling import MISSED_SHARES_PER_MINUTE, SHARES_PER_MINUTE
from tests.factories import make_initiative, make_member, make_stranger, make_workspace
from tests.kpis.views.conftest import browser
from tests.kpis.views.kpi_world import get, home, make_kpi, post, text
from tests.kpis.world import POOR, aimed, judged, report
from tests.sheets import text_of

pytestmark = pytest.mark.django_db
PARTS = ("", "history.json", "history.csv", "history.xlsx", "tile/")


def statuses(secret: str) -> list[int]:
    return [Client().get(f"/s/{secret}/{part}").status_code for part in PARTS]


def shared(maker: Principal, kind: str = "kpi", **view: Any) -> tuple[ShareLink, str]:
    return create_share(maker, kind=kind, **view)


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def maker(owner: Principal) -> Principal:
    return make_member(owner.workspace, "contributor")


def test_a_kpi_is_shown_with_chart_file_and_tile(owner: Principal) -> None:
    kpi = make_kpi(owner)
    write_note(owner, kpi, day=timezone.now().date(), text="Prices went up")
    _, secret = shared(owner, target=kpi.key, query="since=month")
    page = Client().get(f"/s/{secret}/")
    assert page.status_code == 200
    told = page.content.decode()
    assert "Churn rate" in told and "Prices went up" in told and "Moved" not in told
    assert 'data-src="history.json"' in told and 'href="history.csv"' in told and secret not in told
    assert "csrf" not in told and "/w/" not in told and str(owner.user) not in told and "<form" not in told
    figure = Client().get(f"/s/{secret}/history.json").json()
    assert figure["data"][0]["y"][-3:] == [12.0, 11.0, 10.0]
    lines = b"".join(Client().get(f"/s/{secret}/history.csv")).decode().splitlines()
    assert lines[0] == "segment,start,period,value,readings" and len(lines) == 4
    book = text_of(b"".join(Client().get(f"/s/{secret}/history.xlsx")))
    assert "readings" in book and secret not in book


@pytest.mark.parametrize("key", SHIPPED)
def test_a_dashboard_is_shown_without_names_and_ways_further(owner: Principal, key: str) -> None:
    """The chart's tools and the words of people stay; who owns a KPI and where it is kept is not told."""
    make_kpi(owner)
    initiative = aimed(owner, key="TOLD")
    report(initiative, "one", POOR)
    judged(initiative)
    _, secret = shared(owner, kind="dashboard", target=key, query="range=year")
    told = Client().get(f"/s/{secret}/").content.decode()
    assert (SHIPPED[key].name in told and "calendar year" in told.lower()) or "2026" in told
    assert "csrf" not in told and "/w/" not in told and str(owner.user) not in told and "<form" not in told
    assert Client().get(f"/s/{secret}/history.json").status_code == 404
    assert Client().get(f"/s/{secret}/tile/").status_code == 404


def test_a_dashboard_of_ones_own_ends_with_it(owner: Principal) -> None:
    kpi = make_kpi(owner)
    panels = [{"kind": "kpi_tile", "title": "Churn", "settings": {"kpi": kpi.key}}]
    made = create_dashboard(owner, key="ours", name="Ours", panels=panels)
    _, secret = shared(owner, kind="dashboard", target="ours")
    assert kpi.name in Client().get(f"/s/{secret}/").content.decode()
    archive_dashboard(owner, made, archived=True)
    assert Client().get(f"/s/{secret}/").status_code == 404
    archive_dashboard(owner, made, archived=False)
    assert Client().get(f"/s/{secret}/").status_code == 200
    Dashboard.objects.filter(pk=made.pk).delete()
    create_dashboard(owner, key="ours", name="Another", panels=[])
    assert Client().get(f"/s/{secret}/").status_code == 404
    for query in ("range=someday", "q=color:red", "page=2"):
        with pytest.raises(ValidationError):
            shared(owner, kind="dashboard", target="leadership", query=query)


@pytest.mark.parametrize("part", PARTS)
def test_what_is_shown_is_kept_nowhere_and_known_to_nobody(owner: Principal, part: str) -> None:
    _, secret = shared(owner, target=make_kpi(owner).key)
    answer = browser(owner).get(f"/s/{secret}/{part}")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert not answer.cookies
    if part in ("", "history.json"):
        assert answer["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_only_the_tile_can_be_framed_and_only_by_whom_the_setting_names(owner: Principal, settings: Settings) -> None:
    _, secret = shared(owner, target=make_kpi(owner).key)
    tile = Client().get(f"/s/{secret}/tile/")
    assert "frame-ancestors 'none'" in tile["Content-Security-Policy"]
    settings.MLTRACK_FRAME_ANCESTORS = ["https://wiki.example.org"]
    tile = Client().get(f"/s/{secret}/tile/")
    assert "frame-ancestors https://wiki.example.org" in tile["Content-Security-Policy"]
    assert "script-src 'none'" in tile["Content-Security-Policy"] and "X-Frame-Options" not in tile
    told = tile.content.decode()
    assert "<svg" in told and "<script" not in told and 'href="../"' in told
    for path in (f"/s/{secret}/", "/accounts/login/"):
        assert "frame-ancestors 'none'" in Client().get(path)["Content-Security-Policy"]


def _revoked(owner: Principal, maker: Principal, link: ShareLink, kpi: KPI) -> None:
    revoke_share(maker, link.public_id)


def _revoked_by_admin(owner: Principal, maker: Principal, link: ShareLink, kpi: KPI) -> None:
    revoke_share(owner, link.public_id)


def _expired(owner: Principal, maker: Principal, link: ShareLink, kpi: KPI) -> None:
    past = timezone.now() - timedelta(days=2)
    ShareLink.objects.filter(pk=link.pk).update(created_at=past, expires_at=past + timedelta(days=1))


def _deactivated(owner: Principal, maker: Principal, link: ShareLink, kpi: KPI) -> None:
    User.objects.filter(pk=maker.user.pk).update(is_active=False)  # type: ignore[union-attr]


def _demoted(owner: Principal, maker: Principal, link: ShareLink, kpi: KPI) -> None:
    Member.objects.filter(user=maker.user).update(role="viewer")


def _left(owner: Principal, maker: Principal, link: ShareLink, kpi: KPI) -> None:
    assert maker.user is not None
    remove_member(owner, Member.objects.get(user=maker.user))
    assert maker.user is not None
    Member.objects.create(workspace=owner.workspace, user=maker.user, role="admin")


def _archived(owner: Principal, maker: Principal, link: ShareLink, kpi: KPI) -> None:
    archive_kpi(owner, kpi, archived=True)


def _another(owner: Principal, maker: Principal, link: ShareLink, kpi: KPI) -> None:
    kpi.delete()
    create_kpi(owner, key=kpi.key, name="Another")


@pytest.mark.parametrize(
    "ends", [_revoked, _revoked_by_admin, _expired, _deactivated, _demoted, _left, _archived, _another]
)
def test_an_ended_link_is_404_with_every_chart_and_file(
    owner: Principal, maker: Principal, ends: Callable[..., None]
) -> None:
    kpi = make_kpi(owner)
    link, secret = shared(maker, target=kpi.key)
    assert statuses(secret) == [200] * len(PARTS)
    ends(owner, maker, link, kpi)
    assert statuses(secret) == [404] * len(PARTS)
    assert ShareOpening.objects.count() == len(PARTS)


def test_a_portfolio_keeps_its_filter(owner: Principal) -> None:
    make_initiative(owner, "CHURN")
    make_initiative(owner, "FRAUD", name="Fraud", stage="data")
    _, secret = shared(owner, "portfolio", query="q=stage%3Adata")
    told = Client().get(f"/s/{secret}/", {"q": ""}).content.decode()
    assert "FRAUD" in told and "CHURN" not in told
    lines = b"".join(Client().get(f"/s/{secret}/initiatives.csv")).decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["key", "FRAUD"]
    assert [Client().get(f"/s/{secret}/{part}").status_code for part in ("tile/", "history.json", "history.csv")] == [
        404
    ] * 3


def test_an_initiative_shows_its_readiness_and_nothing_to_do(owner: Principal) -> None:
    initiative = aimed(owner)
    report(initiative, "one", POOR)
    judged(initiative)
    _, secret = shared(owner, "initiative", target="CHURN")
    told = Client().get(f"/s/{secret}/").content.decode()
    assert "Not ready" in told and "In the way" in told and "/w/" not in told and "<form" not in told
    lines = b"".join(Client().get(f"/s/{secret}/checks.csv")).decode().splitlines()
    assert any(line.startswith("model,model.accuracy,") and ",fail,true," in line for line in lines)


def test_each_opening_is_kept_and_shown_without_an_address(owner: Principal, maker: Principal) -> None:
    link, secret = shared(maker, target=make_kpi(owner).key)
    statuses(secret)
    assert sorted(link.openings.values_list("what", flat=True)) == [
        *("history.csv", "history.json", "history.xlsx", "page", "tile")
    ]
    link.refresh_from_db()
    assert link.opened == 5 and link.last_opened_at is not None
    there = home(owner, f"settings/shares/{link.public_id}/")
    assert "history.csv" in text(get(maker, there)) and "history.csv" in text(get(owner, there))
    assert get(make_member(owner.workspace, "manager"), there).status_code == 404
    assert get(make_stranger(), there).status_code == 404


def test_old_openings_are_forgotten_and_the_count_stays(owner: Principal) -> None:
    link, _ = shared(owner, target=make_kpi(owner).key)
    note_opening(link, "page")
    ShareOpening.objects.update(at=timezone.now() - timedelta(days=91))
    note_opening(link, "tile")
    assert drop_old_openings() == 1
    now = timezone.now()
    many = [ShareOpening(link=link, at=now - timedelta(hours=n), what="page") for n in range(1, KEPT_OPENINGS + 2)]
    ShareOpening.objects.bulk_create(many)
    ShareLink.objects.update(opened=KEPT_OPENINGS + 2)
    assert drop_old_openings() == 2
    assert link.openings.count() == KEPT_OPENINGS and link.openings.filter(what="tile").exists()


def test_the_address_is_shown_once(owner: Principal, maker: Principal) -> None:
    kpi = make_kpi(owner)
    there = home(owner, "settings/shares/")
    assert f'value="{kpi.key}"' in text(get(maker, f"{there}?kind=kpi&target={kpi.key}&query=since%3Dweek"))
    page = unescape(text(post(maker, there, {"kind": "kpi", "target": kpi.key, "query": "", "days": 7})))
    [secret] = set(re.findall(r"http://testserver/s/([\w-]{43})/", page))
    assert f"http://testserver/s/{secret}/tile/" in page
    link = ShareLink.objects.get()
    assert link.secret_hash == keyed_hash(secret) and secret not in str(ShareLink.objects.values().get())
    assert link.beginning == secret[:8] and (link.expires_at - link.created_at).days in (6, 7)
    assert secret not in text(get(maker, there)) and link.beginning in text(get(maker, there))
    assert secret not in str(list(AuditEvent.objects.values()))
    viewer = make_member(owner.workspace, "viewer")
    assert post(viewer, there, {"kind": "kpi", "target": kpi.key, "days": 7}).status_code == 403
    assert "<h2>New link" not in text(get(viewer, there))
    assert post(owner, f"{there}{link.public_id}/revoke/", {}).status_code == 302
    assert statuses(secret) == [404] * len(PARTS) and "revoked" in text(get(maker, there))


@pytest.mark.parametrize(
    ("view", "field"),
    [
        ({"kind": "dashboards", "target": "x"}, "kind"),
        ({"kind": "kpi"}, "target"),
        ({"kind": "kpi", "target": "none"}, "target"),
        ({"kind": "kpi", "target": "put-away"}, "target"),
        ({"kind": "portfolio", "target": "churn-rate"}, "target"),
        ({"kind": "initiative", "target": "CHURN", "query": "as_of=2026-01-01T00:00:00Z"}, "query"),
        ({"kind": "kpi", "target": "churn-rate", "query": "since=century"}, "query"),
        ({"kind": "portfolio", "query": "owner__password=x"}, "query"),
        ({"kind": "portfolio", "query": "q=a&q=b"}, "query"),
        ({"kind": "portfolio", "query": "q=verdict:perhaps"}, "query"),
        ({"kind": "portfolio", "query": "q=" + "a" * 499}, "query"),
        ({"kind": "portfolio", "days": 0}, "days"),
        ({"kind": "portfolio", "days": 366}, "days"),
    ],
)
def test_only_declared_views_can_be_named(owner: Principal, view: dict[str, Any], field: str) -> None:
    make_kpi(owner)
    make_initiative(owner, "CHURN")
    archive_kpi(owner, create_kpi(owner, key="put-away", name="Put away"), archived=True)
    with pytest.raises(ValidationError) as refused:
        create_share(owner, **view)
    assert list(refused.value.message_dict) == [field]


def test_guesses_are_throttled_by_address_and_links_by_themselves(owner: Principal) -> None:
    _, secret = shared(owner, target=make_kpi(owner).key)
    missed = [Client().get(f"/s/{'x' * 43}/").status_code for _ in range(MISSED_SHARES_PER_MINUTE * 2 + 1)]
    assert missed[0] == 404 and missed[-1] == 429
    assert Client().get(f"/s/{secret}/").status_code == 200
    elsewhere = Client(REMOTE_ADDR="198.51.100.7").get(f"/s/{'x' * 43}/")
    assert elsewhere.status_code == 404
    assert SHARES_PER_MINUTE > MISSED_SHARES_PER_MINUTE


def test_a_person_manages_their_own_and_an_admin_all(owner: Principal, maker: Principal) -> None:
    link, _ = shared(maker, target=make_kpi(owner).key)
    assert list(shares_of(owner)) == list(shares_of(maker)) == [link]
    for other in (make_member(owner.workspace, "manager"), make_stranger()):
        assert list(shares_of(other)) == []


def test_a_page_of_a_kpi_takes_as_many_queries_whatever_its_history(
    owner: Principal, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _, secret = shared(owner, target=make_kpi(owner, tuple(float(n) for n in range(60))).key)
    with django_assert_max_num_queries(21):
        assert Client().get(f"/s/{secret}/").status_code == 200
