"""What is done to the product so that secrets would leak if they could: everyday use, and every fault at hand."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from projects.connectors.registry import CONNECTORS
from projects.forms import SIGNED
from tests.servers.hostile import Answer, Handler, HostileServer
from tests.trees import Tree
from tests.trust.secret_caller import Visitor
from tests.trust.secret_sinks import Sink, broker, files, tables

ME, GUEST = "c4n4ry-owner@example.org", "c4n4ry-guest@example.org"


def canary(kind: str) -> str:
    """Return a new secret, with a character that pages, addresses and JSON each write in their own way."""
    return f"c4n4ry-{kind}-{secrets.token_hex(8)}&'"


@dataclass
class Story:
    """One telling: the tree, the hostile server, and what came of it."""

    tree: Tree
    server: HostileServer
    mails: Path
    canaries: dict[str, set[str]] = field(default_factory=dict)
    answers: list[Sink] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def plant(self, kind: str, *texts: str) -> str:
        """Remember a secret and return it."""
        assert all(len(text) >= 8 for text in texts), kind
        self.canaries.setdefault(kind, set()).update(texts)
        return texts[0]

    @property
    def database(self) -> str:
        """The address of the tree's database."""
        return str(json.loads((self.tree.home / "services.json").read_text())["database_url"])

    @property
    def redis(self) -> str:
        """The address of the tree's broker."""
        return str(json.loads((self.tree.home / "services.json").read_text())["redis_url"])

    @contextmanager
    def broken(self, table: str, column: str) -> Iterator[None]:
        """Let every statement that names a column fail."""
        self.run(f"ALTER TABLE {table} RENAME COLUMN {column} TO gone")
        try:
            yield
        finally:
            self.run(f"ALTER TABLE {table} RENAME COLUMN gone TO {column}")

    def run(self, statement: str) -> list[Any]:
        """Run a statement in the tree's database and return its rows."""
        connection = psycopg2.connect(self.database)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def visitor(self) -> Visitor:
        """Return somebody with an empty browser."""
        return Visitor(self.tree.url, self.answers)

    def sinks(self) -> list[Sink]:
        """Return everything that was said or kept; the console shows the first code on purpose."""
        return [
            *self.answers,
            *tables(self.database),
            *broker(self.redis),
            *files(self.tree.home / "log", "log"),
            *files(self.mails, "mail"),
            Sink("console", self.tree.words(), shows=("code",)),
        ]


def echo(*statuses: int) -> Answer:
    """Return a server's way of refusing in turn with these statuses, and repeating what it was sent."""
    turn = cycle(statuses)
    return lambda handler: repeat(handler, next(turn))


def repeat(handler: Handler, status: int) -> None:
    """Repeat whatever was sent, as careless servers do."""
    sent = {name.lower(): value for name, value in handler.headers.items()}
    body = json.dumps({"error_code": "DENIED", "message": f"Not with {sent.get('authorization')}", "headers": sent})
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body.encode())


def tell(story: Story) -> None:
    """Tell all of it."""
    installation(story)
    owner = first_run(story)
    token = tokens(story, owner)
    sessions(story, owner)
    connections(story, owner, token)
    invitations(story, owner)
    calendars(story, owner)
    elsewhere(story, owner)
    told(story, owner, token)
    passwords(story, owner)
    faults(story, owner, token)
    exports(story, owner, token)


def installation(story: Story) -> None:
    """Take the installation's own keys as canaries."""
    home = story.tree.home
    story.plant("secret key", (home / "secret_key").read_text().strip())
    story.plant("encryption key", *(home / "encryption_keys").read_text().strip().split(","))
    password = urlsplit(story.database).password or (home / "postgres_password").read_text().strip()
    story.plant("database password", password)


def first_run(story: Story) -> Visitor:
    """Come in by the code, after a few tries that fail."""
    found = re.search(r"one-time code ([\w-]+)", story.tree.words())
    assert found is not None, story.tree.words()
    code, password = story.plant("code", found[1]), story.plant("password", canary("password"))
    owner = story.visitor()
    person = {"name": "Owner", "email": ME, "workspace_name": "Acme", "password": password}
    # Whoever typed a code gets it back in the form that they must mend; nobody else does.
    owner.fill("/first-run/", code="AAAA-BBBB-CCCC-DDDD", **person)
    owner.fill("/first-run/", shows=("code",), code=code, **{**person, "email": "none"})
    assert owner.fill("/first-run/", code=code, **person)[0] == 200
    owner.fill("/first-run/", code=code, **person)
    return owner


