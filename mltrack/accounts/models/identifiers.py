"""The public ids of people's rows, as named defaults that migrations can refer to."""

from __future__ import annotations

from mltrack.identifiers import new_id


def member_id() -> str:
    """Return a new id of a member, `mem_…`."""
    return new_id("mem")


def invitation_id() -> str:
    """Return a new id of an invitation, `inv_…`."""
    return new_id("inv")
