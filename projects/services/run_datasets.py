"""The dataset versions that runs used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.db import connection

from projects.connectors.records import DatasetRecord, RunRecord
from projects.models import DatasetVersion, Initiative
from projects.services.run_rows import Source
from projects.services.texts import without_secrets

_LONGEST_DIGEST = 128
_LONGEST_URI = 500
_Key = tuple[str, str]

_LINK = """
INSERT INTO projects_rundataset (run_id, dataset_id, context)
SELECT DISTINCT i.r, i.d, i.c FROM json_to_recordset(%s::json) AS i(r bigint, d bigint, c text)
WHERE NOT EXISTS (
    SELECT 1 FROM projects_rundataset x WHERE x.run_id = i.r AND x.dataset_id = i.d AND x.context = i.c)
ON CONFLICT DO NOTHING RETURNING run_id
"""


def write_datasets(source: Source, records: Mapping[int, RunRecord]) -> set[int]:
    """Record the datasets of these runs and link them; return the runs that got a new link.

    Versions that a connection brings belong to the workspace, pushed ones to their initiative.
    """
    found = {_key(each): each for record in records.values() for each in record.datasets if each.name and each.digest}
    if not found:
        return set()
    numbers = _versions(source, found)
    rows = [
        {"r": number, "d": numbers[_key(each)], "c": each.context[:120]}
        for number, record in records.items()
        for each in record.datasets
        if _key(each) in numbers
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LINK, [json.dumps(rows)])
        return {number for (number,) in cursor.fetchall()}


def _key(record: DatasetRecord) -> _Key:
    digest = record.digest
    if len(digest) > _LONGEST_DIGEST:
        digest = hashlib.sha256(digest.encode()).hexdigest()
    return record.name[:300], digest


def _versions(source: Source, wanted: Mapping[_Key, DatasetRecord]) -> dict[_Key, int]:
    """Return the row numbers of these versions of the workspace; make those that are missing."""
    known = _known(source, wanted)
    missing = [
        DatasetVersion(
            workspace_id=source.workspace_id,
            initiative=_owner(source),
            name=key[0],
            digest=key[1],
            rows=each.rows if each.rows is not None and each.rows >= 0 else None,
            schema_digest=(each.schema_digest or "")[:_LONGEST_DIGEST],
            uri=without_secrets(each.uri)[:_LONGEST_URI],
            source="api" if isinstance(source, Initiative) else source.kind,
        )
        for key, each in sorted(wanted.items())
        if key not in known
    ]
    if not missing:
        return known
    DatasetVersion.objects.bulk_create(missing, ignore_conflicts=True)
    return _known(source, wanted)


def _owner(source: Source) -> Initiative | None:
    return source if isinstance(source, Initiative) else None


def _known(source: Source, wanted: Mapping[_Key, DatasetRecord]) -> dict[_Key, int]:
    rows = DatasetVersion.objects.filter(
        workspace_id=source.workspace_id, initiative=_owner(source), digest__in={digest for _, digest in wanted}
    ).values_list("name", "digest", "id")
    return {(name, digest): number for name, digest, number in rows if (name, digest) in wanted}
