"""The platform as a Django app: it owns the management commands and template tags."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "mltrack"
    label = "mltrack"

    def ready(self) -> None:
        """Load the Celery application, so that every process enqueues through it, and the system checks."""
        import mltrack.celery  # noqa: PLC0415
        import mltrack.checks  # noqa: F401, PLC0415
