"""A little server with MLflow's answers, whose runs a test holds in its hand. The real one is in tests/servers."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.servers.hostile import Answer, Handler, HostileServer, as_json

FIRST_MS = int(time.time()) * 1000 - 3_600_000
_CLAUSE = re.compile(r"attributes\.(\w+) (>=|=|!=) '?([\w-]+)'?")


def mlflow_run(number: int, *, status: str = "FINISHED", **metrics: Any) -> dict[str, Any]:
    """Return a run as MLflow sends it, ended a minute after it began."""
    start = FIRST_MS + number * 1000
    info = {
        "run_id": f"{number:032x}",
        "run_name": f"run {number}",
        "experiment_id": "1",
        "status": status,
        "start_time": start,
        "lifecycle_stage": "active",
    }
    if status != "RUNNING":
        info["end_time"] = start + 60_000
    values = metrics or {"accuracy": round(0.5 + number / 1000, 6), "coverage": 0.8}
    listed = [{"key": key, "value": value, "timestamp": start, "step": 1} for key, value in values.items()]
    return {"info": info, "data": {"metrics": listed, "params": [{"key": "lr", "value": "0.1"}], "tags": []}}


@dataclass
class LittleMLflow:
    """Runs, models, versions and files to serve; `before` answers instead while it has anything to say.

    `files` are answers by run id and path; `asked_files` are those that were asked for.
    """

    runs: list[dict[str, Any]] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    files: dict[tuple[str, str], Answer] = field(default_factory=dict)
    asked_files: list[tuple[str, str]] = field(default_factory=list)
    before: list[Answer] = field(default_factory=list)
    searches: int = 0
    fail_search: dict[int, Answer] = field(default_factory=dict)

    def serve(self) -> HostileServer:
        """Return a server of this content; use it as a context manager."""
        return HostileServer(self.answer)

    def answer(self, handler: Handler) -> None:
        """Answer one request."""
        if self.before:
            self.before.pop(0)(handler)
            return
        path = handler.path.split("?")[0]
        if path.endswith("/version"):
            as_json("3.17.2")(handler)
        elif path.endswith("experiments/search"):
            as_json({"experiments": [{"experiment_id": "1", "name": "churn", "lifecycle_stage": "active"}]})(handler)
        elif path.endswith("registered-models/search"):
            as_json({"registered_models": self.models})(handler)
        elif path.endswith("model-versions/search"):
            as_json({"model_versions": self.versions})(handler)
        elif path.endswith("runs/search"):
            self._search(handler)
        elif path.endswith("get-artifact"):
            self._file(handler)
        else:
            as_json({"error_code": "ENDPOINT_NOT_FOUND"}, 404)(handler)

    def announce(self, run: dict[str, Any], answer: Answer, path: str = "mltrack/evaluation.json") -> None:
        """Let a run announce a file, which the server answers so."""
        run["data"]["tags"] = [{"key": "mltrack.evaluation", "value": path}]
        self.files[run["info"]["run_id"], path] = answer

    def _file(self, handler: Handler) -> None:
        asked = parse_qs(handler.path.partition("?")[2])
        name = asked["run_uuid"][0], asked["path"][0]
        self.asked_files.append(name)
        self.files.get(name, as_json({"error_code": "RESOURCE_DOES_NOT_EXIST"}, 404))(handler)

    def _search(self, handler: Handler) -> None:
        self.searches += 1
        if self.searches in self.fail_search:
            self.fail_search[self.searches](handler)
            return
        body = json.loads(handler.body)
        stage = "deleted" if body["run_view_type"] == "DELETED_ONLY" else "active"
        found = [each for each in self.runs if each["info"]["lifecycle_stage"] == stage]
        for name, operator, text in _CLAUSE.findall(body["filter"]):
            found = [each for each in found if _fits(each["info"].get(name), operator, text)]
        key = "end_time" if "end_time" in body["order_by"][0] else "start_time"
        found.sort(key=lambda each: (each["info"].get(key, 0), each["info"]["run_id"]))
        start = int(body.get("page_token") or 0)
        end = start + body["max_results"]
        answer: dict[str, Any] = {"runs": found[start:end]}
        if end < len(found):
            answer["next_page_token"] = str(end)
        as_json(answer)(handler)


def _fits(value: Any, operator: str, text: str) -> bool:
    if operator == "!=":
        return bool(value != text)
    if value is None:
        return False
    return int(value) >= int(text) if operator == ">=" else str(value) == text
