"""Every field that may hold a secret, found in models, forms and the API's description; and what each one is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from django import forms
from django.apps import apps
from django.urls import get_resolver

from mltrack.env import BASE_DIR

SUSPECT: Final = re.compile(
    r"secret|passw|oldp|token|hash|_code$|^code$|sealed|credential|private|session|cookie|api_?key"
)

SECRETS: Final[Mapping[str, str]] = {
    "model accounts.User.password": "password",
    "model accounts.ApiToken.secret_hash": "token",
    "model accounts.Invitation.token_hash": "invitation",
    "model accounts.FirstRunCode.code_hash": "code",
    "model kpis.CalendarLink.secret_hash": "calendar",
    "model kpis.ShareLink.secret_hash": "share",
    "model kpis.Subscription.sealed_secret": "channel",
    "model kpis.Hook.sealed_url": "receiver",
    "model kpis.Hook.sealed_secret": "signing",
    "model kpis.Hook.sealed_old_secret": "signing",
    "model projects.Connection.sealed_secret": "connection",
    "model projects.Connection.sealed_webhook_secret": "webhook",
    "model sessions.Session.session_key": "session",
    "model sessions.Session.session_data": "session",
    "form mltrack.accounts.forms.FirstRunForm.code": "code",
    "form mltrack.accounts.forms.FirstRunForm.password": "password",
    "form mltrack.accounts.forms.JoinForm.password": "password",
    "form kpis.forms.hooks.HookEditForm.url": "receiver",
    "form kpis.forms.hooks.HookForm.url": "receiver",
    "form kpis.forms.subscriptions.SubscriptionEditForm.secret_url": "channel",
    "form kpis.forms.subscriptions.SubscriptionForm.secret_url": "channel",
    "form kpis.forms.subscriptions.TimesForm.secret_url": "channel",
    "form projects.forms.ConnectionForm.secret": "connection",
    "form projects.forms.ConnectionForm.webhook_secret": "webhook",
    "form allauth.account.forms.LoginForm.password": "password",
    "form allauth.account.forms.ReauthenticateForm.password": "password",
    "form allauth.account.forms.ResetPasswordKeyForm.password1": "password",
    "form allauth.account.forms.ResetPasswordKeyForm.password2": "password",
    "form allauth.account.forms.SetPasswordForm.password1": "password",
    "form allauth.account.forms.SetPasswordForm.password2": "password",
    "form allauth.account.forms.ChangePasswordForm.oldpassword": "password",
    "form allauth.account.forms.ChangePasswordForm.password1": "password",
    "form allauth.account.forms.ChangePasswordForm.password2": "password",
    "api SubscriptionInRequest.secret_url": "channel",
    "api PatchedSubscriptionEditRequest.secret_url": "channel",
    "api WebhookInRequest.url": "receiver",
    "api PatchedWebhookEditRequest.url": "receiver",
    "api WebhookMadeOut.secret": "signing",
    "api ConnectionInRequest.secret": "connection",
    "api PatchedConnectionEditRequest.secret": "connection",
    "api ConnectionInRequest.webhook_secret": "webhook",
    "api PatchedConnectionEditRequest.webhook_secret": "webhook",
}
"""The canary that the story puts into each secret field."""

HARMLESS: Final[Mapping[str, str]] = {
    "api ConnectionOut.has_secret": "yes or no",
    "api ConnectionOut.has_webhook_secret": "yes or no",
    **dict.fromkeys(("api FaultOut.code", "api FieldError.code", "api Problem.code"), "the word of a fault"),
    **dict.fromkeys(("api UploadErrorOut.code", "model projects.EvaluationUpload.error_code"), "the word of a fault"),
    **dict.fromkeys(("api SplitInRequest.hashes", "api SplitInRequest.group_hashes"), "hashes of rows"),
    "api ComponentsShapeRequest.code": "the digest of a model's code",
    **dict.fromkeys(
        (
            "form allauth.account.forms.BaseConfirmCodeForm.code",
            "form allauth.account.forms.ConfirmEmailVerificationCodeForm.code",
            "form allauth.account.forms.ConfirmLoginCodeForm.code",
            "form allauth.account.forms.ConfirmPasswordResetCodeForm.code",
            "form allauth.account.forms.VerifyPhoneForm.code",
        ),
        "no page of ours: codes by mail and telephone are switched off",
    ),
    "model kpis.Hook.old_secret_until": "a time",
    "model projects.Connection.last_error_code": "the word of a fault",
    "model projects.SyncAttempt.error_code": "the word of a fault",
    "model kpis.KpiSource.error_code": "the word of a fault",
    "model projects.ObservationSource.error_code": "the word of a fault",
    "model projects.Connection.lease_token": "a counter",
    "model projects.SyncAttempt.lease_token": "a counter",
}
"""Fields whose names sound so, and why they are none."""


def of_models() -> Iterator[str]:
    """Yield `model app.Model.field` of every field that sounds like a secret."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if not field.is_relation and SUSPECT.search(field.name):
                yield f"model {model._meta.label}.{field.name}"


def subclasses(of: type[Any]) -> Iterator[type[Any]]:
    """Yield all classes below one."""
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


def every_form() -> Iterator[type[Any]]:
    """Yield every form that a page may use: all pages are imported first."""
    assert get_resolver().url_patterns
    # Whether Django's own are loaded is other tests' doing; a page that used one would subclass it.
    return (each for each in subclasses(forms.BaseForm) if not each.__module__.startswith("django."))


def of_forms(classes: Iterable[type[Any]]) -> Iterator[str]:
    """Yield `form module.Class.field` of secrets; a password's widget gives any name away."""
    for form in classes:
        for name, field in getattr(form, "base_fields", {}).items():
            if SUSPECT.search(name) or isinstance(field.widget, forms.PasswordInput):
                yield f"form {form.__module__}.{form.__qualname__}.{name}"


def of_api() -> Iterator[str]:
    """Yield `api Schema.property` of whatever is written and never read, or sounds so."""
    loaded = yaml.load(Path(BASE_DIR / "docs" / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)
    for schema, shape in loaded["components"]["schemas"].items():
        for name, about in shape.get("properties", {}).items():
            if about.get("writeOnly") or SUSPECT.search(name):
                yield f"api {schema}.{name}"


def found() -> set[str]:
    """Return all of them."""
    return {*of_models(), *of_forms(every_form()), *of_api()}
