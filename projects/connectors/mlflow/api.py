"""The calls of MLflow's REST API that are used, their shapes checked, their errors in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from mltrack.outbound import OutboundClient, OutboundError
from projects.connectors.base import ConnectorError
from projects.connectors.mlflow.options import Options

BASE = "api/2.0/mlflow/"
_VERSION = re.compile(r"\d+\.\d+[\w.+-]{0,40}")


@contextmanager
def in_words() -> Iterator[None]:
    """Turn an OutboundError into a ConnectorError that knows MLflow."""
    try:
        yield
    except OutboundError as error:
        raise ConnectorError.from_outbound(error, _words(error)) from error


def _words(error: OutboundError) -> str:
    if error.status == 403 and "host header" in error.excerpt.lower():
        return (
            "MLflow refuses requests for this host name (403, “Invalid Host header”). Start it with "
            "--allowed-hosts and the name that the base URL uses."
        )
    if error.status == 404:
        return "There is no MLflow at this address (404). Check the base URL and its path."
    if error.status is not None and 400 <= error.status < 500 and error.status != 401 and error.excerpt:
        return f"{error.text} MLflow says: {error.excerpt}"
    return error.text


def repeating() -> ConnectorError:
    """Return the error for a server that keeps sending what it sent before."""
    text = "The server sends the same page again and again, so that the pull would never end."
    return ConnectorError(text, code="repeating_page")


def _objects(answer: Any, key: str) -> list[dict[str, Any]]:
    found = answer.get(key, []) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ConnectorError("The server's answer does not look like MLflow's.", code="bad_answer")
    return found


def _token(answer: Mapping[str, Any]) -> str:
    token = answer.get("next_page_token")
    return token if isinstance(token, str) else ""


class Api:
    """MLflow's calls over one client."""

    def __init__(self, client: OutboundClient, options: Options) -> None:
        self.client = client
        if options.workspace:
            with in_words():
                client.add_headers({"X-MLFLOW-WORKSPACE": options.workspace})

    def version(self) -> str:
        """Return the server's version, or "" where it hides it."""
        try:
            text = self.client.get_text("version")
        except OutboundError as error:
            if error.status == 404:
                return ""
            raise
        return text if _VERSION.fullmatch(text) else ""

    def search_runs(self, body: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str]:
        """Return one page of `runs/search` and the token of the next."""
        answer = self.client.post_json(BASE + "runs/search", body)
        return _objects(answer, "runs"), _token(answer)

    def experiments(self) -> list[dict[str, Any]]:
        """Return every active experiment that these credentials see."""
        body = {"max_results": 1000, "view_type": "ACTIVE_ONLY"}
        return self._all(lambda token: self._post("experiments/search", body, token), "experiments")

    def registered_models(self) -> list[dict[str, Any]]:
        """Return every registered model; none where the server keeps no registry."""
        return self._registry("registered-models/search", "registered_models", 1000)

    def model_versions(self) -> list[dict[str, Any]]:
        """Return every model version."""
        return self._registry("model-versions/search", "model_versions", 10_000)

    def artifact(self, run_id: str, path: str, max_bytes: int) -> bytes:
        """Return one file of a run."""
        return self.client.get_bytes("get-artifact", {"run_uuid": run_id, "path": path}, max_bytes=max_bytes)

    def history_bulk(self, run_ids: Sequence[str], metric_key: str, limit: int) -> list[dict[str, Any]]:
        """Return at most `limit` points of one metric over several runs."""
        params = {"run_id": list(run_ids), "metric_key": metric_key, "max_results": limit}
        answer = self.client.get_json("ajax-api/2.0/mlflow/metrics/get-history-bulk", params)
        return _objects(answer, "metrics")

    def history_page(self, run_id: str, metric_key: str, token: str) -> tuple[list[dict[str, Any]], str]:
        """Return one page of one run's history and the token of the next."""
        params = {"run_id": run_id, "metric_key": metric_key, "max_results": 25_000}
        answer = self.client.get_json(BASE + "metrics/get-history", params | ({"page_token": token} if token else {}))
        return _objects(answer, "metrics"), _token(answer)

    def _post(self, call: str, body: Mapping[str, Any], token: str) -> Any:
        return self.client.post_json(BASE + call, {**body, **({"page_token": token} if token else {})})

    def _registry(self, call: str, key: str, size: int) -> list[dict[str, Any]]:
        def page(token: str) -> Any:
            params = {"max_results": size} | ({"page_token": token} if token else {})
            return self.client.get_json(BASE + call, params)

        try:
            return self._all(page, key)
        except OutboundError as error:
            if error.status in (404, 501):
                return []
            raise

    @staticmethod
    def _all(page: Any, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        tokens: set[str] = set()
        token = ""
        while True:
            answer = page(token)
            objects, token = _objects(answer, key), _token(answer)
            found.extend(objects)
            if not token:
                return found
            if token in tokens or not objects:
                raise repeating()
            tokens.add(token)
