"""What could not be stored is listed, and the list has an end."""

from __future__ import annotations

import pytest

from projects.connectors.records import Page
from projects.connectors.records import RejectedRecord as Rejected
from projects.models import RejectedRecord
from projects.services.pages import record_page
from projects.services.rejections import MOST_REJECTED
from tests.factories import make_connection, make_workspace

pytestmark = pytest.mark.django_db


def test_only_the_newest_rejected_records_are_kept() -> None:
    owner = make_workspace()
    connection, other = make_connection(owner), make_connection(owner)
    record_page(other, Page(rejected=[Rejected("elsewhere", "Wrong.")]))
    for first in range(0, 1_500, 300):
        page = Page(rejected=[Rejected(f"r{number:04}", "Wrong.") for number in range(first, first + 300)])
        assert record_page(connection, page).rejected == 300
    kept = RejectedRecord.objects.filter(connection=connection).order_by("external_id")
    assert list(kept.values_list("external_id", flat=True)) == [f"r{number:04}" for number in range(500, 1_500)]
    assert MOST_REJECTED == 1_000
    assert other.rejected_records.count() == 1
