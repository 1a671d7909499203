"""The tiny API for a real gunicorn: makes its callers and writes the owner's token where `TINY_TOKEN` says."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from tests.mltrack.accounts.api.callers import make_callers  # noqa: E402

settings.ROOT_URLCONF = "tests.mltrack.accounts.api.urls"
settings.ALLOWED_HOSTS = ["127.0.0.1"]
Path(os.environ["TINY_TOKEN"]).write_text(make_callers().owner.text)
