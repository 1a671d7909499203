"""No deadline per example: how long one takes says how busy the machine is, not whether the numbers are right."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
