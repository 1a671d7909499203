"""A little server with Label Studio's answers, whose tasks a test holds. The real one is in tests/servers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.hostile import Answer, Handler, HostileServer, as_json

FIRST = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
CONFIGURATION = {"class": {"type": "Choices", "to_name": ["text"], "inputs": [], "labels": ["spam", "ham"]}}


def iso(at: datetime) -> str:
    """Return a time as Label Studio writes it."""
    return at.isoformat().replace("+00:00", "Z")


def annotation(number: int, user: int, label: str | None, at: datetime = FIRST, **more: Any) -> dict[str, Any]:
    """Return an annotation of the control `class`; without a label it was skipped."""
    results = [{"id": "r", "from_name": "class", "to_name": "text", "type": "choices", "value": {"choices": [label]}}]
    return {
        "id": number,
        "completed_by": user,
        "result": results if label else [],
        "was_cancelled": label is None,
        "ground_truth": False,
        "created_at": iso(at),
        "updated_at": iso(at),
        "lead_time": 2.5,
        **more,
    }


def label_task(number: int, *annotations: dict[str, Any], at: datetime | None = None, **more: Any) -> dict[str, Any]:
    """Return a task that was changed so many minutes after the first as its number says."""
    changed = at or FIRST + timedelta(minutes=number)
    return {
        "id": number,
        "data": {"text": f"mail {number}"},
        "annotations": list(annotations),
        "total_predictions": 0,
        "updated_at": iso(changed),
        "file_upload": None,
        **more,
    }


@dataclass
class LittleLabelStudio:
    """Projects with their tasks, to serve. `before` answers instead while it has anything to say; `now` is its clock.

    `asked` are the calls with their parameters, `fail_tasks` answers to the n-th question for tasks.
    """

    projects: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: {1: []})
    now: datetime = FIRST + timedelta(days=1)
    configuration: Any = field(default_factory=lambda: CONFIGURATION)
    counts: dict[str, Any] = field(default_factory=dict)
    before: list[Answer] = field(default_factory=list)
    fail_tasks: dict[int, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    questions: int = 0

    def serve(self) -> HostileServer:
        """Return a server of this content; use it as a context manager."""
        return HostileServer(self.answer)

    def answer(self, handler: Handler) -> None:
        """Answer one request, with this server's own clock."""
        handler.date_time_string = lambda timestamp=None: format_datetime(self.now, usegmt=True)  # type: ignore[method-assign]
        address = urlsplit(handler.path)
        params = {name: values[-1] for name, values in parse_qs(address.query).items()}
        path = address.path.partition("/api/")[2]
        self.asked.append((path, params))
        if self.before:
            self.before.pop(0)(handler)
            return
        self._found(path, params)(handler)

    def called(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(asked == path for asked, _ in self.asked)

    def _found(self, path: str, params: dict[str, str]) -> Answer:
        if path == "version":
            return as_json({"release": "1.23.2"})
        if path == "tasks/":
            return self._tasks(params)
        if path == "projects/counts/":
            return self._page([self._counts(number) for number in self._visible(params)], params)
        if path == "projects/":
            return self._page([self._settings(number) for number in self._visible(params)], params)
        number = int(path.split("/")[1])
        return as_json(self._settings(number)) if number in self.projects else as_json({"detail": "Not found."}, 404)

    def _visible(self, params: dict[str, str]) -> list[int]:
        wanted = [int(each) for each in params.get("ids", "").split(",") if each]
        return [number for number in self.projects if not wanted or number in wanted]

    def _page(self, rows: list[dict[str, Any]], params: dict[str, str]) -> Answer:
        page, size = int(params["page"]), int(params["page_size"])
        more = f"?page={page + 1}" if page * size < len(rows) else None
        return as_json({"count": len(rows), "next": more, "results": rows[(page - 1) * size : page * size]})

    def _settings(self, number: int) -> dict[str, Any]:
        settings = {"id": number, "title": f"Mails {number}", "maximum_annotations": 2}
        return {**settings, "parsed_label_config": self.configuration}

    def _counts(self, number: int) -> dict[str, Any]:
        tasks = self.projects[number]
        given = [each for task in tasks for each in task["annotations"] or () if isinstance(each, dict)]
        kept = [each for each in given if not each.get("was_cancelled")]
        return {
            "id": number,
            "task_number": len(tasks),
            "finished_task_number": sum(len(task["annotations"] or ()) > 1 for task in tasks),
            "total_predictions_number": sum(task["total_predictions"] for task in tasks),
            "total_annotations_number": len(kept),
            "num_tasks_with_annotations": sum(
                any(not each.get("was_cancelled") for each in task["annotations"] or () if isinstance(each, dict))
                for task in tasks
            ),
            "ground_truth_number": sum(bool(each.get("ground_truth")) for each in given),
            "skipped_annotations_number": len(given) - len(kept),
            **self.counts,
        }

    def _tasks(self, params: dict[str, str]) -> Answer:
        self.questions += 1
        if self.questions in self.fail_tasks:
            return self.fail_tasks[self.questions]
        number = int(params["project"])
        if number not in self.projects:
            return as_json({"detail": "Not found."}, 404)
        query = json.loads(params["query"])
        found = sorted(self.projects[number], key=lambda each: (not isinstance(each["id"], int), each["id"]))
        for item in query["filters"]["items"]:
            found = [each for each in found if _fits(each, item)]
        names = set(params.get("include", "id").split(","))
        first = [{name: each[name] for name in each if name in names} for each in found[: int(params["page_size"])]]
        return as_json({"tasks": first, "total": len(found), "total_annotations": 0, "total_predictions": 0})


def _fits(task: dict[str, Any], item: dict[str, Any]) -> bool:
    assert item["operator"] == "greater"
    if item["filter"] == "filter:tasks:id":
        return not isinstance(task["id"], int) or bool(task["id"] > item["value"])
    since = datetime.strptime(item["value"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    changed = task["updated_at"]
    return changed is None or datetime.fromisoformat(changed) > since
