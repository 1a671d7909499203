"""The whole product as processes, for the faults of its services; each test leaves it healed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.grounds import Grounds
from tests.chaos.load import Ledger, begin_load
from tests.chaos.truth import differences, drain


@pytest.fixture(scope="module")
def running(prepared_home: Path) -> Iterator[Grounds]:
    """One machine, shared by a module."""
    with Grounds(second_machine=False, seed_home=prepared_home) as grounds:
        yield grounds
        assert grounds.deed("judged") == [], "judged otherwise"


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """What was acknowledged by the module's machine so far."""
    return Ledger()


@pytest.fixture
def grounds(running: Grounds, ledger: Ledger) -> Iterator[Grounds]:
    """The machine; after the test it is drained and compared with the truth, exactly."""
    yield running
    assert drain(running) + differences(running, ledger, answers=False) == []


@pytest.fixture
def load(grounds: Grounds, ledger: Ledger) -> Iterator[Ledger]:
    """CI that posts during the test, two jobs at a time."""
    posters = begin_load(grounds, ledger, jobs=2)
    yield ledger
    assert all(each.finish(90) for each in posters)
