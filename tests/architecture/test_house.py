"""The house rules that a reader feels: size, names, and where things are not."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import PACKAGES, ROOT, Source, is_broad, lines_of, sources

LONGEST_FILE = 350
ONE_FILE_BY_CONTRACT = {"mltrack/cli.py": 1350}
LONGEST_FUNCTION = 60
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "core", "constants", "managers", "misc"}
MAY_IMPORT_LATE = {"manage.py", "mltrack/apps.py", "kpis/apps.py"}
MAY_CATCH_ALL: dict[str, int] = {"projects/services/pull.py": 1, "kpis/services/snapshots.py": 1}


def test_no_file_is_too_long() -> None:
    long = [
        f"{s.name}: {n}"
        for s in sources()
        if (n := len(s.text.splitlines())) > ONE_FILE_BY_CONTRACT.get(s.name, LONGEST_FILE)
    ]
    assert long == []


def test_no_function_is_too_long() -> None:
    long = [
        f"{s.name}:{f.lineno} {f.name}: {n}"
        for s in sources()
        for f in s.functions()
        if (n := lines_of(f)) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_merge_was_left_half_done() -> None:
    texts = ("*.py", "*.md", "*.html", "*.css", "*.js", "*.yaml", "*.toml", "*.txt")
    folders = (*PACKAGES, "benchmarks", "docs", "static", "templates", "tests")
    paths = [path for folder in folders for text in texts for path in (ROOT / folder).rglob(text)]
    marks = re.compile(r"^(<{7}|>{7}) \w", re.MULTILINE)
    assert [str(path) for path in [*paths, *ROOT.glob("*.md")] if marks.search(path.read_text(errors="replace"))] == []


def test_no_file_is_named_like_a_drawer() -> None:
    assert [s.name for s in sources() if FORBIDDEN_NAMES & set(s.path.with_suffix("").parts)] == []


def test_imports_stand_at_the_top() -> None:
    late = [
        f"{s.name}:{node.lineno}"
        for s in sources()
        if s.name not in MAY_IMPORT_LATE
        for function in s.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert late == []


def test_broad_except_only_at_the_edge_of_a_sync_or_judgement() -> None:
    found = {source.name: sum(map(is_broad, source.handlers())) for source in sources()}
    assert {name: count for name, count in found.items() if count > MAY_CATCH_ALL.get(name, 0)} == {}


def test_views_and_api_reach_tables_through_selectors_and_services() -> None:
    edges = [s for s in sources() if re.match(r"(projects|kpis)/(views|api)/", s.name)]
    assert [s.name for s in edges if ".objects." in s.text] == []


def test_time_is_passed_or_timezone_aware() -> None:
    naive = [s.name for s in sources() if re.search(r"datetime\.(utcnow|now)\(\)|date\.today\(\)", s.text)]
    assert naive == []


def test_no_unsafe_django_spellings() -> None:
    spellings = r"mark_safe\(|\.extra\(|fields\s*=\s*[\"']__all__|order_by\(request|filter\(\*\*request"
    allowed = {"mltrack/drawing", "mltrack/templatetags"}
    found = [s.name for s in sources() if re.search(spellings, s.text) and not _in(s, allowed)]
    assert found == []


def _in(source: Source, folders: set[str]) -> bool:
    return any(source.name.startswith(folder) for folder in folders)
