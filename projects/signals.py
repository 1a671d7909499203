"""The one signal of the facts: it only wakes, the rows of `JudgeDue` say what is due."""

from __future__ import annotations

from django.dispatch import Signal

facts_recorded = Signal()
"""Sent on commit with `initiative_ids: list[int]`."""
