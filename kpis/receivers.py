"""Facts wake the judgement. Nothing is lost when this fails: the sweep finds the rows that are due."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any, Final

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from kpis.tasks import judge
from projects.signals import facts_recorded

MOST_WAKES = 50
QUIET_SECONDS: Final = 10.0
"""How long the broker is left alone after it did not answer: else each post would wait for it anew."""
log = logging.getLogger(__name__)


class Quiet:
    """Whether this process leaves the broker alone. Shared by its threads."""

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self, seconds: float = QUIET_SECONDS) -> None:
        """Leave the broker alone for a while."""
        self._until = time.monotonic() + seconds

    def lasts(self) -> bool:
        """Say whether it is left alone now."""
        return time.monotonic() < self._until


quiet = Quiet()


@receiver(facts_recorded, dispatch_uid="kpis.judge")
def wake_judgement(sender: object, *, initiative_ids: Sequence[int], **_: Any) -> None:
    """Enqueue the judgement of a few initiatives; many are left to the sweep, and all while the broker is away."""
    for initiative_id in initiative_ids[:MOST_WAKES]:
        if quiet.lasts():
            return
        try:
            judge.delay(initiative_id)
        except OperationalError as error:
            quiet.begin()
            log.warning("The broker is away, the sweep will judge: %s", error)
