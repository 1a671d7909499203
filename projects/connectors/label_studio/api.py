"""The calls of Label Studio's REST API that are used, their shapes checked, their errors in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from mltrack.outbound import OutboundClient, OutboundError
from projects.connectors.base import ConnectorError

PROJECTS: Final = 100
"""Projects a request; the server allows no more."""

_VERSION: Final = re.compile(r"\d+\.\d+[\w.+-]{0,40}")
_SETTINGS: Final = "id,title,maximum_annotations,parsed_label_config"
# The server picks fields of tasks and of their annotations by one list.
_TASK: Final = (
    "id,updated_at,total_predictions,file_upload,annotations,"
    "completed_by,result,was_cancelled,ground_truth,created_at,lead_time"
)
_DETAIL: Final = re.compile(r'"detail": ?"([^"]{1,300})')
_FILTER_TIME: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


Tasks = tuple[list[dict[str, Any]], bool]
"""Tasks of one page, and whether there are more."""


@contextmanager
def in_words() -> Iterator[None]:
    """Turn an OutboundError into a ConnectorError that knows Label Studio."""
    try:
        yield
    except OutboundError as error:
        raise ConnectorError.from_outbound(error, _words(error)) from error


def _words(error: OutboundError) -> str:
    if error.status is None or not 400 <= error.status < 500:
        return error.text
    if error.status == 404:
        return "There is no Label Studio at this address (404). Check the base URL and its path."
    detail = _DETAIL.search(error.excerpt)
    said = f" Label Studio says: {detail[1] if detail else error.excerpt}" if error.excerpt else ""
    if error.status == 401:
        hint = " Make a new one there, under Account & Settings; a personal one works where legacy ones are off."
        return f"The token was refused (401).{said}{hint}"
    return f"{error.text}{said}"


def strange() -> ConnectorError:
    """Return the error for an answer of another shape."""
    return ConnectorError("The server's answer does not look like Label Studio's.", code="bad_answer")


def repeating() -> ConnectorError:
    """Return the error for a server that keeps sending what it sent before."""
    text = "The server sends the same page again and again, so that the pull would never end."
    return ConnectorError(text, code="repeating_page")


def _objects(answer: Any, key: str) -> list[dict[str, Any]]:
    found = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise strange()
    return found


class Api:
    """Label Studio's calls over one client."""

    def __init__(self, client: OutboundClient) -> None:
        self.client = client

    def version(self) -> str:
        """Return the server's version, or "" where it hides it."""
        answer = self.client.get_json("api/version")
        release = answer.get("release") if isinstance(answer, dict) else None
        return release if isinstance(release, str) and _VERSION.fullmatch(release) else ""

    def counts(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return the counts of these projects, or of all that are visible."""
        return self._listed("api/projects/counts/", ids, {})

    def projects(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return these projects, or all that are visible, with title, overlap and parsed labeling configuration."""
        return self._listed("api/projects/", ids, {"include": _SETTINGS})

    def has_project(self, project_id: str) -> bool:
        """Say whether there is such a project."""
        try:
            self.client.get_json(f"api/projects/{project_id}/", {"include": "id"})
        except OutboundError as error:
            if error.status == 404:
                return False
            raise
        return True

    def tasks(
        self, project_id: str, since: datetime | None, after: int, size: int, *, with_data: bool = False
    ) -> Tasks:
        """Return tasks with their annotations in the order of ids: those after an id, changed later than `since`.

        What is labeled is asked for only `with_data`: it may be large, and secret.
        """
        items = [_item("id", "greater", "Number", after)]
        if since is not None:
            items.append(_item("updated_at", "greater", "Datetime", since.strftime(_FILTER_TIME)))
        include = _TASK + (",data" if with_data else "")
        return self._tasks(project_id, items, size, {"fields": "all", "include": include})

    def task_ids(self, project_id: str, after: int, size: int) -> Tasks:
        """Return tasks in the order of ids, of which only the ids matter."""
        return self._tasks(project_id, [_item("id", "greater", "Number", after)], size, {"include": "id"})

    def _tasks(self, project_id: str, items: Sequence[Any], size: int, more: Mapping[str, Any]) -> Tasks:
        query = {"filters": {"conjunction": "and", "items": items}, "ordering": ["tasks:id"]}
        params = {
            "project": project_id,
            "page": 1,
            "page_size": size,
            "resolve_uri": "false",
            "query": json.dumps(query),
        }
        answer = self.client.get_json("api/tasks/", {**params, **more})
        found = _objects(answer, "tasks")
        total = answer.get("total")
        return found, len(found) < total if isinstance(total, int) else len(found) >= size

    def _listed(self, path: str, ids: Sequence[str], more: Mapping[str, Any]) -> list[dict[str, Any]]:
        if not ids:
            return list(self._pages(path, dict(more)))
        groups = [ids[start : start + PROJECTS] for start in range(0, len(ids), PROJECTS)]
        return [each for group in groups for each in self._pages(path, {**more, "ids": ",".join(group)})]

    def _pages(self, path: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        seen: set[Any] = set()
        page = 1
        while True:
            answer = self.client.get_json(path, {**params, "page": page, "page_size": PROJECTS})
            found = _objects(answer, "results")
            fresh = [each for each in found if repr(each.get("id")) not in seen]
            if found and not fresh:
                raise repeating()
            yield from fresh
            seen.update(repr(each.get("id")) for each in fresh)
            if not answer.get("next") or not found:
                return
            page += 1


def _item(name: str, operator: str, kind: str, value: Any) -> dict[str, Any]:
    return {"filter": f"filter:tasks:{name}", "operator": operator, "type": kind, "value": value}
