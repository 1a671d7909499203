"""Rhythms: kept once per initiative and workspace, and what they make of words that were posted before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from mltrack.accounts.models import AuditEvent
from projects.models import UpdateRhythm
from projects.selectors.rhythms import rhythm_of
from projects.services.initiatives import post_update
from projects.services.rhythms import follow_workspace, set_rhythm
from tests.factories import make_initiative, make_workspace

GOOD: dict[str, Any] = {"every": "weekly", "weekday": 4, "hour": 10, "zone": "Europe/Berlin"}


@pytest.mark.django_db
def test_an_initiative_follows_its_workspace_until_it_has_its_own() -> None:
    owner = make_workspace()
    initiative = make_initiative(owner)
    word = post_update(owner, initiative, health="on_track", text="Fine")
    assert word.stale_at is not None and abs(word.stale_at - word.at - timedelta(days=9)) < timedelta(seconds=5)

    def lasts() -> int:
        word.refresh_from_db()
        assert word.stale_at is not None
        return round((word.stale_at - word.at) / timedelta(days=1))

    set_rhythm(owner, None, **{**GOOD, "every": "fortnightly"})
    assert (rhythm_of(initiative).every, lasts()) == ("fortnightly", 16)
    set_rhythm(owner, initiative, **{**GOOD, "every": "off"})
    assert (rhythm_of(initiative).every, lasts()) == ("off", 28)
    set_rhythm(owner, None, **GOOD)
    assert lasts() == 28
    follow_workspace(owner, initiative)
    assert (rhythm_of(initiative).every, lasts()) == ("weekly", 9)
    assert UpdateRhythm.objects.count() == 1
    assert AuditEvent.objects.filter(action__endswith="rhythm").count() == 4
    since = rhythm_of(initiative).since
    set_rhythm(owner, None, **GOOD)
    assert rhythm_of(initiative).since == since


@pytest.mark.django_db
def test_a_wrong_rhythm_is_refused() -> None:
    owner = make_workspace()
    with pytest.raises(ValidationError) as caught:
        set_rhythm(owner, None, every="daily", weekday=7, hour=24, zone="Mars/Olympus")
    assert set(caught.value.message_dict) == {"every", "weekday", "hour", "zone"}
