"""The product's settings with one page more: the hello page that the others are measured against.

Static files are named as they are, so that none has to be collected and compressed first; they are not measured.
"""

from mltrack.settings import *  # noqa: F403
from mltrack.settings import STORAGES as PRODUCT_STORAGES

ROOT_URLCONF = "benchmarks.served_urls"
STORAGES = {
    **PRODUCT_STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
