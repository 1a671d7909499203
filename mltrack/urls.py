"""Every path of the product: pages under `/w/<workspace>/`, short paths that lead there, API, and the open few."""

from __future__ import annotations

from django.urls import include, path, re_path

from kpis.views import badges, calendars, mails_off, shared, subscriptions_off
from mltrack import downloads, health, preferences, styleguide
from mltrack.accounts.views import entry, home
from mltrack.file_answer import files
from mltrack.metrics.views import metrics
from projects.views import nudges

handler400 = "mltrack.rest.handlers.bad_request"
handler403 = "mltrack.rest.handlers.permission_denied"
handler404 = "mltrack.rest.handlers.page_not_found"
handler500 = "mltrack.middleware.unavailable.server_error"

SHORT = (
    *("initiatives", "kpis", "dashboards", "updates", "timeline", "board", "sprints", "forecasts"),
    *("connections", "settings", "search"),
)
"""The places of a workspace that have a path without it."""

urlpatterns = [
    path("", home.home, name="home"),
    path("workspaces/new/", home.workspace_new, name="workspace_new"),
    path("first-run/", entry.first_run, name="first_run"),
    path("invitations/<slug:secret>/", entry.invitation, name="invitation"),
    path("accounts/", include("mltrack.accounts.signin_urls")),
    path("preferences/", preferences.save, name="preferences"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/figure.json", styleguide.figure, name="styleguide_figure"),
    path("api/v1/", include("mltrack.api_urls")),
    path("badges/<str:signed>.svg", badges.svg, name="badge_svg"),
    path("badges/<str:signed>.json", badges.shields, name="badge_json"),
    path("calendars/<str:calendar>.ics", calendars.feed, name="calendar"),
    path("mails/<str:mails>/off/", mails_off.off, name="mails_off"),
    path("s/<str:share>/", shared.page, name="shared"),
    path("s/<str:share>/tile/", shared.tile, name="shared_tile"),
    path("s/<str:share>/<slug:part>.json", shared.figure, name="shared_figure"),
    *files("s/<str:share>/<slug:part>", shared.export, "shared"),
    path("subscriptions/<str:subscription>/off/", subscriptions_off.off, name="subscription_off"),
    path("nudges/<str:nudge>/", nudges.nudge, name="nudge"),
    path("cli/mltrack.py", downloads.client, name="cli"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("w/<slug:workspace>/", include("kpis.urls")),
    path("w/<slug:workspace>/", include("projects.urls")),
    path("w/<slug:workspace>/", include("mltrack.accounts.urls")),
    re_path(rf"^(?P<rest>(?:{'|'.join(SHORT)})/.*)$", home.short, name="short"),
]
