"""Jira's texts: the Atlassian Document Format as plain text, and the sprints that old servers send as text.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

import re
from typing import Any, Final

DEEPEST: Final = 30
_BLOCKS: Final = ("paragraph", "heading", "blockquote", "codeBlock", "tableRow", "rule", "panel")
_SPRINT: Final = re.compile(r"Sprint@[0-9a-f]+\[(.*)\]$", re.DOTALL)
_PART: Final = re.compile(r",(?=[A-Za-z]+=)")


def plain_text(raw: Any) -> str:
    """Return a description as text: that of a document, or the wiki text that a server sends."""
    if isinstance(raw, str):
        return raw
    parts: list[str] = []
    _walk(raw, parts, 0)
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def _walk(node: Any, parts: list[str], depth: int) -> None:
    if not isinstance(node, dict) or depth > DEEPEST:
        return
    kind, attributes = node.get("type"), node.get("attrs")
    if kind == "text":
        parts.append(str(node.get("text") or ""))
    elif kind == "hardBreak":
        parts.append("\n")
    elif kind in ("mention", "emoji", "status", "inlineCard") and isinstance(attributes, dict):
        parts.append(str(attributes.get("text") or attributes.get("shortName") or attributes.get("url") or ""))
    content = node.get("content")
    for each in content if isinstance(content, list) else ():
        if isinstance(each, dict) and each.get("type") == "listItem":
            parts.append("- ")
        _walk(each, parts, depth + 1)
    if kind in _BLOCKS:
        parts.append("\n" if depth > 2 else "\n\n")


def sprint_fields(raw: Any) -> dict[str, Any]:
    """Return a sprint's fields: an object, or Jira Server's `…Sprint@1f[id=1,state=CLOSED,name=Sprint 1,…]`."""
    if isinstance(raw, dict):
        return raw
    found = _SPRINT.search(raw) if isinstance(raw, str) else None
    if found is None:
        raise ValueError("its sprint is none of Jira's")
    parts = (each.partition("=") for each in _PART.split(found[1]))
    return {name: None if value == "<null>" else value for name, _, value in parts}
