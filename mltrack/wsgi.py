"""The WSGI entry point: `gunicorn mltrack.wsgi`."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mltrack.settings")
application = get_wsgi_application()
# What is loaded stays: no collection looks through it again in the middle of a request.
gc.collect()
gc.freeze()
