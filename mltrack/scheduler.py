"""Celery's scheduler without the product: it sends names of tasks on time and needs no models in memory."""

from __future__ import annotations

from celery import Celery

app = Celery("mltrack-scheduler", fixups=[], set_as_current=False)
app.config_from_object("mltrack.settings", namespace="CELERY")