def tokens(story: Story, owner: Visitor) -> str:
    """Make a token by the page, which shows it once."""
    scopes = ["read", "admin", "connections:write", "runs:write"]
    _, page = owner.fill("/w/acme/settings/tokens/", shows=("token",), name="ci", scopes=scopes, days=7)
    found = re.search(r"mlt_\w+_(\w+)", page)
    assert found is not None
    story.plant("token", found[1])
    owner.ask("GET", "/w/acme/settings/tokens/")
    for _ in range(62):
        owner.call("GET", "portfolio/", found[0] + "0")
    owner.call("GET", f"portfolio/?token={found[0]}", found[0])
    return found[0]


def sessions(story: Story, owner: Visitor) -> None:
    """Take the session's cookie as a canary."""
    story.plant("session", owner.cookie("sessionid"))


def connections(story: Story, owner: Visitor, token: str) -> None:
    """Make connections of every kind, by REST and by form, with faults, to a server that repeats what it gets."""
    story.server.script[:] = [echo(400, 401, 500, 200)]
    owner.fill("/w/acme/initiatives/new/", name="Customer churn", key="CHURN")
    for kind in CONNECTORS:
        for number, options in enumerate(({}, {"username": "someone"}, {"unknown": canary("option")})):
            secret = story.plant("connection", canary("connection"))
            base = story.server.url if number < 2 else "http://127.0.0.1:1"
            base = f"{base.replace('http', 'postgresql')}/figures" if kind == "sql" else base
            body = {"kind": kind, "name": f"{kind} {number}", "base_url": base, "secret": secret, "options": options}
            body["initiative"] = "CHURN"
            status, made = owner.call("POST", "connections/", token, body)
            for wrong in ({"base_url": "not an address"}, {"interval_seconds": 1}, {"kind": "none"}, {"odd": secret}):
                owner.call("POST", "connections/", token, {**body, "name": "x", **wrong})
            if status == 201:
                path = f"connections/{made['id']}/"
                other = story.plant("connection", canary("connection"))
                owner.call("PATCH", path, token, {"secret": other})
                owner.call("PATCH", path, token, {"secret": other, "version": "x"})
                owner.call("POST", f"{path}sync/", token, {})
        form: dict[str, Any] = {
            "kind": kind,
            "name": "By form",
            "base_url": f"{story.server.url.replace('http', 'postgresql')}/figures"
            if kind == "sql"
            else story.server.url,
            "auth": "bearer",
            "interval_seconds": 60,
            "initiative": "CHURN",
        }
        secret = story.plant("connection", canary("connection"))
        owner.fill("/w/acme/connections/new/", **form, secret=secret, **{"try": ""})
        owner.fill("/w/acme/connections/new/", **{**form, "interval_seconds": 1}, secret=secret, save="")
        owner.fill("/w/acme/connections/new/", **form, secret=secret, save="")
    assert sorted(story.run("SELECT DISTINCT kind FROM projects_connection")) == sorted((kind,) for kind in CONNECTORS)
    webhooks(story, owner, token)
    settle(story)


def webhooks(story: Story, owner: Visitor, token: str) -> None:
    """Keep secrets for webhooks by REST and by form, well and with faults, and post with them and without."""
    for kind in CONNECTORS:
        first, second, third = (story.plant("webhook", canary("webhook")) for _ in range(3))
        body: dict[str, Any] = {"kind": kind, "name": f"{kind} hears", "base_url": story.server.url}
        body |= {"initiative": "CHURN", "webhook_secret": first}
        status, made = owner.call("POST", "connections/", token, body)
        assert (status == 201) == (kind in SIGNED), (kind, status)
        form = {**body, "auth": "none", "interval_seconds": 60, "webhook_secret": second}
        for way in ("try", "save"):
            owner.fill("/w/acme/connections/new/", **form, **{way: ""})
        if status == 201:
            path = f"/w/acme/connections/{made['id']}/"
            for edit in ({"webhook_secret": second}, {"webhook_secret": second, "version": "x"}):
                owner.call("PATCH", f"connections/{made['id']}/", token, edit)
            kept_as = re.search(r'name="version" value="(\d+)"', owner.ask("GET", f"{path}edit/")[1])
            assert kept_as is not None, kind
            for more in ({"interval_seconds": 1}, {"version": kept_as[1]}):
                owner.fill(f"{path}edit/", **{**form, "webhook_secret": third, **more})
            found = re.search(r"/nudges/[\w:-]+/", owner.ask("GET", path)[1])
            assert found is not None, kind
            for each in (second, third):
                headers = {"X-Gitlab-Token": each, "X-Hub-Signature": each, "X-Hub-Signature-256": each}
                story.visitor().ask("POST", found[0], body=b"{}", headers=headers)
    ((kept,),) = story.run("SELECT count(*) FROM projects_connection WHERE sealed_webhook_secret <> ''")
    assert kept == len(SIGNED)
    assert any(sink.name.startswith("answer 204 of POST /nudges/") for sink in story.answers), "by the form's secret"


