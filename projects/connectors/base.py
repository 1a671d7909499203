"""What a connector can do. A connector has the capabilities whose methods it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from mltrack.outbound import OutboundClient, OutboundError
from projects.connectors.records import ExperimentRecord, HistoryRecord, Page, ServerReport


class ConnectorError(Exception):
    """A pull or a test that failed, in words for the person who owns the connection.

    `code` is a stable word; `permanent` means that trying again will not help until somebody changes
    something; `retry_after` is seconds to wait where the server said so.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        code: str = "connector_error",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.text = message
        self.permanent = permanent
        self.code = code
        self.retry_after = retry_after

    @classmethod
    def from_outbound(cls, error: OutboundError, text: str = "") -> ConnectorError:
        """Return the same failure, with other words where the connector knows better ones."""
        return cls(text or error.text, permanent=error.permanent, code=error.code, retry_after=error.retry_after)


class Connector(Protocol):
    """How every connector is made: with a client that already carries address, secret and limits."""

    def __init__(self, client: OutboundClient, options: Mapping[str, Any]) -> None: ...

    def test(self) -> ServerReport:
        """Say whether the system can be used with these settings. Raises ConnectorError."""
        ...


@runtime_checkable
class ListsExperiments(Protocol):
    """Can list what a person may choose from."""

    def list_experiments(self) -> list[ExperimentRecord]: ...


@runtime_checkable
class FetchesRuns(Protocol):
    """Can pull runs.

    The pages' cursors are opaque JSON objects; pass the one of the last stored page, `{}` for the first pull.
    `now` is an aware datetime.
    """

    def fetch_runs(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[Page]: ...


@runtime_checkable
class FetchesMetricHistory(Protocol):
    """Can read the history of one metric of some runs, by run id."""

    def fetch_metric_history(self, run_ids: Sequence[str], metric_key: str) -> dict[str, HistoryRecord]: ...
