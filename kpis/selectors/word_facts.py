"""What a judgement knows of people's words and waivers, from the rows that it reads of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kpis.scoring import inputs as engine


def word_facts(row: Mapping[str, Any]) -> engine.AttestationFacts:
    """Return a person's word."""
    given, ends = datetime.fromisoformat(row["created_at"]), datetime.fromisoformat(row["expires_at"])
    return engine.AttestationFacts(
        row["public_id"], row["check_id"], row["link"], given, ends, row["author"], row["note"]
    )


def waiver_facts(row: Mapping[str, Any]) -> engine.WaiverFacts:
    """Return a waiver."""
    return engine.WaiverFacts(
        row["public_id"],
        row["check_id"],
        row["reason"],
        datetime.fromisoformat(row["expires_at"]),
        row["state"],
        None if row["measured"] is None else float(row["measured"]),
        row["measured_text"],
        row["requester"],
        row["approver"],
        row["self_approved"],
    )
