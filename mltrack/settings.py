"""Django's settings. Every variable read here is listed in docs/settings.md (a test compares them)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ

from mltrack import env
from mltrack.heartbeats import QUEUES
from mltrack.logs.configuration import configuration
from mltrack.logs.redaction import hide

read = environ.Env()
BASE_DIR: Path = env.BASE_DIR

SECRET_KEY = env.secret_key()
MLTRACK_ENCRYPTION_KEYS: list[str] = env.encryption_keys()
DEBUG = read.bool("MLTRACK_DEBUG", default=False)
ALLOWED_HOSTS: list[str] = read.list("MLTRACK_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = read.list("MLTRACK_TRUSTED_ORIGINS", default=[])
MLTRACK_URL: str = read.str("MLTRACK_PUBLIC_URL", default="")
MLTRACK_HTTPS: bool = read.bool("MLTRACK_HTTPS", default=False)
MLTRACK_PROXIES: int = read.int("MLTRACK_PROXIES", default=0)
MLTRACK_ALLOWED_NETWORKS: list[str] = read.list("MLTRACK_ALLOWED_NETWORKS", default=[])
MLTRACK_MAX_BODY: int = read.int("MLTRACK_MAX_BODY", default=10_000_000)
MLTRACK_MAX_UPLOAD: int = read.int("MLTRACK_MAX_UPLOAD", default=1_000_000_000)
MLTRACK_UPLOAD_HOURS: int = read.int("MLTRACK_UPLOAD_HOURS", default=24)

INSTALLED_APPS = [
    "mltrack.accounts",
    "projects",
    "kpis",
    "mltrack",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
]

MIDDLEWARE = [
    "mltrack.middleware.request_id.RequestIdMiddleware",
    "mltrack.middleware.observing.ObservingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mltrack.middleware.csp.ContentSecurityPolicyMiddleware",
    "mltrack.middleware.unavailable.DatabaseUnavailableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mltrack.middleware.caching.PrivateCacheMiddleware",
]

ROOT_URLCONF = "mltrack.urls"
WSGI_APPLICATION = "mltrack.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mltrack.accounts.context.navigation",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "mltrack.templatetags.ui"],
        },
    }
]

DATABASES: dict[str, Any] = {"default": read.db_url_config(env.database_url())}
DATABASES["default"].update(
    ENGINE="django.db.backends.postgresql",
    HOST=unquote(DATABASES["default"]["HOST"]),
    CONN_MAX_AGE=read.int("MLTRACK_CONN_MAX_AGE", default=60),
    CONN_HEALTH_CHECKS=True,
)
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=5,
    # What is prepared here is asked by keys: one plan fits all values (see `mltrack.prepared`).
    options="-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
    " -c plan_cache_mode=force_generic_plan",
)
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # Addresses are unique by a constraint on their lower case.
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "mltrack.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "5/15m/key,20/15m/ip",
    "reset_password": "5/15m/key,20/15m/ip",
}
EMAIL_CONFIG = read.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "mltrack.mailing.GuardedBackend"
DEFAULT_FROM_EMAIL = read.str("MLTRACK_FROM_EMAIL", default="mltrack@localhost")

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["mltrack.accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["mltrack.accounts.permissions.HasPower"],
    "DEFAULT_PARSER_CLASSES": ["mltrack.rest.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["mltrack.rest.rendering.StrictJSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["mltrack.accounts.throttling.TokenThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "mltrack.rest.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": MLTRACK_PROXIES,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
}
MLTRACK_THROTTLE_PER_MINUTE: int = read.int("MLTRACK_THROTTLE_PER_MINUTE", default=600)
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "MLTrack API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["mltrack.schema.only_api"],
    "POSTPROCESSING_HOOKS": ["mltrack.schema.add_problems"],
}

CELERY_BROKER_URL = env.redis_url()
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # Nothing is kept, so nothing has to be cleaned up every night.
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2}
if CELERY_BROKER_URL.startswith("filesystem"):
    _queue = str(env.home() / "queue")
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": _queue,
        "data_folder_out": _queue,
        "control_folder": _queue + "-control",
        "polling_interval": 0.1,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 900,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
    }
CELERY_TASK_ROUTES = {
    "projects.tasks.pull_connection": {"queue": "pulls"},
    "projects.tasks.deliver_task": {"queue": "pulls"},
    "projects.tasks.probe_endpoint": {"queue": "pulls"},
    "kpis.tasks.pull_readings": {"queue": "pulls"},
    "kpis.tasks.deliver_subscription": {"queue": "pulls"},
    "kpis.tasks.deliver_hook": {"queue": "pulls"},
}
CELERY_BEAT_SCHEDULER = "mltrack.scheduler:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(env.home() / "celerybeat-schedule")
MLTRACK_SWEEP_SECONDS: float = read.float("MLTRACK_SWEEP_SECONDS", default=3.0)
MLTRACK_KEEP_ATTEMPT_DAYS: int = read.int("MLTRACK_KEEP_ATTEMPT_DAYS", default=90)
MLTRACK_KEEP_SNAPSHOT_DAYS: int = read.int("MLTRACK_KEEP_SNAPSHOT_DAYS", default=365)
MLTRACK_KEEP_FORECAST_DAYS: int = read.int("MLTRACK_KEEP_FORECAST_DAYS", default=90)
MLTRACK_CASE_DAYS: int = read.int("MLTRACK_CASE_DAYS", default=180)
MLTRACK_LEASE_SECONDS: float = read.float("MLTRACK_LEASE_SECONDS", default=90.0)
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "sweep-connections": {"task": "projects.tasks.sweep_connections", "schedule": MLTRACK_SWEEP_SECONDS},
    "sweep-sent-tasks": {"task": "projects.tasks.sweep_sent_tasks", "schedule": MLTRACK_SWEEP_SECONDS},
    "sweep-probes": {"task": "projects.tasks.sweep_probes", "schedule": MLTRACK_SWEEP_SECONDS},
    "sweep-uploads": {"task": "projects.tasks.sweep_uploads", "schedule": MLTRACK_SWEEP_SECONDS},
    "sweep-mails": {"task": "kpis.tasks.sweep_mails", "schedule": 60.0},
    "sweep-subscriptions": {"task": "kpis.tasks.sweep_subscriptions", "schedule": MLTRACK_SWEEP_SECONDS},
    "sweep-hooks": {"task": "kpis.tasks.sweep_hooks", "schedule": MLTRACK_SWEEP_SECONDS},
    "sweep-alerts": {"task": "kpis.tasks.sweep_alerts", "schedule": MLTRACK_SWEEP_SECONDS},
    "sweep-formulas": {"task": "kpis.tasks.sweep_formulas", "schedule": MLTRACK_SWEEP_SECONDS},
    "sweep-judgements": {"task": "kpis.tasks.sweep_judgements", "schedule": MLTRACK_SWEEP_SECONDS},
    **{
        f"heartbeat-{queue}": {
            "task": "mltrack.tasks.heartbeat",
            "args": [queue],
            "schedule": 10.0,
            "options": {"queue": queue},
        }
        for queue in QUEUES
    },
    "tidy": {"task": "mltrack.accounts.tasks.tidy", "schedule": 3600.0},
    "tidy-history": {"task": "kpis.tasks.tidy", "schedule": 3600.0},
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = read.str("MLTRACK_STATIC_ROOT", default=str(env.home() / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "mltrack.bundles.BundleFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

SECURE_CSP: dict[str, list[str]] = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "blob:", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'self'"],
    "frame-ancestors": ["'none'"],
}
MLTRACK_FRAME_ANCESTORS: list[str] = read.list("MLTRACK_FRAME_ANCESTORS", default=["'none'"])
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = MLTRACK_HTTPS
CSRF_COOKIE_SECURE = MLTRACK_HTTPS
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if MLTRACK_HTTPS else 0
if MLTRACK_PROXIES and MLTRACK_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = MLTRACK_MAX_BODY
X_FRAME_OPTIONS = "DENY"

LOGGING: dict[str, Any] = configuration()
hide(SECRET_KEY, *MLTRACK_ENCRYPTION_KEYS, *env.passwords())
