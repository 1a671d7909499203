"""Quotas of labels: never edited in place. A new version supersedes; one that asks for less says why."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from kpis.models import LabelQuota
from kpis.services.affected import note_initiative
from kpis.services.fields import Fields
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative

MOST_QUOTAS: Final = 200
MOST_WANTED: Final = 1_000_000_000


@transaction.atomic
def set_quota(principal: Principal, initiative: Initiative, **given: Any) -> LabelQuota:
    """Append a version of the quota of a class and return it; the version in force if nothing changes.

    `given` holds class and wanted, and where wanted by and reason. Wanting 0 ends the quota. A version that asks
    for fewer labels, or for them later, needs a reason. Raises ValidationError.
    """
    fields = Fields(given, ("class", "wanted", "by", "reason"))
    class_name, by = fields.text("class", 200, required=True), fields.day("by")
    wanted, reason = given.get("wanted"), fields.text("reason", 2000)
    if type(wanted) is not int or not 0 <= wanted <= MOST_WANTED:
        fields.fail("wanted", f"This must be a whole number from 0 to {MOST_WANTED:,}.")
    fields.finish()
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    versions = LabelQuota.objects.filter(initiative=initiative, class_name=class_name)
    present = versions.filter(valid_to__isnull=True).first()
    if present is not None and (present.wanted, present.by) == (wanted, by):
        return present
    _check(initiative, present, wanted or 0, by, reason)
    values = {"class_name": class_name, "wanted": wanted, "by": by, "reason": reason}
    return _append(principal, initiative, versions.count(), present, values)


def _append(
    principal: Principal, initiative: Initiative, number: int, present: LabelQuota | None, values: dict[str, Any]
) -> LabelQuota:
    now = timezone.now()
    if present is not None:
        present.valid_to = now
        present.save(update_fields=["valid_to"])
    made = LabelQuota.objects.create(
        initiative=initiative, number=number + 1, author=principal.user, valid_from=now, **values
    )
    before = {"wanted": present.wanted, "by": present.by and present.by.isoformat()} if present else {}
    after = {"class": made.class_name, "wanted": made.wanted, "by": made.by and made.by.isoformat()}
    record_audit(principal, "set", "quota", initiative.key, before=before, after=after, reason=made.reason)
    note_initiative(initiative, "quota")
    return made


def _check(initiative: Initiative, present: LabelQuota | None, wanted: int, by: date | None, reason: str) -> None:
    if present is None or not present.wanted:
        in_force = LabelQuota.objects.filter(initiative=initiative, valid_to__isnull=True, wanted__gt=0)
        if in_force.count() >= MOST_QUOTAS:
            raise ValidationError({"class": f"An initiative has at most {MOST_QUOTAS} quotas."})
        return
    later = present.by is not None and (by is None or by > present.by)
    if (wanted < present.wanted or later) and not reason:
        raise ValidationError({"reason": "This asks for less than before, or for it later: say why."})