def settle(story: Story) -> None:
    """Wait until every connection was asked at least once, or failed for another reason."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        ((waiting,),) = story.run(
            "SELECT count(*) FROM projects_connection WHERE last_error_code = '' AND last_ok IS NULL"
        )
        if not waiting:
            return
        time.sleep(0.3)


def invitations(story: Story, owner: Visitor) -> None:
    """Invite somebody, who joins after a few tries that fail."""
    _, page = owner.fill("/w/acme/settings/members/", shows=("invitation",), email=GUEST, role="viewer")
    found = re.search(r"/invitations/([\w-]+)/", page)
    assert found is not None
    story.plant("invitation", found[1])
    path, guest = f"/invitations/{found[1]}/", story.visitor()
    guest.ask("GET", path[:-3] + "/")
    for password in ("short", story.plant("password", canary("password"))):
        guest.fill(path, ("invitation",), name="Guest", password=password)
    guest.ask("GET", path)


def calendars(story: Story, owner: Visitor) -> None:
    """Let a calendar program read the dates, and miss them."""
    _, page = owner.fill("/w/acme/settings/calendars/", shows=("calendar",), initiative="")
    found = re.search(r"/calendars/([\w-]+)\.ics", page)
    assert found is not None
    story.plant("calendar", found[1])
    program = story.visitor()
    for path in (f"/calendars/{found[1]}.ics", f"/calendars/{found[1][:-3]}.ics"):
        program.ask("GET", path)
    with story.broken("kpis_calendarlink", "secret_hash"):
        story.statuses.append(program.ask("GET", f"/calendars/{found[1]}.ics")[0])


def elsewhere(story: Story, owner: Visitor) -> None:
    """Read a view by a link, miss it, and have one posted to a channel that repeats what it was sent."""
    _, page = owner.fill("/w/acme/settings/shares/", shows=("share",), kind="portfolio", target="", query="", days="7")
    found = re.search(r"/s/([\w-]{43})/", page)
    assert found is not None
    story.plant("share", found[1])
    reader = story.visitor()
    for path in (f"/s/{found[1]}/", f"/s/{found[1]}/initiatives.csv", f"/s/{found[1][:-3]}/"):
        reader.ask("GET", path)
    with story.broken("kpis_sharelink", "secret_hash"):
        story.statuses.append(reader.ask("GET", f"/s/{found[1]}/")[0])
    secret = story.plant("channel", canary("channel"))
    there, when = "/w/acme/settings/subscriptions/", {"weekdays": "0", "hour": "8", "zone": "UTC"}
    view = {"kind": "portfolio", "target": "", "query": "", "channel": "slack"}
    for address in (f"{story.server.url}/services/{secret}?sig={secret}", f"gopher://{secret}.example/{secret}"):
        owner.fill(there, **view, **when, secret_url=address)
    row = re.search(r"/settings/subscriptions/(sub_\w+)/", owner.ask("GET", there)[1])
    assert row is not None
    guard = b"csrfmiddlewaretoken=" + owner.cookie("csrftoken").encode()
    owner.ask("POST", f"{there}{row[1]}/send/", body=guard)
    owner.ask("GET", f"{there}{row[1]}/")


def told(story: Story, owner: Visitor, token: str) -> None:
    """Have a receiver that repeats what it was sent told of a test; its secrets are shown once each."""
    there, address = "/w/acme/settings/webhooks/", story.plant("receiver", canary("receiver"))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    guard = b"csrfmiddlewaretoken=" + owner.cookie("csrftoken").encode()
    for url in (f"{story.server.url}/{address}?sig={address}", f"gopher://{address}.example/{address}"):
        body = {"name": "By REST", "url": url, "events": ["alert.opened"]}
        pages = [
            owner.fill(there, shows=("signing",), name="By form", url=url, events="alert.opened"),
            owner.ask("POST", "/api/v1/webhooks/", body=json.dumps(body).encode(), headers=headers, shows=("signing",)),
        ]
        for status, page in pages:
            found = re.findall(r"whsec_[\w+/=]+", page)
            assert len(found) == (status in (200, 201)), status
            story.plant("signing", *found) if found else None
    row = re.search(r"/settings/webhooks/(hok_\w+)/", owner.ask("GET", there)[1])
    assert row is not None
    _, page = owner.ask("POST", f"{there}{row[1]}/rotate/", body=guard, shows=("signing",))
    story.plant("signing", *re.findall(r"whsec_[\w+/=]+", page))
    for wrong in ({"url": f"gopher://{address}"}, {"url": f"{story.server.url}/{address}", "name": ""}):
        owner.call("PATCH", f"webhooks/{row[1]}/", token, wrong)
    owner.ask("POST", f"{there}{row[1]}/test/", body=guard)
    with story.broken("kpis_hook", "sealed_secret"):
        story.statuses.append(owner.ask("GET", there)[0])
    owner.ask("GET", f"{there}{row[1]}/")


def passwords(story: Story, owner: Visitor) -> None:
    """Mistype passwords until that is stopped, ask for a new one, change it."""
    stranger = story.visitor()
    for _ in range(8):
        stranger.fill("/accounts/login/", login=ME, password=story.plant("password", canary("password")))
    stranger.fill("/accounts/login/", login=story.plant("password", canary("swapped")), password="x" * 12)
    stranger.fill("/accounts/password/reset/", email=ME)
    old, new = story.plant("password", canary("password")), story.plant("password", canary("password"))
    owner.fill("/accounts/password/change/", oldpassword=old, password1=new, password2=new + "x")


def faults(story: Story, owner: Visitor, token: str) -> None:
    """Let the database refuse just the statements that hold secrets, in pages, endpoints and tasks."""
    secret = story.plant("connection", canary("connection"))
    body: dict[str, Any] = {
        "kind": next(iter(CONNECTORS)),
        "name": "Broken",
        "base_url": story.server.url,
        "secret": secret,
    }
    with story.broken("projects_connection", "sealed_secret"):
        story.statuses.append(owner.call("POST", "connections/", token, body)[0])
        form = {**body, "auth": "bearer", "interval_seconds": 60}
        story.statuses.append(owner.fill("/w/acme/connections/new/", **form, save="")[0])
        story.run("UPDATE projects_connection SET paused = false, next_due = now(), lease_until = NULL")
        time.sleep(4)
    with story.broken("accounts_apitoken", "secret_hash"):
        story.statuses.append(owner.call("GET", "portfolio/", token)[0])
        owner.fill("/w/acme/settings/tokens/", name="ci", scopes=["read"], days=7)
    with story.broken("accounts_user", "password"):
        password = story.plant("password", canary("password"))
        story.statuses.append(story.visitor().fill("/accounts/login/", login=GUEST, password=password)[0])
    with story.broken("accounts_invitation", "token_hash"):
        (invited,) = story.canaries["invitation"]
        story.statuses.append(story.visitor().ask("GET", f"/invitations/{invited}/")[0])


def exports(story: Story, owner: Visitor, token: str) -> None:
    """Read and export whatever there is."""
    for path in ("connections/", "initiatives/", "kpis/", "portfolio/", "me/", "audit/", "members/"):
        owner.call("GET", path, token)
    _, listed = owner.call("GET", "connections/", token)
    for each in (listed or {}).get("data", []):
        owner.call("GET", f"connections/{each['id']}/", token)
        owner.call("GET", f"connections/{each['id']}/attempts/", token)
        for part in ("", "edit/", "status/"):
            owner.ask("GET", f"/w/acme/connections/{each['id']}/{part}")
    for path in (
        "",
        "connections/",
        "settings/audit/",
        "settings/tokens/",
        "settings/members/",
        "settings/scorecard/export/",
    ):
        owner.ask("GET", f"/w/acme/{path}")
    owner.fill("/w/acme/settings/data/export/")
    owner.ask(
        "POST", "/w/acme/settings/data/export/", body=b"csrfmiddlewaretoken=" + owner.cookie("csrftoken").encode()
    )
    with suppress(OSError):
        owner.ask("GET", "/metrics")
