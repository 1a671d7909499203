"""Quotas, audits and targets come in one query, and the newest closed audit is the one that counts."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from kpis.selectors.label_audits import newest_audit, open_audit
from kpis.selectors.label_wants import LabelWants, label_wants
from kpis.services.quotas import set_quota
from kpis.services.targets import propose_target
from projects.models import LabelAudit, RelabelSource
from projects.services.annotation_pushes import record_annotations
from projects.services.label_audits import close_audit, draw_audit
from projects.services.relabels import record_relabels
from tests.factories import make_initiative, make_workspace
from tests.projects.labeling_world import pushed


@pytest.mark.django_db
def test_what_is_wanted_comes_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    owner = make_workspace()
    initiative, other = make_initiative(owner), make_initiative(owner, "OTHER")
    assert label_wants([initiative])[initiative.pk] == LabelWants([], None, None, [])
    record_annotations(owner, initiative, [pushed(f"t{n}", "ann", "cat") for n in range(9)])
    audits: list[LabelAudit] = []
    for seed in ("one", "two", "three"):
        audit, _ = draw_audit(owner, initiative, n=5, seed=seed)
        audits.append(audit)
        given = [{"task": each.external_id, "label": each.label} for each in audit.tasks.all()]
        record_relabels(owner, audit, given, source=RelabelSource.API)
        if seed != "three":
            close_audit(owner, audit)
    for name in ("dog", "cat"):
        set_quota(owner, initiative, **{"class": name, "wanted": 5})
    for metric in ("accuracy", "coverage"):
        propose_target(owner, initiative, metric=metric, comparator=">=", value=0.9)
    with django_assert_num_queries(1):
        found = label_wants([initiative])[initiative.pk]
        assert found.audit is not None and found.audit.id == audits[1].public_id
        assert found.audit.url.endswith(f"/initiatives/CHURN/labeling/audits/{audits[1].public_id}/")
    assert [each.class_name for each in found.quotas] == ["cat", "dog"]
    assert (found.open, [each.metric for each in found.targets]) == (audits[2], ["accuracy"])
    with django_assert_num_queries(2):
        assert newest_audit(initiative) == found.audit and open_audit(initiative) == audits[2]
    assert label_wants([other])[other.pk] == LabelWants([], None, None, [])
