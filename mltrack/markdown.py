"""Markdown from people and foreign systems, made safe: parsed without raw HTML, then cleaned by an allow-list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS: Final = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "s", "ul",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_PARSER: Final = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_BREAKS: Final = ("softbreak", "hardbreak")
_HEADINGS: Final = (("h1", "h3"), ("h2", "h4"), ("h5", "h4"), ("h6", "h4"))


def render(text: str) -> str:
    """Return clean HTML: no images, scripts, styles or attributes but the address of a link.

    Headings start at the third level, so that they stay below those of the page.
    """
    html = _PARSER.render(text or "")
    for written, shown in _HEADINGS:
        html = html.replace(f"<{written}>", f"<{shown}>").replace(f"</{written}>", f"</{shown}>")
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )


def plain(text: str) -> str:
    """Return the words of Markdown without its marks: lines and cells parted by spaces, pictures by name."""
    return " ".join("".join(_words(_PARSER.parse(text or ""))).split())


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    for each in tokens:
        if each.type in ("inline", "image"):
            yield from _words(each.children or ())
        elif each.type in _BREAKS or each.block:
            yield f" {each.content}"
        else:
            yield each.content
