"""Names from foreign servers in every text: they may not steer a terminal, a runner, a page or a parser."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from mltrack import cli
from tests.mltrack.cli import openmetrics_grammar
from tests.mltrack.cli.conftest import Run
from tests.mltrack.cli.documents import HOSTILE, RESULTS, check, document
from tests.mltrack.cli.server import FakeServer, Reply

TEXTS = ("title", "section", "observed", "expected", "n", "low", "high", "reason", "what_would_pass", "id")
FILES = ("--json", "g.json", "--junit", "g.xml", "--openmetrics", "g.txt", "--summary", "g.md")


def hostile_document() -> dict[str, object]:
    results = (*RESULTS, HOSTILE)
    checks = [{**check(result), **dict.fromkeys(TEXTS, f"{HOSTILE} {result}")} for result in results]
    notes = [HOSTILE, {"check": HOSTILE, "reason": HOSTILE}, {"odd": HOSTILE}, 7, None]
    names = ("decision", "initiative", "health", "score", "as_of", "policy_version", "url")
    lists = ("reasons", "warnings", "waivers")
    candidate = {"kind": HOSTILE, "label": HOSTILE}
    return document(
        "not_ready", checks, candidate=candidate, **dict.fromkeys(names, HOSTILE), **dict.fromkeys(lists, notes)
    )


@pytest.fixture
def outputs(server: FakeServer, run: Run, tmp_path: Path) -> dict[str, str]:
    """What a hostile answer leaves on standard output ("out") and in each file."""
    server.script = [Reply(body=hostile_document())]
    done = run("gate", "--initiative", "CHURN", "--commit", "a", *FILES)
    assert (done.exit, done.err) == (1, "")
    return {"out": done.out, **{path.name: path.read_text() for path in tmp_path.glob("g.*")}}


@pytest.mark.parametrize("name", ["out", "g.json", "g.xml", "g.txt", "g.md"])
def test_nothing_steers_a_terminal_or_a_runner(outputs: dict[str, str], name: str) -> None:
    text = outputs[name]
    assert {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs")} <= {"\n"}
    assert "##[" not in text
    assert not any(line.strip().startswith("::") for line in text.splitlines())


def test_words_of_a_hostile_name_survive(outputs: dict[str, str]) -> None:
    assert "red a b ::error::x ## [error]y <script>alert(1)</script> & \"q\" 'p'" in outputs["out"]
    assert json.loads(outputs["g.json"]) == hostile_document()


def test_junit_holds_names_as_text(outputs: dict[str, str]) -> None:
    suite = ElementTree.fromstring(outputs["g.xml"])
    assert {node.tag for node in suite.iter()} == {"testsuite", "testcase", "failure", "error", "skipped"}
    assert "<script>alert(1)</script>" in (suite.findall("testcase")[1].get("name") or "")


def test_openmetrics_keeps_its_grammar(outputs: dict[str, str]) -> None:
    assert openmetrics_grammar.read(outputs["g.txt"])


def test_markdown_renders_names_as_text(outputs: dict[str, str]) -> None:
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(outputs["g.md"])
    for tag in ("<script", "<a ", "<code", "<img", "<em", "<strong", "<s>"):
        assert tag not in html
    assert len(outputs["g.md"].splitlines()) <= 40
    rows = [line for line in html.splitlines() if line == "<tr>"]
    assert html.count("<td>") == 6 * (len(rows) - 1)


@pytest.mark.parametrize("text", ["*a* _b_ `c` [d](e)", "<b>&amp;</b>", "a|b", "\\|", "~~x~~ ![i](j)", "# h", "$m$"])
def test_escaped_markdown_reads_as_written(text: str) -> None:
    (inline,) = [t for t in MarkdownIt("commonmark").parse("x " + cli.markdown(text)) if t.type == "inline"]
    children = inline.children or []
    assert "".join(child.content for child in children) == "x " + text
    assert {child.type for child in children} <= {"text", "text_special"}


@pytest.mark.parametrize("text", ["www.evil.example", "https://evil.example", ":tada:", "WWW.x"])
def test_github_finds_nothing_to_link(text: str) -> None:
    assert text not in cli.markdown(text)
    assert cli.markdown(text).replace("\\", "") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (True, "true"),
        (0.1 + 0.2, "0.3"),
        (1234567, "1234567"),
        ({"a": [1]}, '{"a": [1]}'),
        ("a\r\n\tb\u2028c", "a b c"),
        ("\x1b[1;31mx\x1b[m\x1b]8;;http://e\x1b\\y\x1b(0", "xy0"),
        ("\u202eabc\u2066\ufeff", "abc"),
        ("naïve 模型 👩‍💻", "naïve 模型 👩‍💻"),
        ("a\ud800\uffffb", "ab"),
    ],
)
def test_clean(value: object, text: str) -> None:
    assert cli.clean(value) == text


def test_clean_is_bounded() -> None:
    assert len(cli.clean("x" * 1_000_000)) == 1000


def test_hostile_problem_and_rejection(server: FakeServer, run: Run) -> None:
    errors = [{"pointer": HOSTILE, "detail": HOSTILE}, HOSTILE, {"odd": 1}]
    rejected = {"results": [{"external_id": HOSTILE, "state": "rejected", "errors": errors}]}
    server.script = [Reply(body=rejected), Reply(400, {"detail": HOSTILE, "errors": errors, "request_id": HOSTILE})]
    for _ in range(2):
        done = run("report", "--initiative", "CHURN", "--external-id", "a")
        assert done.exit == 2
        assert not any(line.strip().startswith("::") for line in (done.out + done.err).splitlines())
        assert not {c for c in done.out + done.err if unicodedata.category(c) in ("Cc", "Cf", "Cs")} - {"\n"}
