"""Little trackers that can be written to: issues are opened, ended and opened again as the documentation says."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tests.projects.little_trackers import (
    FIRST,
    FOLDER,
    LittleGitHub,
    LittleGitLab,
    LittleJira,
    LittleJiraServer,
    LittleRedmine,
    LittleTracker,
)
from tests.servers.hostile import Answer, Handler, as_json, raw

NOTHING: Answer = raw(204)


def written(kind: str) -> dict[str, Any]:
    """Return a tracker's recorded answers to what is written."""
    found: dict[str, Any] = json.loads((FOLDER / kind / "writes.json").read_text())
    return found


@dataclass
class WrittenTracker(LittleTracker):
    """A tracker that remembers what was sent: `sent` is each write as (method, path, body).

    With `loses_answers` it opens an issue and then breaks the connection, so that nobody hears of it.
    """

    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    loses_answers: bool = False
    refuses: bool = False
    opened_at: datetime = FIRST

    def __post_init__(self) -> None:
        super().__post_init__()
        self.answers = written(self.kind)

    def answer(self, handler: Handler) -> None:
        if handler.command == "GET" or handler.path.endswith("/graphql"):
            super().answer(handler)
            return
        path, body = urlsplit(handler.path).path.lstrip("/"), json.loads(handler.body)
        self.sent.append((handler.command, path, body))
        if self.refuses:
            as_json(self.answers["refused"]["body"], self.answers["refused"]["status"])(handler)
            return
        found = self.write(handler.command, path, body)
        if self.loses_answers:
            handler.close_connection = True
            handler.connection.close()
            return
        (found if callable(found) else as_json(found, 201 if handler.command == "POST" else 200))(handler)

    def write(self, method: str, path: str, body: Any) -> Any:
        """Do what is asked, and return what is answered."""
        raise NotImplementedError

    def body_of(self, key: str) -> str:
        """Return the text of an issue as the tracker keeps it."""
        raise NotImplementedError

    def is_open(self, key: str) -> bool:
        """Say whether an issue is open there."""
        raise NotImplementedError

    def opened(self, **fields: Any) -> dict[str, Any]:
        """Keep a new issue like the recorded one, with these fields, and return it."""
        made = {**copy.deepcopy(self.answers["created"]), **fields}
        self.stamp(made, self.opened_at)
        self.issues[str(made["id"])] = made
        return made


class WrittenGitHub(WrittenTracker, LittleGitHub):
    def found(self, path: str, params: dict[str, str]) -> Any:
        if found := re.fullmatch(r"repos/octocat/Hello-World/issues/(\d+)", path):
            return self._numbered(found[1])
        return super().found(path, params)

    def write(self, method: str, path: str, body: Any) -> Any:
        if method == "POST":
            assert path == "repos/octocat/Hello-World/issues"
            return self.opened(title=body["title"], body=body["body"])
        issue = self._numbered(path.rpartition("/")[2])
        issue |= {**body, "closed_at": None if body["state"] == "open" else "2026-11-02T09:00:00Z"}
        return issue

    def _numbered(self, number: str) -> dict[str, Any]:
        return next(each for each in self.issues.values() if str(each["number"]) == number)

    def body_of(self, key: str) -> str:
        return str(self.issues[key]["body"])

    def is_open(self, key: str) -> bool:
        return bool(self.issues[key]["state"] == "open")


class WrittenGitLab(WrittenTracker, LittleGitLab):
    def found(self, path: str, params: dict[str, str]) -> Any:
        if found := re.fullmatch(r"api/v4/projects/4/issues/(\d+)", path):
            return self._numbered(found[1])
        return super().found(path, params)

    def write(self, method: str, path: str, body: Any) -> Any:
        if method == "POST":
            assert path == "api/v4/projects/4/issues"
            return self.opened(title=body["title"], description=body["description"])
        assert method == "PUT"
        issue = self._numbered(path.rpartition("/")[2])
        issue["state"] = {"close": "closed", "reopen": "opened"}[body["state_event"]]
        return issue

    def _numbered(self, number: str) -> dict[str, Any]:
        return next(each for each in self.issues.values() if str(each["iid"]) == number)

    def body_of(self, key: str) -> str:
        return str(self.issues[key]["description"])

    def is_open(self, key: str) -> bool:
        return bool(self.issues[key]["state"] == "opened")


class WrittenRedmine(WrittenTracker, LittleRedmine):
    obeys: bool = True

    def found(self, path: str, params: dict[str, str]) -> Any:
        if path == "projects/1.json":
            assert params == {"include": "trackers"}
            trackers = [*self.recorded["trackers"], {"id": 3, "name": "Model training"}]
            return {"project": {"id": 1, "name": "Redmine", "trackers": trackers}}
        return super().found(path, params)

    def write(self, method: str, path: str, body: Any) -> Any:
        given = body["issue"]
        if method == "POST":
            assert path == "issues.json" and given["project_id"] == "1"
            issue = self.opened(subject=given["subject"], description=given["description"])
            issue["tracker"] = {"id": given.get("tracker_id", 1), "name": "Model training"}
            return {"issue": issue}
        assert method == "PUT"
        if self.obeys:
            names = {each["id"]: each for each in self.recorded["statuses"]}
            self.issues[path.removesuffix(".json").rpartition("/")[2]]["status"] = names[given["status_id"]]
        return NOTHING

    def body_of(self, key: str) -> str:
        return str(self.issues[key]["description"])

    def is_open(self, key: str) -> bool:
        return not self.issues[key]["status"]["is_closed"]


class WrittenJira(WrittenTracker, LittleJira):
    def found(self, path: str, params: dict[str, str]) -> Any:
        inner = path.removeprefix(f"rest/api/{3 if self.is_cloud else 2}/")
        if inner == "project/ED":
            return {"id": "10000", "key": "ED", "issueTypes": self.answers["issue_types"]}
        if found := re.fullmatch(r"issue/(\d+)(/transitions)?", inner):
            return {"transitions": self.answers["transitions"]} if found[2] else self.issues[found[1]]
        return super().found(path, params)

    def write(self, method: str, path: str, body: Any) -> Any:
        assert method == "POST"
        if path.endswith("/issue"):
            given = body["fields"]
            assert given["project"] == {"key": "ED"}
            to_do = self.answers["transitions"][0]["to"]
            fields = {
                **given,
                "issuetype": {"name": "Task"},
                "status": to_do,
                "created": "2026-11-02T08:00:00.000+0000",
            }
            self.issues["10020"] = {**self.answers["created"], "fields": fields, "changelog": {"histories": []}}
            self.stamp(self.issues["10020"], self.opened_at)
            return self.answers["created"]
        way = next(each for each in self.answers["transitions"] if each["id"] == body["transition"]["id"])
        self.issues[path.split("/")[-2]]["fields"]["status"] = way["to"]
        return NOTHING

    def body_of(self, key: str) -> str:
        found = self.issues[key]["fields"]["description"]
        rows = [each["content"][0]["text"] for each in found["content"]] if self.is_cloud else [found]
        return "\n\n".join(rows)

    def is_open(self, key: str) -> bool:
        return bool(self.issues[key]["fields"]["status"]["statusCategory"]["key"] != "done")


class WrittenJiraServer(WrittenJira, LittleJiraServer):
    is_cloud: ClassVar[bool] = False


WRITTEN: dict[str, type[WrittenTracker]] = {
    "github": WrittenGitHub,
    "gitlab": WrittenGitLab,
    "redmine": WrittenRedmine,
    "jira": WrittenJira,
    "jira_server": WrittenJiraServer,
}
