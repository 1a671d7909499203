"""Whether figures of single annotators are shown to the labeling lead: off unless a labeling lead switches them on."""

from __future__ import annotations

from django.db import transaction

from mltrack.accounts.access import Principal, require
from mltrack.accounts.policy import Power
from mltrack.accounts.services.audit import record_audit
from projects.models import AnnotatorFigures, Initiative


@transaction.atomic
def switch_annotator_figures(principal: Principal, initiative: Initiative, *, on: bool) -> bool:
    """Switch them on or off for an initiative; say whether that changed anything.

    The audit event says that it was done, and nothing of the figures. Raises PermissionDenied for everybody but a
    labeling lead.
    """
    require(principal, Power.SEE_ANNOTATORS)
    if on:
        _, changed = AnnotatorFigures.objects.get_or_create(initiative=initiative, defaults={"author": principal.user})
    else:
        changed = bool(AnnotatorFigures.objects.filter(initiative=initiative).delete()[0])
    if changed:
        record_audit(principal, "switch", "annotator figures", initiative.key, before={"on": not on}, after={"on": on})
    return changed
