"""The WSGI entry point: `gunicorn mltrack.wsgi`."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mltrack.settings")
# Loading drops next to nothing, so that nothing is looked for meanwhile; and what is loaded stays, so that it is not
# looked through again in the middle of a request.
gc.disable()
application = get_wsgi_application()
gc.collect()
gc.freeze()
gc.enable()
