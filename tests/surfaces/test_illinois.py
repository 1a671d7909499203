"""The Illinois case with real processes: a state stops, everyone who is fed by the source hears of it, and it resumes.

Volumes are posted day by day through ten weeks, the last days by the command line client. No clock is moved: the days
are past ones of the workspace's zone, where it is evening; its day ends when the workspace moves eight hours east.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.trees import MANAGE, Tree, clean_environment
from tests.trust.secret_caller import Visitor

CLIENT = Path(__file__).parents[2] / "mltrack" / "cli.py"
STATES = {"IL": 40, "OH": 38, "TX": 90, "WY": 5}
WITHOUT = {state: count for state, count in STATES.items() if state != "IL"}
SCOPES = "read,initiatives:write,readings:write,tasks:write,targets:write,admin"
CHECK = "data.complete"
EAST = 8
SETTLES = 300
"""Seconds after which a state that a day's rows leave out counts as silent: docs/findings.md."""


@dataclass(frozen=True)
class Pharmacy:
    """A running product with two initiatives in production that one feed supplies."""

    tree: Tree
    person: Visitor
    token: str
    offset: int
    today: date

    def call(self, method: str, path: str, body: Any = None, wanted: int = 200) -> Any:
        status, answer = self.person.call(method, path, self.token, body)
        assert status == wanted, (method, path, status, answer)
        return answer

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def live_at(self, offset: int) -> None:
        """Move the workspace to the zone that is so many hours ahead of UTC."""
        self.call("PATCH", "calendar/", {"zone": f"Etc/GMT{-offset:+d}"})

    def rows(self, ago: int, counts: Mapping[str, float]) -> list[dict[str, Any]]:
        """Return a day's volumes; the eight days of a weekday vary a little about their mean."""
        day = self.day(ago)
        moment = (datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=self.offset)).isoformat()
        more = ago // 7 % 3 - 1
        return [
            {"kind": "volume", "name": "refills", "segment": state, "time": moment, "value": count and count + more}
            for state, count in counts.items()
        ]

    def observe(self, ago: int, counts: Mapping[str, float]) -> None:
        """Send a day with the command line client, one row a line, as a nightly job does."""
        lines = "\n".join(str(row).replace("'", '"') for row in self.rows(ago, counts))
        environ = {"MLTRACK_URL": self.tree.url, "MLTRACK_TOKEN": self.token, "PATH": "/usr/bin:/bin"}
        command = [sys.executable, str(CLIENT), "observe", "--initiative", "REFILLS", "--file", "-"]
        done = subprocess.run(
            command, input=lines, env=environ, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0 and f"{len(counts)} created" in done.stdout, (done.stdout, done.stderr)

    def findings(self, is_open: bool = True) -> list[dict[str, Any]]:
        return list(self.call("GET", f"findings/?open={str(is_open).lower()}&kind=silent")["data"])

    def check(self, key: str) -> dict[str, Any]:
        """Return what is said of the check: it waits until the initiative was judged for the first time."""
        sections = self.call("GET", f"initiatives/{key}/readiness/")["sections"]
        found = (each for section in sections for each in section["checks"] if each["id"] == CHECK)
        return next(found, {"result": "waits"})

    def task(self) -> str:
        tasks = self.call("GET", "initiatives/REFILLS/tasks/")["data"]
        assert [each["check"] for each in tasks] == [CHECK]
        return str(tasks[0]["status"])

    def comes(self, key: str, result: str, seconds: float = 120) -> bool:
        """Wait for a result, asking no more often than the limit of requests allows."""
        until = time.monotonic() + seconds
        while self.check(key)["result"] != result:
            if time.monotonic() > until:
                return False
            time.sleep(0.5)
        return True


@pytest.fixture
def pharmacy(live_tree: Tree) -> Pharmacy:
    found = re.search(r"one-time code ([\w-]+)", live_tree.words())
    assert found is not None
    person, password = Visitor(live_tree.url, []), "a long enough password"
    person.fill("/first-run/", code=found[1], name="O", email="o@example.org", password=password, workspace_name="Rx")
    made = subprocess.run(
        [
            sys.executable,
            str(MANAGE),
            "create_token",
            "--workspace",
            "rx",
            "--user",
            "o@example.org",
            "--scopes",
            SCOPES,
        ],
        env=clean_environment(live_tree.home),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    now = datetime.now(UTC)
    hours = {(now.hour + offset) % 24: offset for offset in range(-12, 7)}
    offset = hours[min(hours, key=lambda hour: (abs(hour - 20), hour))]
    here = Pharmacy(live_tree, person, made.stdout.strip(), offset, (now + timedelta(hours=offset)).date())
    here.live_at(offset)
    for key in ("REFILLS", "CHURN", "STOCK"):
        here.call("POST", "initiatives/", {"key": key, "name": key, "criticality": "critical"}, 201)
        here.call("POST", f"initiatives/{key}/stages/", {"stage": "production", "note": "It is live."}, 201)
    fed = [{"initiative": "REFILLS", "feature": "refills"}, {"initiative": "CHURN", "feature": "orders"}]
    here.call("POST", "data-sources/", {"key": "feed", "name": "Pharmacy feed", "features": fed}, 201)
    return here


@pytest.mark.processes
@pytest.mark.parametrize(
    ("day_of_silence", "seconds"),
    [
        pytest.param({"IL": 0, **WITHOUT}, 120, id="zero"),
        pytest.param(WITHOUT, SETTLES + 120, id="absent", marks=pytest.mark.slow),
    ],
)
def test_illinois(pharmacy: Pharmacy, day_of_silence: Mapping[str, float], seconds: float) -> None:
    assert pharmacy.comes("REFILLS", "missing")
    pharmacy.call("POST", f"initiatives/REFILLS/checks/{CHECK}/task/", {}, 201)
    for ago in range(71, 1, -1):
        body = {"observations": pharmacy.rows(ago, STATES)}
        assert pharmacy.call("POST", "initiatives/REFILLS/observations/batch/", body)["created"] == len(STATES)
    assert pharmacy.comes("REFILLS", "pass"), pharmacy.check("REFILLS")
    assert pharmacy.task() == "done"
    assert pharmacy.check("REFILLS")["observed"] == "4 segments watched"
    assert pharmacy.findings() == []

    pharmacy.observe(1, day_of_silence)
    assert pharmacy.comes("REFILLS", "fail", seconds) and pharmacy.comes("CHURN", "fail")
    found = pharmacy.findings()
    # One cause, in every initiative that the feed supplies and in no other.
    assert sorted(each["initiative"] for each in found) == ["CHURN", "REFILLS"]
    assert len({each["cause"] for each in found}) == 1
    words = f"refills of IL: nothing arrived on {pharmacy.day(1)}, "
    for each in found:
        evidence = each["evidence"]
        assert each["words"].startswith(words) and each["severity"] == "critical"
        assert (each["segment"], evidence["observed"], evidence["source"]) == ("IL", 0, "Pharmacy feed")
        # Eight such days of 39, 40 or 41; 95 % of such Mondays bring 27 to 54, and 40 is an estimate.
        assert 39 < evidence["expected"] < 41 and 20 <= evidence["low"] <= 28 and 53 <= evidence["high"] <= 60
        assert evidence["p"] < 1e-10
        interval = f"{evidence['expected']:.1f}".removesuffix(".0")
        assert f"{interval} expected ({evidence['low']:.0f} to {evidence['high']:.0f})" in each["words"]
    assert pharmacy.check("REFILLS")["reason"].startswith(words)
    assert pharmacy.check("STOCK")["result"] == "missing"
    assert pharmacy.task() == "todo"

    pharmacy.live_at(pharmacy.offset + EAST)
    pharmacy.observe(0, STATES)
    assert pharmacy.comes("REFILLS", "pass") and pharmacy.comes("CHURN", "missing")
    assert pharmacy.findings() == [] and pharmacy.task() == "done"
    closed = pharmacy.findings(is_open=False)
    assert {each["closing_words"] for each in closed} == {"refills IL arrives again."} and len(closed) == 2
