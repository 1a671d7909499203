"""Statements that the database plans once a connection: for a large one that is asked often, planning is most of it.

One plan serves all values (`plan_cache_mode` in the settings), so whatever asks by a pattern is no statement for this.
Nothing is prepared where server-side cursors are switched off: whoever pools connections by transaction does that, and
there the next transaction may meet a session that knows nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

_PLACE: Final = re.compile(r"%\((\w+)\)s")
_known: Final[WeakKeyDictionary[Any, set[str]]] = WeakKeyDictionary()


class Prepared:
    """One statement with places like `%(workspace)s`, and the SQL type of each place; any other % is written twice.

    Its columns keep their types for as long as a server runs: migrations that change a type are none of ours. Raises
    ValueError for a single %, which only a prepared statement would take for what it is.
    """

    def __init__(self, statement: str, **kinds: str) -> None:
        if "%" in _PLACE.sub("", statement).replace("%%", ""):
            raise ValueError(f"Write %% for % in {statement}")
        places = list(kinds)
        body = _PLACE.sub(lambda found: f"${places.index(found[1]) + 1}", statement).replace("%%", "%")
        self.statement = statement
        self._name = f"mltrack_{hashlib.sha256(body.encode()).hexdigest()[:16]}"
        self._prepare = f"PREPARE {self._name} ({', '.join(kinds.values())}) AS {body}"
        self._execute = f"EXECUTE {self._name} ({', '.join(f'%({place})s' for place in places)})"

    @classmethod
    def of(cls, rows: QuerySet[Any, Any], **stand_ins: tuple[Any, str]) -> Prepared:
        """Return what a queryset asks, built once; each place is a value that stands in for it, and its SQL type."""
        statement, values = rows.query.sql_with_params()
        places = {repr(value): f"%({name})s" for name, (value, _) in stand_ins.items()}
        with connection.cursor() as cursor:
            said = [places.get(repr(each)) or _written(cursor, each) for each in values]
        parts = zip(statement.split("%s"), [*said, ""], strict=True)
        kinds = {name: kind for name, (_, kind) in stand_ins.items()}
        return cls("".join(text for pair in parts for text in pair), **kinds)

    def run(self, cursor: CursorWrapper, values: Mapping[str, Any]) -> None:
        """Execute it with these values; the cursor has the rows."""
        if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            cursor.execute(self.statement, values)
            return
        known = _known.setdefault(connection.connection, set())
        if self._name not in known:
            with connection.wrap_database_errors, connection.connection.cursor() as bare:
                bare.execute(self._prepare)
            known.add(self._name)
        cursor.execute(self._execute, values)


def _written(cursor: CursorWrapper, value: Any) -> str:
    text: str = cursor.mogrify("%s", [value]).decode()
    return text.replace("%", "%%")
