"""On which side of its threshold a value fails, by hand."""

from __future__ import annotations

import pytest

from projects.progress.observed import KINDS, fails, is_p_value


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("K-S p_value", True),
        ("chi-square p_value", True),
        ("p-value ks", True),
        ("pvalue", True),
        ("PSI", False),
        ("Wasserstein distance (normed)", False),
        ("Jensen-Shannon distance", False),
        ("chisquare", True),
        ("Fisher's Exact test", True),
        ("Epps-Singleton", True),
        ("Total-Variation-Distance", True),
        ("ks", True),
        ("jensenshannon", False),
        ("Kullback-Leibler divergence", False),
        ("our own", None),
        ("", None),
    ],
)
def test_a_method_says_whether_it_is_a_p_value(method: str, expected: bool | None) -> None:
    assert is_p_value(method) is expected


@pytest.mark.parametrize(
    ("kind", "method", "value", "threshold", "expected"),
    [
        ("drift", "K-S p_value", 0.03, 0.05, True),
        ("drift", "K-S p_value", 0.30, 0.05, False),
        ("drift", "Wasserstein distance (normed)", 0.03, 0.1, False),
        ("drift", "Wasserstein distance (normed)", 0.30, 0.1, True),
        ("drift", "PSI", 0.1, 0.1, True),
        ("drift", "PSI", 0.09, 0.1, False),
        ("drift", "chisquare", 0.001, 0.01, True),
        ("drift", "chisquare", 0.05, 0.01, False),
        ("drift", "our own", 0.9, 0.1, None),
        ("drift", "", 0.3, 0.1, None),
        ("drift", "PSI", 0.3, None, None),
        ("quality", "", 0.98, 0.99, True),
        ("quality", "share as expected", 0.99, 0.99, False),
        ("latency", "p95", 310, 300, True),
        ("errors", "", 0.01, 0.02, False),
        ("cost", "", 11, 10, True),
        ("volume", "count", 0, 10, None),
    ],
)
def test_a_value_fails_on_one_side(
    kind: str, method: str, value: float, threshold: float | None, expected: bool | None
) -> None:
    assert kind in KINDS
    assert fails(kind, method, value, threshold) is expected
