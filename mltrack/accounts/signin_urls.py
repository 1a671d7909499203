"""The pages of allauth that we use, each with a template of our own. The others do not exist here."""

from __future__ import annotations

from allauth.account import views
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods

# Forms are read and posted; allauth's own views would take any method for one of the two.
form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("login/", form(views.login), name="account_login"),
    path("logout/", form(views.logout), name="account_logout"),
    path("signup/", form(views.signup), name="account_signup"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", form(views.password_change), name="account_change_password"),
    # Where a change of the password leads who has none yet.
    path("password/set/", form(views.password_set), name="account_set_password"),
    path("password/reset/", form(views.password_reset), name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        form(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
