"""Messages of channels, held against what is published of their formats; texts of others stay texts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kpis.selectors.briefs import Brief, BriefLine
from kpis.services.messages import MESSAGES, Told

NASTY = "*bold* _it_ `x` ~s~ <!channel> <https://e.example|click> @all @channel [a](https://e.example) | # - & \n new"
BRIEF = Brief(("Goal: ≤ 8 %.",), (BriefLine("Churn rate", "10 %", "-1 %", "on pace", (1.0, None, 3.0)),), more=2)
URL = "https://ml.example.org/w/north/kpis/churn-rate/"


def told(title: str = "Churn rate", name: str = "Churn rate", url: str = URL) -> Told:
    return Told(title, Brief((title,), (BriefLine(name, "10 %", spark=(1.0, 2.0)),) * 25), url)


def test_slack_blocks() -> None:
    message = MESSAGES["slack"](Told("Churn rate", BRIEF, URL))
    assert message == {
        "text": "Churn rate",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Churn rate", "emoji": False}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "Goal: ≤ 8 %.", "verbatim": True}},
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": "*Churn rate*  10 % · -1 % · on pace\n`▁·█`",
                    "verbatim": True,
                },
            },
            {"type": "section", "text": {"type": "mrkdwn", "text": "… and 2 more.", "verbatim": True}},
            {
                "type": "actions",
                "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Open in MLTrack"}, "url": URL}],
            },
        ],
    }


def test_slack_keeps_its_limits() -> None:
    # At most 50 blocks, 150 characters in a header, 3,000 in a section, none of them empty.
    message = MESSAGES["slack"](told("T" * 900, "N" * 900))
    blocks = message["blocks"]
    assert len(blocks) <= 50 and len(blocks[0]["text"]["text"]) <= 150
    assert all(0 < len(each["text"]["text"]) <= 3000 for each in blocks[:-1])


def test_teams_card() -> None:
    message = MESSAGES["teams"](Told("Churn rate", BRIEF, URL))
    assert message["type"] == "message"
    [attachment] = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive" and attachment["contentUrl"] is None
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open in MLTrack", "url": URL}]
    assert {each["type"] for each in card["body"]} == {"RichTextBlock"}
    runs = [run for each in card["body"] for run in each["inlines"]]
    assert {run["type"] for run in runs} == {"TextRun"}
    assert "▁·█" in "".join(run["text"] for run in runs)


def test_teams_stays_within_28_kilobytes() -> None:
    assert len(json.dumps(MESSAGES["teams"](told("T" * 900, "N" * 900))).encode()) < 28 * 1024


def test_mattermost_text() -> None:
    text = MESSAGES["mattermost"](Told("Churn rate", BRIEF, URL))["text"]
    assert text.splitlines() == [
        f"#### [Churn rate]({URL})",
        "",
        "- Goal\\: ≤ 8 %\\.",
        "",
        "| | | |",
        "|:--|:--|:--|",
        "| **Churn rate** | 10 % · \\-1 % · on pace | ▁·█ |",
        "",
        "… and 2 more.",
    ]
    assert len(MESSAGES["mattermost"](told("T" * 900, "N" * 900))["text"]) <= 16_383


def test_names_call_nobody_and_mark_nothing() -> None:
    sections = [each for each in MESSAGES["slack"](told(NASTY, NASTY, ""))["blocks"] if each["type"] == "section"]
    assert all("<" not in each["text"]["text"] for each in sections)
    assert "&lt;!channel&gt;" in sections[0]["text"]["text"]
    text = MESSAGES["mattermost"](told(NASTY, NASTY, ""))["text"]
    assert "@all" not in text and "@channel" not in text and "](https" not in text and "\\|" in text
    card: Any = MESSAGES["teams"](told(NASTY, NASTY, ""))["attachments"][0]["content"]
    assert "actions" not in card and card["body"][0]["inlines"][0]["text"].startswith("*bold*")


@pytest.mark.parametrize("channel", sorted(MESSAGES))
def test_an_empty_view_is_a_message_too(channel: str) -> None:
    assert "Portfolio" in json.dumps(MESSAGES[channel](Told("Portfolio", Brief((), ()), "")))
