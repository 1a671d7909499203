"""Runs inside Roundup's own environment: makes a tracker with sprints, fills it, and serves it by Roundup's WSGI door.

`roundup-server` refuses to run as root, which containers are; `roundup.cgi.wsgi_handler` is the documented other way.
"""

from __future__ import annotations

import random
import socketserver
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from roundup.cgi.wsgi_handler import RequestDispatcher
from roundup.instance import open as open_tracker

SCHEMA = """
sprint = Class(db, "sprint", name=String(), starts=Date(), ends=Date(), closed=Boolean(), goal=String())
sprint.setkey("name")
kind = Class(db, "kind", name=String())
kind.setkey("name")
issue = IssueClass(db, "issue",
                assignedto=Link("user"), keyword=Multilink("keyword"), priority=Link("priority"),
                status=Link("status"), sprint=Link("sprint"), kind=Link("kind"), points=Number(),
                due=Date(), after=Multilink("issue"))
for each in ("sprint", "kind"):
    db.security.addPermissionToRole("User", "View", each)
"""


def mend(home: Path) -> None:
    """Give a tracker that is installed, and not yet initialised, sprints, kinds and points."""
    path = home / "schema.py"
    before, _, rest = path.read_text().partition("issue = IssueClass(")
    after = rest.partition("#\n# TRACKER SECURITY SETTINGS")[2]
    path.write_text(f"{before}{SCHEMA}#\n# TRACKER SECURITY SETTINGS{after}")


def fill(home: Path, issues: int, sprints: int) -> None:
    """Write sprints and issues through Roundup's own database, the same for the same numbers."""
    chance = random.Random(20261128)
    db: Any = open_tracker(str(home)).open("admin")
    statuses, priorities = db.status.list(), db.priority.list()
    for name in ("Annotation", "Training", "Bug"):
        db.kind.create(name=name)
    kinds = db.kind.list()
    made = [db.sprint.create(name=f"Sprint {number}", closed=number < sprints) for number in range(1, sprints + 1)]
    ids: list[str] = []
    for number in range(1, issues + 1):
        fields: dict[str, Any] = {"points": float(chance.choice([1, 2, 3, 5, 8]))} if chance.random() < 0.7 else {}
        if made and chance.random() < 0.9:
            fields["sprint"] = chance.choice(made)
        if ids and chance.random() < 0.1:
            fields["after"] = [chance.choice(ids)]
        ids.append(
            db.issue.create(
                title=f"Work {number} <b>&amp; ‘quotes’</b>",
                status=chance.choice(statuses),
                priority=chance.choice(priorities),
                kind=chance.choice(kinds),
                **fields,
            )
        )
    db.commit()
    db.close()


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


def serve(home: Path, port: int) -> None:
    """Serve the tracker below `/rd` until the end."""
    dispatch = RequestDispatcher(str(home))

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = "/rd", environ["PATH_INFO"].removeprefix("/rd")
        found: Iterable[bytes] = dispatch(environ, start)
        return found

    make_server("127.0.0.1", port, answer, _Server, _Quiet).serve_forever()


if __name__ == "__main__":
    deed, home = sys.argv[1], Path(sys.argv[2])
    if deed == "mend":
        mend(home)
    elif deed == "fill":
        fill(home, int(sys.argv[3]), int(sys.argv[4]))
    else:
        serve(home, int(sys.argv[3]))
