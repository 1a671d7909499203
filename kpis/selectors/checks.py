"""One check of an initiative, for the forms that are about it."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from kpis.scoring.scorecard import Check
from kpis.selectors.readiness import shown_check
from kpis.selectors.scorecards import policy_of
from projects.models import Initiative


def check_of(initiative: Initiative, check_id: str, document: dict[str, Any]) -> tuple[Check, dict[str, Any] | None]:
    """Return a check of the scorecard and its result, None where it was not judged yet. Raises Http404."""
    asked = policy_of(initiative.workspace).check(check_id)
    if asked is None:
        raise Http404("The scorecard has no such check.")
    judged = [check for section in document["sections"] for check in section["checks"] if check["id"] == check_id]
    return asked, shown_check(judged[0]) if judged else None
