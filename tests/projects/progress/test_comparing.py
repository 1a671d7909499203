"""Runs beside each other."""

from __future__ import annotations

from projects.progress.comparing import MetricRow, ParamRow, metric_rows, param_rows


def test_params_that_differ_come_first() -> None:
    rows = param_rows([{"lr": "0.1", "depth": "3"}, {"lr": "0.2", "depth": "3"}, {"depth": "3"}])
    assert rows == [
        ParamRow("lr", ("0.1", "0.2", None), True),
        ParamRow("depth", ("3", "3", "3"), False),
    ]


def test_deltas_are_taken_from_the_first() -> None:
    (accuracy, loss) = metric_rows([{"accuracy": (0.5, "")}, {"accuracy": (0.75, ""), "loss": (None, "nan")}])
    assert accuracy == MetricRow("accuracy", (0.5, 0.75), ("", ""), (0.0, 0.25))
    assert loss == MetricRow("loss", (None, None), ("", "nan"), (None, None))
