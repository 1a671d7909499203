"""Servers that answer with the taint: in all that they hold, or in the words of their refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from mltrack.accounts.access import Principal
from projects.models import Connection, Initiative
from projects.services import pull
from projects.services.connections import ask_sync, create_connection
from projects.services.pages import record_page
from projects.services.selection import set_selection
from projects.services.writing import write_page
from tests.browser.taint import TAINT, cut
from tests.projects.little_label_studio import LittleLabelStudio, annotation, label_task
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import Handler, HostileServer, as_json

DATA: Final = {"name": TAINT, "digest": cut(36), "source_type": "local", "source": TAINT, "schema": TAINT}
EXPERIMENT: Final = cut(100)
PATH: Final = '/"><script>tainted=1</script>'


@dataclass
class TaintedMLflow(LittleMLflow):
    """A server whose only experiment has the taint as its id and its name."""

    def answer(self, handler: Handler) -> None:
        """Answer one request."""
        if handler.path.split("?")[0].endswith("experiments/search"):
            experiment = {"experiment_id": EXPERIMENT, "name": TAINT, "lifecycle_stage": "active"}
            as_json({"experiments": [experiment]})(handler)
        else:
            super().answer(handler)


def hostile_runs() -> list[dict[str, Any]]:
    """Return runs of an MLflow server that hold the taint in every name and value."""
    runs = [mlflow_run(number, accuracy=0.7, coverage=0.9) for number in range(5)]
    for number, run in enumerate(runs):
        run["info"]["experiment_id"] = EXPERIMENT
        run["info"]["run_name"] = f"{TAINT}{number}"
        run["data"]["metrics"].append({"key": cut(250), "value": 1.5, "timestamp": 1, "step": 1})
        run["data"]["params"].append({"key": cut(250), "value": TAINT * 3})
        run["data"]["tags"] = [{"key": key, "value": TAINT} for key in (cut(250), "mlflow.user", "mlflow.source.name")]
        run["data"]["tags"].append({"key": "mlflow.source.git.commit", "value": TAINT})
        run["inputs"] = {
            "dataset_inputs": [{"tags": [{"key": "mlflow.data.context", "value": TAINT}], "dataset": DATA}]
        }
    runs[3]["info"]["run_id"] = cut(200)
    runs[4]["info"]["status"] = TAINT
    runs[4]["info"]["run_id"] = cut(150)
    return runs


@dataclass
class TaintedStudio(LittleLabelStudio):
    """A labeling tool whose only project has the taint as its title."""

    def _settings(self, number: int) -> dict[str, Any]:
        return {**super()._settings(number), "title": TAINT}


def hostile_studio() -> TaintedStudio:
    """Return a labeling tool that holds the taint in every name and value."""
    result = {"from_name": TAINT, "to_name": TAINT, "type": "choices", "value": {"choices": [TAINT]}}
    unknown = {**result, "from_name": cut(50)}
    texts: dict[str, Any] = {"data": {"batch": TAINT}, "file_upload": TAINT}
    tasks = [
        label_task(n, annotation(n, n, "x", result=[each]), **texts)
        for n, each in enumerate((result, unknown), start=1)
    ]
    return TaintedStudio({1: tasks}, configuration={TAINT: {"type": "Choices"}})


def connect_studio(principal: Principal, initiative: Initiative) -> Connection:
    """Connect the labeling tool under a hostile name and pull it."""
    given: dict[str, Any] = {"kind": "label_studio", "name": f"studio {cut(100)}", "initiative": initiative}
    with hostile_studio().serve() as server:
        options = {"control": cut(200), "batch_key": "batch"}
        made = create_connection(principal, base_url=server.url + PATH, options=options, **given)
        attempt = pull.run(made.pk, write_page)
    assert attempt is not None and attempt.state == "done", attempt and attempt.error_text
    return made


def refuse(handler: Handler) -> None:
    """Refuse in the taint's words."""
    as_json({"error_code": "INVALID_PARAMETER_VALUE", "message": TAINT}, 400)(handler)


@contextmanager
def serving() -> Iterator[tuple[HostileServer, HostileServer]]:
    """Give a server that holds the taint, and one that refuses with it."""
    versions = [{"name": cut(200), "version": "1", "run_id": cut(200), "aliases": [cut(100)], "tags": []}]
    held = TaintedMLflow(runs=hostile_runs(), models=[{"name": cut(200)}], versions=versions)
    with held.serve() as good, HostileServer(refuse) as bad:
        yield good, bad


def connect(
    principal: Principal, servers: tuple[HostileServer, HostileServer], initiative: Initiative
) -> tuple[Connection, Connection]:
    """Connect both under hostile names and pull them; return the one that answers and the one that refuses."""
    good, bad = servers
    common: dict[str, Any] = {"kind": "mlflow", "initiative": initiative}
    made = create_connection(principal, name=cut(120), base_url=good.url + PATH, **common)
    options = {"username": cut(29), "workspace": cut(29)}
    refused = create_connection(principal, name=cut(90), base_url=bad.url + PATH, options=options, **common)
    texts = {name: cut(200) for name in ("tag_key", "tag_value", "registered_model", "alias")}
    rules: list[dict[str, Any]] = [
        {"connection": made.public_id},
        {"connection": refused.public_id, "experiment_ids": [cut(90)], **texts},
    ]
    set_selection(principal, initiative, rules)
    for each in (made, refused):
        ask_sync(principal, each)
        pull.run(each.pk, record_page)
    return made, refused
