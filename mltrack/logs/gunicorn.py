"""gunicorn's words, in the same lines as all others. `gunicorn --logger-class mltrack.logs.gunicorn.Logger`."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

from mltrack.logs.configuration import configure


class Logger(GunicornLogger):  # type: ignore[misc]
    """Hands everything on to the root logger instead of writing itself. There is no access log: requests have ours."""

    def setup(self, cfg: Any) -> None:
        """Configure this process, the master as well, which loads no settings of Django."""
        super().setup(cfg)
        configure()
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True
