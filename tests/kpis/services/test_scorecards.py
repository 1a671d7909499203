"""A workspace's policy: imported with every problem named, rehearsed, put back to the default."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from kpis.models import Scorecard
from kpis.selectors.scorecards import policy_of, source_of, versions_of
from kpis.services.scorecards import import_scorecard, rehearse_scorecard, use_default_scorecard
from mltrack.accounts.access import Principal
from projects.models import JudgeDue
from tests.factories import make_initiative, make_stranger, make_workspace
from tests.kpis.world import aimed, judged

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def named(owner: Principal, version: str) -> str:
    """Return the default scorecard under another version."""
    policy = policy_of(owner.workspace)
    return source_of(owner.workspace).replace(f'version = "{policy.version}"', f'version = "{version}"')


def test_without_one_the_default_judges(owner: Principal) -> None:
    initiative = aimed(owner)
    assert judged(initiative).policy_version == policy_of(owner.workspace).version


def test_an_imported_one_judges_this_workspace_alone(owner: Principal) -> None:
    initiative = aimed(owner)
    import_scorecard(owner, named(owner, "house-1"))
    assert judged(initiative).policy_version == "house-1"
    assert policy_of(make_stranger().workspace).version != "house-1"


def test_the_newest_import_is_in_force(owner: Principal) -> None:
    for version in ("house-1", "house-2"):
        import_scorecard(owner, named(owner, version))
    assert policy_of(owner.workspace).version == "house-2"
    assert [each.active for each in versions_of(owner.workspace)] == [True, False]
    assert use_default_scorecard(owner)
    assert not use_default_scorecard(owner)
    assert policy_of(owner.workspace).version not in ("house-1", "house-2")


def test_a_wrong_one_is_refused_with_every_problem(owner: Principal) -> None:
    with pytest.raises(ValidationError) as error:
        import_scorecard(owner, "version = 1\nsurprise = 2\n")
    assert len(error.value.message_dict["source"]) > 1
    assert not Scorecard.objects.exists()


def test_an_import_makes_all_due(owner: Principal) -> None:
    initiatives = {make_initiative(owner, "A").pk, make_initiative(owner, "B").pk}
    JudgeDue.objects.all().delete()
    import_scorecard(owner, named(owner, "house-1"))
    assert set(JudgeDue.objects.values_list("initiative", flat=True)) == initiatives


def test_a_rehearsal_says_what_would_change_and_keeps_nothing(owner: Principal) -> None:
    aimed(owner)
    assert rehearse_scorecard(owner.workspace, named(owner, "same")) == []
    before, mark, after = named(owner, "lax").partition('id = "delivery.target_date"')
    lax = before + mark + after.replace('standard = "required"', 'standard = "off"', 1)
    found = rehearse_scorecard(owner.workspace, lax)
    assert [(each.initiative, each.won, each.lost) for each in found] == [("CHURN", ("delivery.target_date",), ())]
    assert not Scorecard.objects.exists()


def test_a_wrong_one_is_not_rehearsed(owner: Principal) -> None:
    with pytest.raises(ValidationError):
        rehearse_scorecard(owner.workspace, "nonsense")
