"""The same question asked everywhere: page, API, gate, CI client, management command and badge."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

from kpis.services.badges import badge_path
from mltrack.accounts.access import Principal
from mltrack.accounts.policy import SCOPES
from mltrack.accounts.services.tokens import create_token
from projects.models import Initiative
from tests.browser.worlds import BACKEND
from tests.databases import url_of
from tests.factories import make_workspace
from tests.mltrack.cli.conftest import clean_environment

ROOT = Path(__file__).parents[2]
SAID = ("result", "required", "observed", "expected", "n", "low", "high", "reason", "what_would_pass", "evidence_kind")
CHECK = re.compile(r'<details class="check" id="check-([a-z0-9_-]+)">(.*?)</details>', re.S)
TAG = re.compile(r"<[^>]*>")
BAR = re.compile(r'<svg class="interval [^>]* aria-label="([^"]*)"')


@dataclass(frozen=True)
class Said:
    """An answer: the verdict, and every check by its id with what is said of it."""

    verdict: str
    candidate: str | None
    checks: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Told:
    """How a process ended, and what it printed."""

    exit: int
    out: str


@dataclass(frozen=True)
class Surfaces:
    """A workspace behind a running server, and a token that may do everything."""

    url: str
    owner: Principal
    token: str

    def page(self, initiative: Initiative, rest: str = "") -> str:
        """Return a page of the initiative as its owner gets it: HTML."""
        return self._page(f"initiatives/{initiative.key}/{rest}")

    def portfolio(self) -> str:
        """Return the portfolio's page."""
        return self._page("")

    def _page(self, rest: str) -> str:
        client = Client()
        assert self.owner.user is not None
        client.force_login(self.owner.user, backend=BACKEND)
        return client.get(f"/w/{self.owner.workspace.key}/{rest}").content.decode()

    def readiness(self, initiative: Initiative) -> Said:
        """Ask GET readiness/."""
        document = self.fetch(f"/api/v1/initiatives/{initiative.key}/readiness/")
        checks = [check for section in document["sections"] for check in section["checks"]]
        return said(document, checks)

    def gate(self, initiative: Initiative, commit: str) -> Said:
        """Ask POST gate/ without keeping the answer."""
        body = {"commit": commit, "dry_run": True}
        document = self.fetch(f"/api/v1/initiatives/{initiative.key}/gate/", body)
        return said(document, document["checks"])

    def client(self, initiative: Initiative, commit: str, folder: Path) -> tuple[Told, Said]:
        """Ask the CI client, as a process; return what it says to a reader and to a machine."""
        answer = folder / f"{initiative.key}.json"
        arguments = ["gate", "--initiative", initiative.key, "--commit", commit, "--dry-run", "--json", str(answer)]
        environment = {**clean_environment(), "MLTRACK_URL": self.url, "MLTRACK_TOKEN": self.token}
        told = run([sys.executable, str(ROOT / "mltrack" / "cli.py"), *arguments], environment)
        document = json.loads(answer.read_text())
        return told, said(document, document["checks"])

    def command(self, initiative: Initiative) -> Told:
        """Ask `manage.py check_readiness`, as a process with this test's database."""
        database = url_of(str(connection.settings_dict["NAME"]))
        return run(
            [sys.executable, "manage.py", "check_readiness", initiative.key], {**os.environ, "DATABASE_URL": database}
        )

    def badges(self, initiative: Initiative) -> tuple[str, Any]:
        """Return the badge as a picture, and what shields would get; nobody is signed in for either."""
        picture = urllib.request.urlopen(self.url + badge_path(initiative), timeout=30).read().decode()
        return picture, self.fetch(badge_path(initiative, "json"))

    def fetch(self, path: str, body: Any = None) -> Any:
        """Return the JSON at a path, asked with the token."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def open_surfaces(url: str) -> Surfaces:
    """Make the workspace and the token."""
    owner = make_workspace()
    assert owner.user is not None
    _, token = create_token(owner, user=owner.user, name="CI", scopes=list(SCOPES))
    return Surfaces(url, owner, token)


def said(document: Mapping[str, Any], checks: list[dict[str, Any]]) -> Said:
    """Return what every surface must agree on."""
    candidate = document["candidate"]["id"] if document["candidate"] else None
    return Said(document["verdict"], candidate, {each["id"]: {name: each[name] for name in SAID} for each in checks})


def run(command: list[str], environment: Mapping[str, str]) -> Told:
    """Run a process to its end."""
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    return Told(done.returncode, done.stdout)


def checks_of(page: str) -> dict[str, str]:
    """Return the checks of a readiness or gate page: the text of each by its id without dots."""
    return {name: " ".join(unescape(TAG.sub(" ", body)).split()) for name, body in CHECK.findall(page)}


def bars_of(page: str) -> dict[str, str]:
    """Return what the interval bars of a readiness page say to those who do not see them, by the id of the check."""
    found = ((name, BAR.search(body)) for name, body in CHECK.findall(page))
    return {name: " ".join(unescape(bar[1]).split()) for name, bar in found if bar}
