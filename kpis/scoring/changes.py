"""What changed between two judgements, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kpis.scoring.wording import figure

ChangeKind = Literal["verdict", "health", "candidate", "policy", "check", "observed", "added", "removed"]
WORDS = {
    "ready": "ready",
    "not_ready": "not ready",
    "unknown": "unknown",
    "on_track": "on track",
    "at_risk": "at risk",
    "off_track": "off track",
    "no_data": "no data",
    "not_applicable": "not applicable",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `check` is empty where it is about the whole; `better` is None where it is neither."""

    kind: ChangeKind
    text: str
    check: str = ""
    better: bool | None = None


def what_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the differences between two readiness documents: verdict first, then checks in order."""
    return [*_whole(old, new), *_checks(old, new)]


def _whole(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for kind, order in (
        ("verdict", ("not_ready", "unknown", "ready")),
        ("health", ("off_track", "at_risk", "on_track")),
    ):
        if old[kind] != new[kind]:
            text = f"{kind.capitalize()}: {_word(old[kind])} → {_word(new[kind])}"
            yield Change(
                "verdict" if kind == "verdict" else "health", text, better=_better(order, old[kind], new[kind])
            )
    before, after = _label(old), _label(new)
    if (old["candidate"] or {}).get("id") != (new["candidate"] or {}).get("id"):
        yield Change("candidate", f"Candidate: {before} → {after}")
    if old["policy_version"] != new["policy_version"]:
        yield Change("policy", f"Scorecard: {old['policy_version']} → {new['policy_version']}")


def _better(order: tuple[str, ...], before: str, after: str) -> bool | None:
    if before not in order or after not in order:
        return None
    return order.index(after) > order.index(before)


def _label(document: Mapping[str, Any]) -> str:
    candidate = document["candidate"]
    return str(candidate["label"] or candidate["id"]) if candidate else "none"


def _word(value: str) -> str:
    return WORDS.get(value, value)


def _by_id(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {check["id"]: check for section in document["sections"] for check in section["checks"]}


def _checks(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = _by_id(old), _by_id(new)
    for check_id, check in after.items():
        if check_id not in before:
            yield Change("added", f"{check['title']}: new, {_word(check['result'])}", check_id)
        else:
            yield from _check(before[check_id], check)
    for check_id in before.keys() - after.keys():
        yield Change("removed", f"{before[check_id]['title']}: no longer asked", check_id)


def _check(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    if before["result"] != after["result"]:
        text = f"{after['title']}: {_word(before['result'])} → {_word(after['result'])}"
        why = f" ({after['reason']})" if after["reason"] and after["result"] != "pass" else ""
        passes = (before["result"] == "pass", after["result"] == "pass")
        yield Change("check", text + why, after["id"], better=None if passes[0] == passes[1] else passes[1])
    elif before["observed"] != after["observed"]:
        text = f"{after['title']}: {_shown(before['observed'])} → {_shown(after['observed'])}"
        yield Change("observed", text, after["id"])


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    return figure(value) if isinstance(value, (int, float)) else str(value)
