"""Template filters: which decisions on what waits are offered to a person."""

from __future__ import annotations

from django import template

from kpis.selectors import approvals
from mltrack.accounts.access import Principal

register = template.Library()


@register.filter
def may_approve(principal: Principal, author_id: int | None) -> bool:
    """Say whether to offer an approval."""
    return approvals.may_approve(principal, author_id)


@register.filter
def may_reject(principal: Principal, author_id: int | None) -> bool:
    """Say whether to offer to turn it down, or to take it back."""
    return approvals.may_reject(principal, author_id)
