"""Webhooks in the settings: an admin adds one, tries it, reads what came back, sends it again, pauses, removes it."""

from __future__ import annotations

import re

import pytest
from pytest_django import DjangoAssertNumQueries, Settings
from standardwebhooks import Webhook

from kpis.models import Hook, HookDelivery
from kpis.services.hook_due import waiting_hooks
from kpis.services.hook_sending import send_hook
from mltrack.accounts.access import Principal
from tests.factories import make_member, make_workspace
from tests.kpis.views.conftest import browser
from tests.kpis.views.kpi_world import get, home, post, text
from tests.servers.hostile import HostileServer, raw

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(settings: Settings) -> Principal:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    return make_workspace()


def work() -> list[HookDelivery]:
    return [each for hook in waiting_hooks() for each in send_hook(hook)]


def shown(page: str) -> str:
    [secret] = re.findall(r"whsec_[\w+/=]+", page)
    return str(secret)


def test_the_way_of_a_webhook(owner: Principal) -> None:
    with HostileServer(raw(404), raw(200)) as receiver:
        form = {"name": "CI of <b>", "url": f"{receiver.url}/in/secret-path", "events": ["alert.opened"]}
        secret = shown(text(post(owner, home(owner, "settings/webhooks/"), form)))
        hook = Hook.objects.get()
        here = home(owner, f"settings/webhooks/{hook.public_id}/")
        for path in (home(owner, "settings/webhooks/"), here):
            page = text(get(owner, path))
            assert "CI of &lt;b&gt;" in page and "whsec_" not in page and "secret-path" not in page
        assert post(owner, f"{here}test/", {}).status_code == 302
        assert [each.status for each in work()] == [404]
        page = text(get(owner, here))
        assert "There is nothing at this address (404)." in page and "next try" in page and "Failing" in page
        Hook.objects.update(rest_until=None)
        HookDelivery.objects.filter(state="waiting").update(next_try_at=HookDelivery.objects.get().created_at)
        assert [each.status for each in work()] == [200]
        other = shown(text(post(owner, f"{here}rotate/", {})))
        assert post(owner, f"{here}deliveries/{HookDelivery.objects.get().public_id}/replay/", {}).status_code == 302
        assert [each.status for each in work()] == [200] and "sent again by hand" in text(get(owner, here))
        _, _, headers, body = receiver.seen[-1]
        assert Webhook(secret).verify(body, headers) == Webhook(other).verify(body, headers)
    assert post(owner, f"{here}switch/", {}).status_code == 302
    page = text(get(owner, here))
    assert "Paused" in page and "Send a test" not in page and "Send again" not in page
    person = browser(owner)
    assert "switch it on first" in text(person.post(f"{here}test/", follow=True))
    assert post(owner, here, {"name": "CI", "url": "", "events": ["alert.closed"]}).status_code == 302
    kept = Hook.objects.get()
    assert (kept.name, kept.events, kept.sealed_url) == ("CI", ["alert.closed"], hook.sealed_url)
    assert post(owner, f"{here}switch/", {"active": "1"}).status_code == 302 and Hook.objects.get().state == "active"
    assert post(owner, f"{here}remove/", {}).status_code == 302 and not Hook.objects.exists()
    assert "No webhooks yet" in text(get(owner, home(owner, "settings/webhooks/")))


def test_what_cannot_be_stands_at_its_field_and_the_address_is_not_repeated(owner: Principal) -> None:
    form = {"name": "CI", "url": "ftp://secret-path.example.org", "events": ["alert.opened"]}
    answer = post(owner, home(owner, "settings/webhooks/"), form)
    page = text(answer)
    assert answer.status_code == 422 and "Give an address with https://" in page and "secret-path" not in page


def test_others_see_no_webhooks(owner: Principal) -> None:
    manager = make_member(owner.workspace, "manager")
    assert get(manager, home(owner, "settings/webhooks/")).status_code == 403
    assert "settings/webhooks" not in text(get(manager, home(owner, "settings/tokens/")))
    assert "settings/webhooks" in text(get(owner, home(owner, "settings/tokens/")))


def test_the_pages_take_few_queries(owner: Principal, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    form = {"url": "https://hooks.example.org/x", "events": ["alert.opened"]}
    for number in range(12):
        post(owner, home(owner, "settings/webhooks/"), {**form, "name": str(number)})
    here = home(owner, f"settings/webhooks/{Hook.objects.latest('pk').public_id}/")
    post(owner, f"{here}test/", {})
    person = browser(owner)
    for path in (home(owner, "settings/webhooks/"), here):
        with django_assert_max_num_queries(12):
            person.get(path)
