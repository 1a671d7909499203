"""People, workspaces, tokens and the audit trail."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mltrack.accounts"
    label = "accounts"
