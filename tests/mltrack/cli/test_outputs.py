"""The gate's files: JSON, JUnit, OpenMetrics and the Markdown summary say what the exit code says."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.mltrack.cli import openmetrics_grammar
from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.documents import RESULTS, check, document, every_result
from tests.mltrack.cli.server import FakeServer, Reply

GATE = ("gate", "--initiative", "CHURN", "--commit", "abc1234")
FILES = ("--json", "g.json", "--junit", "g.xml", "--openmetrics", "g.txt", "--summary", "g.md")


def junit(folder: Path) -> ElementTree.Element:
    suite = ElementTree.fromstring((folder / "g.xml").read_bytes())
    cases = suite.findall("testcase")
    assert suite.tag == "testsuite"
    assert suite.get("tests") == str(len(cases))
    for kind, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert suite.get(count) == str(sum(case.find(kind) is not None for case in cases))
    return suite


def test_json_is_the_servers_answer(server: FakeServer, run: Run, tmp_path: Path) -> None:
    answer = document("not_ready", every_result())
    server.script = [Reply(body=answer)]
    assert run(*GATE, *FILES).exit == 1
    assert json.loads((tmp_path / "g.json").read_text()) == answer


def test_json_on_standard_output_is_alone(server: FakeServer, run: Run) -> None:
    server.script = [Reply(body=document("ready"))]
    done = run(*GATE, "--json", "-")
    assert json.loads(done.out)["verdict"] == "ready"
    assert done.err.startswith("✓ Ready: CHURN")


def test_bare_nan_never_leaves_in_json(server: FakeServer, run: Run) -> None:
    body = json.dumps(document("unknown", [check("missing", observed=float("nan"))])).encode()
    assert b"NaN" in body
    server.script = [Reply(body=body)]
    done = run(*GATE, "--json", "-")
    assert json.loads(done.out, parse_constant=pytest.fail)["checks"][0]["observed"] == "NaN"


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("result", RESULTS)
def test_junit_outcome_of_each_result(
    server: FakeServer, run: Run, tmp_path: Path, result: str, required: bool
) -> None:
    server.script = [Reply(body=document("ready", [check(result, required=required)]))]
    run(*GATE, *FILES)
    case = junit(tmp_path).findall("testcase")[1]
    blocking = {"fail": "failure", "insufficient": "error", "stale": "error", "missing": "error"}
    expected = "" if result == "pass" else blocking.get(result, "skipped") if required else "skipped"
    assert "".join(child.tag for child in case) == expected
    assert (case.get("classname"), case.get("name")) == ("model", f"model.{result}: A check that is {result}")
    if expected:
        assert "observed 0.88 (0.86 to 0.9); expected >= 0.9; n 400" in (case[0].text or "")
        assert "a lower bound of 0.9" in (case[0].get("message") or "")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (document("ready"), ""),
        (document("not_ready", []), "failure"),
        (document("unknown", [], reasons=["no run of this commit"]), "error"),
    ],
)
def test_junit_verdict_agrees_with_the_exit_code(
    server: FakeServer, run: Run, tmp_path: Path, answer: dict[str, object], kind: str
) -> None:
    server.script = [Reply(body=answer)]
    done = run(*GATE, *FILES)
    verdict = junit(tmp_path).findall("testcase")[0]
    assert "".join(child.tag for child in verdict) == kind
    assert (done.exit == 0) == (kind == "")


def test_openmetrics(server: FakeServer, run: Run, tmp_path: Path) -> None:
    checks = [*every_result(), check("missing", "none", observed=None, n=None), check("pass", "word", observed="yes")]
    server.script = [Reply(body=document("not_ready", checks))]
    run(*GATE, *FILES)
    samples = openmetrics_grammar.read((tmp_path / "g.txt").read_text())
    verdicts = {
        v: samples[f'mltrack_verdict{{initiative="CHURN",mltrack_verdict="{v}"}}'] for v in ("ready", "not_ready")
    }
    assert verdicts == {"ready": 0.0, "not_ready": 1.0}
    assert samples['mltrack_score{initiative="CHURN"}'] == 0.5
    assert samples['mltrack_checks{initiative="CHURN",result="missing"}'] == 2.0
    assert samples['mltrack_check_passes{initiative="CHURN",check="model.pass"}'] == 1.0
    assert samples['mltrack_check_passes{initiative="CHURN",check="model.waived"}'] == 0.0
    assert samples['mltrack_check_observed{initiative="CHURN",check="model.fail"}'] == 0.88
    assert samples['mltrack_check_samples{initiative="CHURN",check="model.fail"}'] == 400.0
    observed = [key for key in samples if key.startswith("mltrack_check_observed")]
    assert not any("model.none" in key or "model.word" in key for key in observed)


def test_openmetrics_of_a_repeated_check(server: FakeServer, run: Run, tmp_path: Path) -> None:
    server.script = [Reply(body=document("not_ready", [check("fail"), check("fail", "fail\x1b[0m")]))]
    run(*GATE, *FILES)
    openmetrics_grammar.read((tmp_path / "g.txt").read_text())


def test_summary_is_short_and_says_how_to_pass(server: FakeServer, run: Run, tmp_path: Path) -> None:
    checks = [check("fail", f"c{i}", what_would_pass=f"raise it to {i}") for i in range(60)]
    notes = [f"note {i}" for i in range(60)]
    server.script = [Reply(body=document("not_ready", checks, reasons=notes, warnings=notes, waivers=notes))]
    run(*GATE, *FILES)
    lines = (tmp_path / "g.md").read_text().splitlines()
    assert len(lines) <= 40
    assert lines[0] == "### MLTrack ■ Not ready\\: CHURN, run nightly"
    assert "| ■ Fail | A check that is fail | 0.88 (0.86 to 0.9) | \\>= 0.9 | 400 | raise it to 0 |" in lines
    assert "Checks\\: 60 fail (44 not shown)" in "\n".join(lines) or "Checks: 60 fail (44 not shown)" in lines
    assert lines[-1] == "[Evidence](https://ml.example.org/w/demo/initiatives/CHURN/)"


def test_summary_goes_to_the_jobs_page(server: FakeServer, run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Before\n")
    server.script = [Reply(body=document("ready"))]
    run(*GATE, GITHUB_STEP_SUMMARY=str(page))
    assert page.read_text().startswith("# Before\n### MLTrack ✓ Ready")


def test_asked_summary_replaces_its_file_and_leaves_the_jobs_page(server: FakeServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "g.md").write_text("old")
    server.script = [Reply(body=document("ready"))]
    run(*GATE, *FILES, GITHUB_STEP_SUMMARY=str(tmp_path / "page.md"))
    assert (tmp_path / "g.md").read_text().startswith("### MLTrack ✓ Ready")
    assert not (tmp_path / "page.md").exists()


@pytest.mark.parametrize(("status", "code"), [(401, 4), (404, 2), (500, 5)])
def test_no_answer_is_written_as_such(server: FakeServer, run: Run, tmp_path: Path, status: int, code: int) -> None:
    server.routes = {"POST /api/v1/initiatives/CHURN/gate/": Reply(status, {"detail": "It is so."})}
    assert run(*GATE, *FILES, "--timeout", "1").exit == code
    assert json.loads((tmp_path / "g.json").read_text())["error"]["exit"] == code
    assert junit(tmp_path).get("errors") == "1"
    samples = openmetrics_grammar.read((tmp_path / "g.txt").read_text())
    assert samples['mltrack_verdict{initiative="CHURN",mltrack_verdict="ready"}'] == 0.0
    assert "No answer" in (tmp_path / "g.md").read_text()


def test_unwritable_file_is_not_a_success(server: FakeServer, run: Run) -> None:
    server.script = [Reply(body=document("ready"))]
    done = run(*GATE, "--junit", "absent/folder/g.xml")
    assert done.exit == 2
    assert "cannot write absent/folder/g.xml" in done.err
