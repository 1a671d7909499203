"""Links that show one view to whoever has them, and when they were opened."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kpis.models.identifiers import share_id
from mltrack.accounts.models import Member, Workspace


class SharedView(models.Model):
    """A view of a workspace: a kind, the key of what it is about, and the filters of its address.

    `target_pk` is the row of the key when the view was named: another one that takes the key over later is not shown.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    target = models.CharField(max_length=60, blank=True, default="")
    target_pk = models.BigIntegerField(null=True)
    query = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        abstract = True


class ShareLink(SharedView):
    """A secret address that shows a view read-only; only the keyed hash of its secret is kept, and its first letters.

    It ends when it is revoked or expires, and with the membership of who made it: `member` is null from then on.
    """

    member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="share_links")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    public_id = models.CharField(max_length=24, unique=True, default=share_id, editable=False)
    beginning = models.CharField(max_length=8)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="share_ends_later")]

    def __str__(self) -> str:
        return self.public_id


class ShareOpening(models.Model):
    """One time that a link was opened, and what of it: the page, the tile, a chart or a file. Not by whom or where."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="openings", db_index=False)
    at = models.DateTimeField()
    what = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["link", "-at"], name="share_opening_newest")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.what}"
