"""The powers of MLTrack, as one table: the least role and the token scope that each needs. Pure."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Power(Enum):
    """What can be done. The value is (least role, token scope, and a word where two powers share both)."""

    READ = ("viewer", "read")
    SEE_ANNOTATORS = ("viewer", "read", "annotators")
    WRITE_RUNS = ("contributor", "runs:write")
    WRITE_EVALUATIONS = ("contributor", "evaluations:write")
    WRITE_LABELS = ("contributor", "labels:write")
    WRITE_QUOTAS = ("manager", "labels:write")
    RUN_AUDITS = ("manager", "labels:write", "audits")
    WRITE_READINGS = ("contributor", "readings:write")
    WRITE_TASKS = ("contributor", "tasks:write")
    WRITE_SPRINTS = ("manager", "tasks:write")
    WRITE_DEPLOYMENTS = ("contributor", "deployments:write")
    ATTEST = ("contributor", "initiatives:write", "attest")
    GATE = ("contributor", "gate")
    WRITE_INITIATIVES = ("manager", "initiatives:write")
    WRITE_TARGETS = ("manager", "targets:write")
    WRITE_CONNECTIONS = ("manager", "connections:write")
    APPROVE = ("viewer", "targets:write", "approve")
    ADMINISTER = ("admin", "admin")

    @property
    def role(self) -> str:
        """Return the least role that has this power."""
        return str(self.value[0])

    @property
    def scope(self) -> str:
        """Return the token scope that grants this power."""
        return str(self.value[1])


ROLES: Final = ("viewer", "contributor", "manager", "admin")
SCOPES: Final = (
    "read",
    "runs:write",
    "evaluations:write",
    "labels:write",
    "readings:write",
    "tasks:write",
    "deployments:write",
    "initiatives:write",
    "targets:write",
    "connections:write",
    "gate",
    "admin",
)


def at_least(role: str, least: str) -> bool:
    """Say whether `role` is `least` or above."""
    return ROLES.index(role) >= ROLES.index(least)


def holds(
    role: str,
    scopes: frozenset[str] | None,
    power: Power,
    *,
    is_approver: bool = False,
    is_labeling_lead: bool = False,
) -> bool:
    """Say whether a member with `role` may use `power`; `scopes` is None for a person in the browser.

    A token never has more than its owner's present role: both conditions count at every request.
    Approving needs the approver flag, and seeing annotators the labeling lead's, whatever the role.
    """
    if power is Power.APPROVE and not is_approver:
        return False
    if power is Power.SEE_ANNOTATORS and not is_labeling_lead:
        return False
    if not at_least(role, power.role):
        return False
    return scopes is None or power.scope in scopes
