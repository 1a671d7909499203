"""Weekly words, kept with what had changed and the health that was computed then."""

from __future__ import annotations

from django.db import transaction

from kpis.scoring.week import kept
from kpis.selectors.week import week_of
from mltrack.accounts.access import Principal
from projects.models import Initiative, Update
from projects.services.initiatives import Told, post_update


@transaction.atomic
def post_weekly_update(
    principal: Principal, initiative: Initiative, *, health: str, text: str, next_steps: str = "", in_the_way: str = ""
) -> Update:
    """Return a person's word with the facts that changed since the last one. Raises ValidationError({field: text})."""
    words = {"health": health, "text": text, "next_steps": next_steps, "in_the_way": in_the_way}
    week = week_of(initiative)
    return post_update(principal, initiative, **words, told=Told(week.since, kept(week.facts), week.health))
