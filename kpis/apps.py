"""Judgement: what we wanted, whether we got it, when we will."""

from django.apps import AppConfig


class KpisConfig(AppConfig):
    name = "kpis"
    label = "kpis"

    def ready(self) -> None:
        """Connect the receivers that wake the judgement after facts were recorded."""
        import kpis.receivers  # noqa: F401, PLC0415
