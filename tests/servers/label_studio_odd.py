"""A Label Studio project with every kind of control, and annotations of every odd kind that the server takes."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.servers.label_studio import VERSION, LabelStudioServer, serve

CONFIGURATION = """
<View>
  <Text name="text" value="$text"/><Text name="other" value="$other"/><Image name="image" value="$image"/>
  <TextArea name="why" toName="text"/>
  <Rating name="stars" toName="text"/>
  <Number name="amount" toName="text"/>
  <DateTime name="day" toName="text"/>
  <RectangleLabels name="boxes" toName="image"><Label value="Dog"/><Label value="Cat"/></RectangleLabels>
  <Labels name="spans" toName="text"><Label value="PER"/><Label value="LOC"/></Labels>
  <Pairwise name="better" toName="text,other"/>
  <Taxonomy name="topic" toName="text">
    <Choice value="Animal"><Choice value="Cat"/></Choice><Choice value="Plant"/>
  </Taxonomy>
  <Choices name="class" toName="text" choice="multiple"><Choice value="spam"/><Choice value="ham"/></Choices>
</View>
"""
SQUARE = {"x": 1, "y": 2, "width": 10, "height": 20, "rotation": 0}


def result(name: str, tag: str, value: Any, to: str = "text", **more: Any) -> dict[str, Any]:
    """Return one result of an annotation."""
    return {"from_name": name, "to_name": to, "type": tag, "value": value, **more}


def choice(*labels: str) -> dict[str, Any]:
    """Return a result of the choices."""
    return result("class", "choices", {"choices": list(labels)})


ANNOTATIONS: list[dict[str, Any]] = [
    {
        "result": [
            choice("spam", "ham"),
            result("topic", "taxonomy", {"taxonomy": [["Plant"], ["Animal", "Cat"]]}),
            result("better", "pairwise", {"selected": "left"}),
            result("spans", "labels", {"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}, id="a"),
            result("spans", "labels", {"start": 8, "end": 13, "text": "Paris", "labels": ["LOC"]}, id="b"),
            result("spans", "labels", {"start": 20, "end": 23, "text": "Bob", "labels": ["PER"]}, id="c"),
            {"from_id": "a", "to_id": "b", "type": "relation", "direction": "right"},
            result("boxes", "rectanglelabels", {**SQUARE, "rectanglelabels": ["Dog"]}, to="image", id="d"),
            result("boxes", "rectanglelabels", {**SQUARE, "rectanglelabels": ["Cat"]}, to="image", id="e"),
            result("day", "datetime", {"datetime": "2026-11-23"}),
            result("amount", "number", {"number": 2.5}),
            result("stars", "rating", {"rating": 4}),
            result("why", "textarea", {"text": ["It  is\nraining.", "Again."]}),
        ],
        "lead_time": 12.345,
    },
    {"result": []},
    {"result": [], "was_cancelled": True},
    {"result": [choice("spam")], "was_cancelled": True},
    {"result": [choice("spam")], "ground_truth": True},
    {"result": [result("gone", "choices", {"choices": ["spam"]})]},
    {"result": [result("class", "choices", {})]},
    {"result": [result("class", "choices", {"choices": ["x\x00y"]})]},
    {"result": [choice("not offered")], "lead_time": -5},
    {"result": [choice("spam")], "lead_time": 1e300},
    {"result": [{"type": "relation", "from_id": "a", "to_id": "b"}]},
]


def make_odd(server: LabelStudioServer) -> int:
    """Make the project: a task for each of the annotations, one with a prediction, one with nothing. Return its id."""
    project = server.create_project("Odd", CONFIGURATION)
    data = {"text": "Anna in Paris, with Bob.", "other": "Another.", "image": "https://example.org/1.png"}
    tasks: list[dict[str, Any]] = [{"data": {**data, "batch": f"b{n % 2}"}} for n in range(len(ANNOTATIONS) + 2)]
    tasks[-1]["predictions"] = [{"result": [choice("ham")], "model_version": "v1", "score": 0.9}]
    for task, body in zip(server.load(project, tasks), ANNOTATIONS):
        server.annotate(task, body)
    return project


def answers_of(server: LabelStudioServer, project: int) -> dict[str, Any]:
    """Return what the server answers to the questions that are asked of it, everything included."""
    asked = {"project": project, "page": 1, "page_size": 100, "fields": "all"}
    return {
        "version": server.call("GET", "version")["release"],
        "counts": server.call("GET", f"projects/counts/?ids={project}"),
        "projects": server.call("GET", f"projects/?ids={project}"),
        "tasks": server.call("GET", "tasks/?" + urlencode(asked)),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as found:
        recorded = answers_of(found, make_odd(found))
    assert recorded["version"] == VERSION
    json.dump(recorded, sys.stdout, indent=1)
