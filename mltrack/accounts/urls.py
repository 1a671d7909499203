"""The settings pages, under `/w/<workspace>/settings/`."""

from __future__ import annotations

from django.urls import path

from mltrack.accounts.views import members, settings, tokens

app_name = "accounts"
urlpatterns = [
    path("settings/", settings.workspace_settings, name="settings"),
    path("settings/profile/", settings.profile, name="profile"),
    path("settings/audit/", settings.audit, name="audit"),
    path("settings/members/", members.members, name="members"),
    path("settings/members/<slug:public_id>/", members.edit, name="member_edit"),
    path("settings/members/<slug:public_id>/remove/", members.remove, name="member_remove"),
    path("settings/invitations/<slug:public_id>/revoke/", members.revoke, name="invitation_revoke"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/<slug:public_id>/revoke/", tokens.revoke, name="token_revoke"),
]
