"""Exact binomial tests: of an error rate against a limit, and McNemar's of two models on the same cases.

Sources: McNemar 1947 (Psychometrika 12); Fagerland, Lydersen and Laake 2013 (BMC Medical Research Methodology 13:91)
for mid-p.
"""

from __future__ import annotations

from scipy import special


def chance_of_so_few(errors: int, n: int, rate: float) -> float:
    """Return P(X ≤ errors) for n cases at this error rate: the p-value against "the error is at least the rate".

    Without cases it is 1: nothing speaks against anything.
    """
    if not 0 <= errors <= n:
        raise ValueError("The errors must lie between 0 and n.")
    if not 0 <= rate <= 1:
        raise ValueError("An error rate lies between 0 and 1.")
    return 1.0 if n == 0 or errors == n else float(special.betainc(n - errors, errors + 1, 1 - rate))


def mcnemar_exact(first_only: int, second_only: int) -> float:
    """Return the two-sided exact p of "both are right equally often", from the discordant pairs. For gates.

    Without discordant pairs it is 1, which does not show that the models are equal.
    """
    fewer, n = _discordant(first_only, second_only)
    return min(1.0, 2 * chance_of_so_few(fewer, n, 0.5))


def mcnemar_mid_p(first_only: int, second_only: int) -> float:
    """Return the two-sided mid-p, which is less cautious. For display, never for a gate."""
    fewer, n = _discordant(first_only, second_only)
    if n == 0 or first_only == second_only:
        return 1.0
    below = chance_of_so_few(fewer - 1, n, 0.5) if fewer else 0.0
    return below + chance_of_so_few(fewer, n, 0.5)


def _discordant(first_only: int, second_only: int) -> tuple[int, int]:
    if first_only < 0 or second_only < 0:
        raise ValueError("Counts of pairs are not negative.")
    return min(first_only, second_only), first_only + second_only
