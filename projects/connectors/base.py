"""What a connector can do. A connector has the capabilities whose methods it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from mltrack.outbound import Auth, BasicAuth, BearerAuth, OutboundClient, OutboundError
from projects.connectors.labeling_records import LabelingPage
from projects.connectors.reading_records import ReadingsPage, SeriesQuery
from projects.connectors.records import ChoiceRecord, HistoryRecord, Page, ServerReport
from projects.connectors.task_records import OpenedTask, TaskOrder, TaskPage, TrackerWords


class ConnectorError(Exception):
    """A pull or a test that failed, in words for the person who owns the connection.

    `code` is a stable word; `permanent` means that trying again will not help until somebody changes
    something; `retry_after` is seconds to wait where the server said so. It `spares_others` where the server answered
    other questions of the same pull: then the failure was noted with those that it lies with.
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
        self.spares_others = False

    @classmethod
    def from_outbound(cls, error: OutboundError, text: str = "") -> ConnectorError:
        """Return the same failure, with other words where the connector knows better ones."""
        return cls(text or error.text, permanent=error.permanent, code=error.code, retry_after=error.retry_after)


class Client(Protocol):
    """What every client can: end what is in flight, also from another thread."""

    def close(self) -> None: ...


def plain_auth(username: str, secret: str) -> Auth:
    """Return how most systems are signed in to.

    A secret is a bearer token, unless there is a user name or it has the form `user:password`: then it is for basic
    authentication.
    """
    if username:
        return BasicAuth(username, secret)
    user, colon, password = secret.partition(":")
    if colon:
        return BasicAuth(user, password)
    return BearerAuth(secret) if secret else None


class Connector(Protocol):
    """How every connector is made: with a client that already carries address, secret and limits.

    `auth_of` says how a user name, which may be empty, and a secret become the client's way to sign in.
    """

    @staticmethod
    def auth_of(username: str, secret: str) -> Auth: ...

    def __init__(self, client: OutboundClient, options: Mapping[str, Any]) -> None: ...

    def test(self) -> ServerReport:
        """Say whether the system can be used with these settings. Raises ConnectorError."""
        ...


@runtime_checkable
class ListsChoices(Protocol):
    """Can list what a person may choose from; the registry's `CHOSEN` names the option."""

    def list_choices(self) -> list[ChoiceRecord]: ...


@runtime_checkable
class FetchesRuns(Protocol):
    """Can pull runs.

    The pages' cursors are opaque JSON objects; pass the one of the last stored page, `{}` for the first pull.
    `now` is an aware datetime.
    """

    def fetch_runs(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[Page]: ...


@runtime_checkable
class FetchesLabeling(Protocol):
    """Can pull labeling projects with their tasks and annotations; cursors and `now` are those of `FetchesRuns`."""

    def fetch_labeling(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[LabelingPage]: ...


@runtime_checkable
class FetchesTasks(Protocol):
    """Can pull sprints and tasks of a tracker; cursors and `now` are those of `FetchesRuns`."""

    def fetch_tasks(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[TaskPage]: ...


@runtime_checkable
class FetchesReadings(Protocol):
    """Can answer questions for measures; each says itself since when it asks. `now` is an aware datetime."""

    def fetch_readings(self, queries: Sequence[SeriesQuery], now: datetime) -> Iterator[ReadingsPage]: ...


@runtime_checkable
class ReadsDatabase(Protocol):
    """Speaks to a database instead of a web server, and keeps off the one that `own` names, (cluster, database)."""

    @classmethod
    def open(cls, base_url: str, given: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
        """Return the client for an address, the arguments of `OutboundClient` and `hurried`. Raises OutboundError."""
        ...

    def keep_off(self, own: Callable[[], tuple[str, str]]) -> None: ...


@runtime_checkable
class ListsWords(Protocol):
    """Can list a tracker's words for statuses and types, with how many tasks have each."""

    def list_words(self) -> TrackerWords: ...


@runtime_checkable
class WritesTasks(Protocol):
    """Can open a task in its tracker, find it by its marker, and end it and open it again. Each raises ConnectorError.

    `create_task` first looks for a task that an earlier try may have opened. `find_task` opens nothing. Doing
    `set_task_open` twice is doing it once; `place` is that of the opened task.
    """

    def create_task(self, order: TaskOrder) -> OpenedTask: ...

    def find_task(self, order: TaskOrder) -> OpenedTask | None: ...

    def set_task_open(self, place: str, *, is_open: bool) -> None: ...


@runtime_checkable
class SignsHooks(Protocol):
    """Signs what it posts with a secret, or sends it along. Headers are by lower-case name."""

    @staticmethod
    def is_genuine(headers: Mapping[str, str], secret: str, body: bytes, now: datetime) -> bool: ...

    @staticmethod
    def delivery_id(headers: Mapping[str, str]) -> str: ...


@runtime_checkable
class FetchesMetricHistory(Protocol):
    """Can read the history of one metric of some runs, by run id."""

    def fetch_metric_history(self, run_ids: Sequence[str], metric_key: str) -> dict[str, HistoryRecord]: ...
