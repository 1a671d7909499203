"""Figures that a test wants people to read: they stand at the end of the run, also where it passes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_TOLD = "told"


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """A function that puts a line at the end of the run; it gets there from workers of pytest-xdist too."""
    return lambda line: record_property(_TOLD, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was told."""
    lines = [
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == _TOLD
    ]
    if lines:
        terminalreporter.section("told")
        terminalreporter.write_line("\n".join(lines))
