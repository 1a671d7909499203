"""Facts wake the judgement. Nothing is lost when this fails: the sweep finds the rows that are due."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from kpis.tasks import judge
from projects.signals import facts_recorded

MOST_WAKES = 50
log = logging.getLogger(__name__)


@receiver(facts_recorded, dispatch_uid="kpis.judge")
def wake_judgement(sender: object, *, initiative_ids: Sequence[int], **_: Any) -> None:
    """Enqueue the judgement of a few initiatives; many are left to the sweep."""
    for initiative_id in initiative_ids[:MOST_WAKES]:
        try:
            judge.delay(initiative_id)
        except OperationalError as error:
            log.warning("The broker is away, the sweep will judge: %s", error)
            return
