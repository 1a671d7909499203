"""Second labels as lines: separators, guards, rows that are not filled in, and what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from projects.services.relabel_input import Relabel, parse_relabels, relabels_of_lines


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("task,label\n1,cat\n2,\n\n3, dog \n", [("1", "cat"), ("3", "dog")]),
        ("\ufeffTask;Label\r\n1;cat\r\n", [("1", "cat")]),
        ("label\ttask\ncat\t1\n", [("1", "cat")]),
        ('task,label\n"a, b","say ""x"""\n', [("a, b", 'say "x"')]),
        ("task,project,url,label\n1,lbp_9,https://example.org/,cat\n", [("1", "cat")]),
        ("task,label\n", []),
    ],
)
def test_lines_are_read(text: str, found: list[tuple[str, str]]) -> None:
    assert [(each["task"], each["label"]) for each in relabels_of_lines(text)] == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The first line names the columns"),
        ("1,cat\n", "The first line names the columns"),
        ("task,label,label\n", "The first line names the columns"),
        ("task,label,who\n", "The column who is not known here"),
        ("task,label\n1\n", "Line 2 has 1 cells where the header has 2"),
        ('task,label\n1,"cat\n', "is not CSV"),
    ],
)
def test_what_is_wrong_with_lines_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        relabels_of_lines(text)


def test_a_project_is_kept_where_it_is_named() -> None:
    assert relabels_of_lines("task,label,project\n1,cat,lbp_9\n2,dog,\n")[0]["project"] == "lbp_9"
    found, faults = parse_relabels([{"task": "1", "label": None, "project": "lbp_9"}, {"task": "2", "label": "a"}])
    assert faults == []
    assert found == [Relabel("1", "", "lbp_9", "/relabels/0"), Relabel("2", "a", "", "/relabels/1")]


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([], "/relabels"),
        ("text", "/relabels"),
        ([{"task": "1"}], "/relabels/0/label"),
        ([{"label": "a"}], "/relabels/0/task"),
        ([{"task": "1", "label": ""}], "/relabels/0/label"),
        ([{"task": "1", "label": "a", "who": "ann"}], "/relabels/0/who"),
        ([{"task": "1", "label": "a"}, 7], "/relabels/1"),
    ],
)
def test_what_is_wrong_with_a_batch_is_named(items: Any, pointer: str) -> None:
    assert [each.pointer for each in parse_relabels(items)[1]] == [pointer]
