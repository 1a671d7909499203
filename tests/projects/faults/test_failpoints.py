"""Every failpoint of the product has a case in these tests, and stands in the code once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mltrack.failpoints import NAMES
from tests.kpis.faults.test_finding_notices import TOLD
from tests.kpis.faults.test_hooks import TELLINGS
from tests.kpis.faults.test_judging import JUDGING
from tests.kpis.faults.test_mails import MAILS
from tests.kpis.faults.test_sendings import SENDINGS
from tests.mltrack.faults.test_writes import WRITES
from tests.projects.faults.test_killed import PULLS
from tests.projects.faults.test_uploads import UPLOADS

ROOT = Path(__file__).parents[3]


def test_each_name_has_a_case() -> None:
    assert sorted([*PULLS, *JUDGING, *WRITES, *UPLOADS, *MAILS, *SENDINGS, *TELLINGS, *TOLD]) == sorted(NAMES)


def test_each_name_is_used_once() -> None:
    texts = [path.read_text() for app in ("mltrack", "projects", "kpis") for path in (ROOT / app).rglob("*.py")]
    used = [name for text in texts for name in re.findall(r'failpoint\("([a-z_.]+)"\)', text)]
    assert sorted(used) == sorted(NAMES)


@pytest.mark.parametrize("name, code", [("pull.after_fetch", 137), ("pull.other", 0), ("", 0)])
def test_only_the_named_one_ends_the_process(name: str, code: int) -> None:
    program = "from mltrack.failpoints import failpoint; failpoint('pull.after_fetch')"
    done = subprocess.run([sys.executable, "-c", program], env={"MLTRACK_FAILPOINT": name}, cwd=ROOT, check=False)
    assert done.returncode == code
