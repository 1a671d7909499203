"""The columns that a person chose for an initiative's list of runs."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from mltrack.accounts.access import Principal
from projects.models import Initiative, RunColumns
from projects.services.texts import whole_text

MOST_COLUMNS = 30


def choose_columns(principal: Principal, initiative: Initiative, columns: Sequence[str]) -> list[str]:
    """Keep the columns (`metric:KEY`, `param:KEY`, `tag:KEY`) of the principal's person and return them.

    Raises ValidationError for more than thirty or for other words.
    """
    unique = list(dict.fromkeys(columns))
    fits = all(not whole_text(each, 310) and each.startswith(("metric:", "param:", "tag:")) for each in unique)
    if len(unique) > MOST_COLUMNS or not fits:
        raise ValidationError({"columns": f"Choose at most {MOST_COLUMNS} metrics, parameters and tags."})
    if principal.user is not None:
        RunColumns.objects.update_or_create(initiative=initiative, user=principal.user, defaults={"columns": unique})
    return unique
