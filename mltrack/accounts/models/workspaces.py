"""The tenant, its members and the invitations to join it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models.identifiers import invitation_id, member_id


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")
    CONTRIBUTOR = "contributor", _("Contributor")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Admin")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    SUNDAY = 6, _("Sunday")


class Workspace(models.Model):
    """The tenant: every other row belongs to exactly one.

    `zone` is the IANA name of that whose days it lives by; its weeks and fiscal years begin where it says.
    """

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    is_sample = models.BooleanField(default=False)
    allows_self_approval = models.BooleanField(default=False)
    zone = models.CharField(max_length=64, default="UTC", db_default="UTC")
    first_weekday = models.PositiveSmallIntegerField(default=0, db_default=0, choices=Weekday.choices)
    fiscal_month = models.PositiveSmallIntegerField(default=1, db_default=1)
    # What amounts of money are in: a word such as EUR, shown and never converted.
    currency = models.CharField(max_length=8, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    members: models.Manager[Member]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(zone=""), name="workspace_has_a_zone"),
            models.CheckConstraint(condition=Q(first_weekday__in=[0, 6]), name="workspace_week_begins"),
            models.CheckConstraint(condition=Q(fiscal_month__range=(1, 12)), name="workspace_year_begins"),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A person's place in a workspace. `is_approver` and `is_labeling_lead` are flags beside the role."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="members")
    public_id = models.CharField(max_length=24, unique=True, default=member_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.VIEWER)
    is_approver = models.BooleanField(default=False)
    is_labeling_lead = models.BooleanField(default=False, db_default=False)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="member_once_per_workspace"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace}"


class Invitation(models.Model):
    """A single-use way in, bound to one address; only the hash of its token is kept."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    public_id = models.CharField(max_length=24, unique=True, default=invitation_id, editable=False)
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.VIEWER)
    is_approver = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.workspace}"
