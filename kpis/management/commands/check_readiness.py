"""`manage.py check_readiness KEY`: the verdict in words, and as an exit code."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kpis.selectors.snapshots import readiness_document
from kpis.services.snapshots import judge_pending
from projects.models import Initiative

EXITS = {"ready": 0, "not_ready": 1, "unknown": 3}
WORDS = {"ready": "ready", "not_ready": "not ready", "unknown": "unknown"}


class Command(BaseCommand):
    help = "Say whether an initiative is ready: exit 0 ready, 1 not ready, 3 unknown. Judges first what waits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the key and the workspace."""
        parser.add_argument("key", help="the initiative's key, such as CHURN")
        parser.add_argument("--workspace", default="", help="needed where several workspaces have this key")

    def handle(self, *_: Any, key: str, workspace: str, **__: Any) -> None:
        """Print the verdict with what blocks it, and exit accordingly."""
        initiative = _initiative(key, workspace)
        judge_pending(initiative)
        document = readiness_document(initiative)
        self.stdout.write("\n".join(told(document)))
        raise SystemExit(exit_of(document))


def exit_of(document: Mapping[str, Any]) -> int:
    """Return the exit code of a readiness document; what is ready and could not be judged again is unknown."""
    kept = str(document["verdict"])
    return EXITS["unknown" if kept == "ready" and document.get("pending") else kept]


def told(document: dict[str, Any]) -> list[str]:
    """Return a readiness document in lines: the verdict, then what blocks it and what would make it pass."""
    candidate = document["candidate"]
    about = f"candidate {candidate['label']}" if candidate else "no candidate"
    lines = [f"{document['initiative']} is {WORDS[document['verdict']]} ({about}, as of {document['as_of']})."]
    checks = {each["id"]: each for section in document["sections"] for each in section["checks"]}
    for each in document["blockers"]:
        reason = f" ({each['reason']})" if each["reason"] else ""
        numbers = measured(checks.get(each["check"], {}))
        lines.append(f"  {each['result']}: {each['title']}{reason}{numbers}. {each['what_would_pass']}".rstrip())
    lines += [f"  warning: {each['text']}" for each in document["warnings"]]
    if document.get("pending"):
        lines.append("  Newer facts wait to be judged: until they are, nobody can tell that it is ready.")
    return lines


def measured(check: Mapping[str, Any]) -> str:
    """Return what was observed, what is expected and on how many cases, as far as it is known."""
    names = [name for name in ("observed", "expected", "n") if check.get(name) not in (None, "")]
    return "".join(f", {name} {check[name]}" for name in names)


def _initiative(key: str, workspace: str) -> Initiative:
    found = Initiative.objects.select_related("workspace").filter(key=key)
    if workspace:
        found = found.filter(workspace__key=workspace)
    initiatives = list(found.order_by("workspace__key")[:20])
    if not initiatives:
        raise CommandError(f"There is no initiative {key}.", returncode=2)
    if len(initiatives) > 1:
        names = ", ".join(each.workspace.key for each in initiatives)
        raise CommandError(f"Several workspaces have {key}: say which with --workspace ({names}).", returncode=2)
    return initiatives[0]
