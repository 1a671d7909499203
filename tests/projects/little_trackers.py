"""Little trackers with the recorded answers of real ones, whose issues a test holds. Roundup runs for real instead.

They page, filter and order as the documentation that the recordings name says.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.servers.hostile import Answer, Handler, HostileServer, as_json, raw

FOLDER = Path(__file__).parent / "connectors" / "recorded"
FIRST = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def recorded(kind: str) -> dict[str, Any]:
    """Return a tracker's recorded answers."""
    found: dict[str, Any] = json.loads((FOLDER / kind / "issues.json").read_text())
    return found


@dataclass
class LittleTracker:
    """Issues to serve, by id. `before` answers instead while it has anything to say; `now` is its clock.

    `asked` are the calls with their parameters; `after_call` is done after each question for changed issues.
    """

    kind: ClassVar[str] = ""
    secret: ClassVar[str] = "token"
    options: ClassVar[dict[str, Any]] = {}

    recorded: dict[str, Any] = field(default_factory=dict)
    issues: dict[str, dict[str, Any]] = field(default_factory=dict)
    now: datetime = FIRST + timedelta(days=1)
    before: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    after_call: Callable[[int], None] = lambda call: None
    calls: int = 0

    def __post_init__(self) -> None:
        self.recorded = recorded(self.kind)

    def load(self) -> None:
        """Hold the recorded issues."""
        self.issues = {str(each["id"]): copy.deepcopy(each) for each in self.recorded["issues"]}

    def make(self, number: int, at: datetime = FIRST) -> str:
        """Make an issue like the first recorded one, with a title of its own, and return its id."""
        made = copy.deepcopy(self.recorded["issues"][0])
        self.named(made, number)
        self.stamp(made, at)
        self.issues[str(made["id"])] = made
        return str(made["id"])

    def touch(self, key: str, title: str, at: datetime) -> None:
        """Give an issue another title at a moment."""
        self.retitle(self.issues[key], title)
        self.stamp(self.issues[key], at)

    def serve(self) -> HostileServer:
        """Return a server of this content; use it as a context manager."""
        return HostileServer(self.answer)

    def answer(self, handler: Handler) -> None:
        """Answer one request, with this server's own clock."""
        handler.date_time_string = lambda timestamp=None: format_datetime(self.now, usegmt=True)  # type: ignore[method-assign]
        address = urlsplit(handler.path)
        params = {name: values[-1] for name, values in parse_qs(address.query).items()}
        path = address.path.lstrip("/")
        self.asked.append((path, params))
        if self.before:
            self.before.pop(0)(handler)
            return
        found = self.found(path, params)
        (raw(404, b'{"message": "Not Found"}') if found is None else found if callable(found) else as_json(found))(
            handler
        )

    def counted(self) -> None:
        """Do what a test wants between two pages."""
        self.calls += 1
        self.after_call(self.calls)

    def limited(self) -> Answer:
        """Return the recorded answer of a limit that is reached."""
        kept = self.recorded["rate_limited"]
        return raw(kept["status"], json.dumps(kept["body"]).encode(), Retry_After=kept["headers"]["Retry-After"])

    def refused(self) -> Answer:
        """Return the recorded answer to a wrong secret."""
        return as_json(self.recorded["unauthorized"], 401)

    def found(self, path: str, params: dict[str, str]) -> Any:
        """Return what is answered as JSON, None for 404."""
        raise NotImplementedError

    def named(self, issue: dict[str, Any], number: int) -> None:
        """Give a new issue its ids and title."""
        raise NotImplementedError

    def retitle(self, issue: dict[str, Any], title: str) -> None:
        """Give an issue a title."""
        issue["title"] = title

    def stamp(self, issue: dict[str, Any], at: datetime) -> None:
        """Set the moment of an issue's last change."""
        issue["updated_at"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def by(self, name: str, direction: str = "asc") -> list[dict[str, Any]]:
        """Return the issues in the order of one field, and then of ids."""
        rows = sorted(self.issues.values(), key=lambda each: (str(each.get(name)), int(each["id"])))
        return rows if direction == "asc" else rows[::-1]


class LittleGitHub(LittleTracker):
    """GitHub with one repository. Where a list goes on only its Link header tells: page numbers mean nothing here."""

    kind = "github"
    options: ClassVar[dict[str, Any]] = {"repositories": ["octocat/Hello-World"]}

    def named(self, issue: dict[str, Any], number: int) -> None:
        issue |= {"id": number, "number": number, "title": f"Work {number}", "issue_dependencies_summary": {}}

    def found(self, path: str, params: dict[str, str]) -> Any:
        if path == "user/repos":
            return [{"full_name": "octocat/Hello-World", "has_issues": True}]
        inner = path.removeprefix("repos/octocat/Hello-World/")
        if inner == "milestones":
            return self.recorded["milestones"]
        if inner == "issues":
            return self._listed(params)
        if found := re.fullmatch(r"issues/(\d+)/events", inner):
            return self.recorded["events"].get(found[1], [])
        if found := re.fullmatch(r"issues/(\d+)/sub_issues", inner):
            return self.recorded["sub_issues"].get(found[1], [])
        if found := re.fullmatch(r"issues/(\d+)/dependencies/blocked_by", inner):
            return self.recorded["blocked_by"].get(found[1], [])
        return None

    def _listed(self, params: dict[str, str]) -> Answer:
        assert params["state"] == "all"
        rows = self.by(f"{params['sort']}_at", params["direction"])
        if "since" in params:
            rows = [each for each in rows if each["updated_at"] >= params["since"]]
        size, start = int(params["per_page"]), int(params.get("after", "cursor-0").split("-")[1])
        assert size <= 100
        body = json.dumps(rows[start : start + size]).encode()
        more = urlencode({**params, "after": f"cursor-{start + size}"})
        link = f'<https://api.github.com/repositories/1296269/issues?{more}>; rel="next"'
        if params["sort"] == "updated":
            self.counted()
        return raw(200, body, Link=link) if start + size < len(rows) else raw(200, body)


class LittleGitLab(LittleTracker):
    """GitLab with one project."""

    kind = "gitlab"
    options: ClassVar[dict[str, Any]] = {"project_ids": ["4"]}

    def named(self, issue: dict[str, Any], number: int) -> None:
        issue |= {"id": number, "iid": number, "title": f"Work {number}", "state": "opened", "closed_at": None}

    def stamp(self, issue: dict[str, Any], at: datetime) -> None:
        issue["updated_at"] = at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def found(self, path: str, params: dict[str, str]) -> Any:
        inner = path.removeprefix("api/v4/")
        fixed = {
            "version": {"version": "18.6.0", "revision": "abc"},
            "projects": [
                {"id": 4, "path_with_namespace": "my-group/my-project"},
                *([] if "with_issues_enabled" in params else [{"id": 5, "path_with_namespace": "my-group/none"}]),
            ],
            "projects/4": {"id": 4},
            "projects/4/milestones": self.recorded["milestones"],
            "projects/4/iterations": self.recorded["iterations"],
        }
        if inner in fixed:
            return fixed[inner]
        if inner == "projects/4/issues":
            return self._listed(params)
        if found := re.fullmatch(r"projects/4/issues/(\d+)/resource_(state|label)_events", inner):
            return self.recorded[f"{found[2]}_events"].get(found[1], [])
        return None

    def _listed(self, params: dict[str, str]) -> list[dict[str, Any]]:
        assert params["scope"] == "all"
        rows = self.by(params["order_by"], params["sort"])
        if "updated_after" in params:
            since = datetime.fromisoformat(params["updated_after"])
            rows = [each for each in rows if datetime.fromisoformat(each["updated_at"]) >= since]
        size, page = int(params["per_page"]), int(params["page"])
        assert size <= 100
        shown = copy.deepcopy(rows[(page - 1) * size : page * size])
        if params["order_by"] == "updated_at":
            self.counted()
        return shown


class LittleRedmine(LittleTracker):
    """Redmine with one project; it sends no more than a hundred issues, whatever is asked for."""

    kind = "redmine"
    options: ClassVar[dict[str, Any]] = {"project_ids": ["1"]}

    def named(self, issue: dict[str, Any], number: int) -> None:
        issue |= {"id": number, "subject": f"Work {number}", "relations": []}

    def retitle(self, issue: dict[str, Any], title: str) -> None:
        issue["subject"] = title

    def stamp(self, issue: dict[str, Any], at: datetime) -> None:
        issue["updated_on"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def found(self, path: str, params: dict[str, str]) -> Any:
        fixed = {
            "users/current.json": {"user": {"id": 1, "login": "jsmith"}},
            "projects.json": {"projects": self.recorded["projects"], "total_count": 2, "offset": 0, "limit": 100},
            "projects/1/versions.json": {"versions": self.recorded["versions"], "total_count": 2},
            "issue_statuses.json": {"issue_statuses": self.recorded["statuses"]},
            "trackers.json": {"trackers": self.recorded["trackers"]},
        }
        if path in fixed:
            return fixed[path]
        if path == "issues.json":
            return self._listed(params)
        if found := re.fullmatch(r"issues/(\d+)\.json", path):
            issue = {**self.issues[found[1]], "journals": self.recorded["journals"].get(found[1], [])}
            return {"issue": issue}
        return None

    def _listed(self, params: dict[str, str]) -> dict[str, Any]:
        rows = self.by(params["sort"].removesuffix(":asc"))
        if params["sort"] == "id:asc":
            rows = sorted(rows, key=lambda each: int(each["id"]))
        if params.get("status_id") != "*":
            rows = [each for each in rows if not each["status"].get("is_closed")]
        if "updated_on" in params:
            rows = [each for each in rows if each["updated_on"] >= params["updated_on"].removeprefix(">=")]
        offset, size = int(params["offset"]), min(100, int(params["limit"]))
        shown = copy.deepcopy(rows[offset : offset + size])
        total = len(rows)
        if params["sort"] == "updated_on:asc":
            self.counted()
        return {"issues": shown, "total_count": total, "offset": offset, "limit": size}


class LittleJira(LittleTracker):
    """Jira Cloud: minutes in JQL, pages by tokens."""

    kind = "jira"
    secret: ClassVar[str] = "mia@example.com:token"
    options: ClassVar[dict[str, Any]] = {"project_keys": ["ED"]}
    is_cloud: ClassVar[bool] = True

    def named(self, issue: dict[str, Any], number: int) -> None:
        issue |= {"id": str(number), "key": f"ED-{number}"}
        issue["fields"] |= {"summary": f"Work {number}", "issuelinks": []}

    def retitle(self, issue: dict[str, Any], title: str) -> None:
        issue["fields"]["summary"] = title

    def stamp(self, issue: dict[str, Any], at: datetime) -> None:
        issue["fields"]["updated"] = at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    def found(self, path: str, params: dict[str, str]) -> Any:
        version = 3 if self.is_cloud else 2
        fixed = {
            "rest/api/2/serverInfo": self.recorded["cloud" if self.is_cloud else "server"],
            f"rest/api/{version}/myself": {"accountId": "1"},
            f"rest/api/{version}/field": self.recorded["fields"],
            f"rest/api/{version}/status": self.recorded["statuses"],
            f"rest/api/{version}/issuetype": self.recorded["issue_types"],
            "rest/api/2/project": None if self.is_cloud else self.recorded["projects"],
            "rest/api/3/project/search": {"values": self.recorded["projects"], "isLast": True},
            "rest/agile/1.0/board/5/sprint": {"values": self.recorded["board_sprints"], "isLast": True},
        }
        if path in fixed:
            return fixed[path]
        return self._listed(params) if path == self.search_path else None

    @property
    def search_path(self) -> str:
        """Return the path of searches."""
        return "rest/api/3/search/jql" if self.is_cloud else "rest/api/2/search"

    def _listed(self, params: dict[str, str]) -> dict[str, Any]:
        jql = params["jql"]
        assert jql.startswith('project in ("ED")')
        by = "updated" if "ORDER BY updated ASC" in jql else "created"
        rows = sorted(self.issues.values(), key=lambda each: (_jira_time(each, by), int(each["id"])))
        if found := re.search(r'updated >= "-(\d+)m"', jql):
            # JQL counts minutes from the server's own time.
            since = self.now - timedelta(minutes=int(found[1]))
            rows = [each for each in rows if _jira_time(each, "updated") >= since]
        size = int(params["maxResults"])
        start = (
            int((params.get("nextPageToken") or "token-0").split("-")[1]) if self.is_cloud else int(params["startAt"])
        )
        shown, reached = copy.deepcopy(rows[start : start + size]), start + size
        if by == "updated":
            self.counted()
        if self.is_cloud:
            more = {"nextPageToken": f"token-{reached}"} if reached < len(rows) else {}
            return {"issues": shown, "isLast": reached >= len(rows), **more}
        return {"issues": shown, "startAt": start, "maxResults": size, "total": len(rows)}


class LittleJiraServer(LittleJira):
    """Jira Data Center: version 2, pages by offsets, sprints as text."""

    secret: ClassVar[str] = "personal-access-token"
    is_cloud: ClassVar[bool] = False

    def load(self) -> None:
        super().load()
        for each in self.issues.values():
            fields = each["fields"]
            if fields.get("customfield_10020"):
                fields["customfield_10020"] = [self.recorded["server_sprint"]]
            if fields.get("description"):
                fields["description"] = "h2. Why\n*bold*"


def _jira_time(issue: dict[str, Any], name: str) -> datetime:
    found = issue["fields"].get(name)
    return datetime.fromisoformat(found) if found else FIRST


LITTLE: dict[str, type[LittleTracker]] = {
    "github": LittleGitHub,
    "gitlab": LittleGitLab,
    "redmine": LittleRedmine,
    "jira": LittleJira,
    "jira_server": LittleJiraServer,
}
