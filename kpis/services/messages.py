"""A view in a few lines as the messages of channels: texts of others stay texts, and call nobody.

Slack: https://docs.slack.dev/reference/block-kit/blocks
Mattermost: https://developers.mattermost.com/integrate/webhooks/incoming/
Teams: the card that a Workflows webhook posts, https://adaptivecards.io/explorer/ in version 1.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kpis.selectors.briefs import Brief, BriefLine

CUT: Final = 200
HEADER: Final = 150
"""The longest header of Slack."""
_MARKS: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>:])")


@dataclass(frozen=True, slots=True)
class Told:
    """What a message is about: the title of the view, its lines, and the address of its page, empty where none is."""

    title: str
    brief: Brief
    url: str


def slack_message(told: Told) -> dict[str, Any]:
    """Return blocks: a header, the sentences, two blocks at most for the lines, and a button."""
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(told.title, HEADER), "emoji": False}}
    ]
    if told.brief.sentences:
        blocks.append(_mrkdwn("\n".join(_slack(each) for each in told.brief.sentences)))
    blocks += [_mrkdwn(_slack_line(each)) for each in told.brief.lines]
    if told.brief.more:
        blocks.append(_mrkdwn(f"… and {told.brief.more} more."))
    if told.url:
        button = {"type": "button", "text": {"type": "plain_text", "text": "Open in MLTrack"}, "url": told.url}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": _slack(told.title), "blocks": blocks}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:3000], "verbatim": True}}


def _slack_line(line: BriefLine) -> str:
    spark = f"\n`{line.blocks}`" if line.blocks else ""
    return f"*{_slack(line.name)}*  {_slack(line.words)}{spark}"


def _slack(text: str) -> str:
    """Return a text whose control characters mean themselves; what could be a mark of bold or code is taken apart."""
    found = _cut(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([*_~`])", "\\1\u200b", found)


def mattermost_message(told: Told) -> dict[str, Any]:
    """Return a text in Markdown, with the lines as a table."""
    title = _markdown(told.title)
    parts = [f"#### [{title}]({told.url})" if told.url else f"#### {title}"]
    if told.brief.sentences:
        parts.append("\n".join(f"- {_markdown(each)}" for each in told.brief.sentences))
    if told.brief.lines:
        rows = "\n".join(_table_row(each) for each in told.brief.lines)
        parts.append(f"| | | |\n|:--|:--|:--|\n{rows}")
    if told.brief.more:
        parts.append(f"… and {told.brief.more} more.")
    return {"text": "\n\n".join(parts)}


def _table_row(line: BriefLine) -> str:
    return f"| **{_markdown(line.name)}** | {_markdown(line.words)} | {line.blocks} |"


def _markdown(text: str) -> str:
    """Return a text that Markdown shows as it is; an @ calls nobody."""
    return _MARKS.sub(r"\\\1", _cut(text)).replace("@", "@\u200b")


def teams_message(told: Told) -> dict[str, Any]:
    """Return an Adaptive Card; its runs of text know no marks."""
    body = [_run(told.title, weight="Bolder", size="Medium")]
    body += [_run(each) for each in told.brief.sentences]
    body += [_teams_line(each) for each in told.brief.lines]
    if told.brief.more:
        body.append(_run(f"… and {told.brief.more} more."))
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if told.url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open in MLTrack", "url": told.url}]
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}


def _run(text: str, **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": _cut(text), **look}]}


def _teams_line(line: BriefLine) -> dict[str, Any]:
    runs: list[dict[str, Any]] = [{"type": "TextRun", "text": _cut(line.name), "weight": "Bolder"}]
    if line.words:
        runs.append({"type": "TextRun", "text": f"  {_cut(line.words)}"})
    if line.blocks:
        runs.append({"type": "TextRun", "text": f"  {line.blocks}", "fontType": "Monospace"})
    return {"type": "RichTextBlock", "inlines": runs}


def _cut(text: str, longest: int = CUT) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


MESSAGES: Final[Mapping[str, Callable[[Told], dict[str, Any]]]] = {
    "slack": slack_message,
    "teams": teams_message,
    "mattermost": mattermost_message,
}
"""How the message of each channel but mail is written."""
