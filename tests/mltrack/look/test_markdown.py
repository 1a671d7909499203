"""Markdown from people and foreign systems never becomes more than text, lists, tables and links."""

from __future__ import annotations

import pytest

from mltrack.markdown import plain, render


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>)",
        "![x](https://example.org/pixel.png)",
        '<img src=x onerror="alert(1)">',
        '[x](https://example.org "onclick=alert(1)")',
        "<style>body{display:none}</style>",
        "[x](//example.org)<iframe src=//example.org></iframe>",
    ],
)
def test_nothing_active_is_left(text: str) -> None:
    html = render(text)
    for bad in ("<script", "<img", "<style", "<iframe", 'href="javascript', 'href="data', "<a title", 'title="'):
        assert bad not in html


def test_plain_markdown_works() -> None:
    html = render("# Big\n\nA **word**, `code`, ~~gone~~\n\n* one\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    for part in (
        "<h3>Big</h3>",
        "<strong>word</strong>",
        "<code>code</code>",
        "<s>gone</s>",
        "<li>one</li>",
        "<td>1</td>",
    ):
        assert part in html


def test_links_carry_no_referrer() -> None:
    html = render("[site](https://example.org)")
    assert 'href="https://example.org"' in html
    assert 'rel="nofollow noopener noreferrer"' in html


def test_nothing_is_nothing() -> None:
    assert render("") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**Bold** and _it_ `code` [a link](https://example.org) ~~gone~~", "Bold and it code a link gone"),
        ("# Head\n\n* one\n* two\nstill\n\n| a | b |\n|---|---|\n| 1 | 2 |", "Head one two still a b 1 2"),
        ("![pic *of*](x.png) <b>raw</b>", "pic of <b>raw</b>"),
        ("2 * 3 * 4 and snake_case \\*kept\\* a &amp; b", "2 * 3 * 4 and snake_case *kept* a & b"),
        ("```py\ncode *x*\n```\n> quote\n\n---\nend", "code *x* quote end"),
        ("", ""),
    ],
)
def test_the_words_alone(text: str, words: str) -> None:
    assert plain(text) == words
