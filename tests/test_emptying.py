"""What stands after a test that commits: nothing that it wrote, and all that migrating made."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from mltrack.accounts.models import AuditEvent, Workspace
from tests import emptying
from tests.factories import make_initiative, make_workspace


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("large", [emptying.LARGE, -1])
def test_nothing_that_was_written_stays(monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr(emptying, "LARGE", large)
    made = ContentType.objects.count(), Permission.objects.count()
    assert all(made)
    make_initiative(make_workspace())
    assert AuditEvent.objects.exists()
    emptying.empty()
    assert not Workspace.objects.exists() and not AuditEvent.objects.exists()
    assert (ContentType.objects.count(), Permission.objects.count()) == made
