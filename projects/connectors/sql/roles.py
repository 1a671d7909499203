"""What the role may do, asked of the database itself at every pull: a role that could write is refused."""

from __future__ import annotations

from typing import Final

from mltrack.outbound.database import DatabaseClient, Own
from mltrack.outbound.errors import OutboundError
from projects.connectors.base import ConnectorError

IDENTITY: Final = "SELECT system_identifier::text, current_database()::text FROM pg_catalog.pg_control_system()"

# Whom the role is or can become, directly or by way of others.
_BECOMES: Final = """
WITH become AS (
    SELECT r.oid, r.rolname, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls
    FROM pg_catalog.pg_roles r
    WHERE r.rolname IN (session_user, current_user)
        OR pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
        OR pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER')
)
"""
_POWERS: Final = (
    _BECOMES
    + """
SELECT rolname::text, array_to_string(array_remove(ARRAY[
        CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
        CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
        CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
        CASE WHEN rolname LIKE 'pg\\_%' AND rolname NOT IN (
            'pg_read_all_data', 'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables', 'pg_monitor'
        ) THEN 'a role of the system' END
    ], NULL), ', ')
FROM become
WHERE rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
    OR (rolname LIKE 'pg\\_%' AND rolname NOT IN (
        'pg_read_all_data', 'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables', 'pg_monitor'))
ORDER BY (rolname = session_user) DESC, rolname LIMIT 1
"""
)
_WRITES: Final = (
    _BECOMES  # noqa: S608 (two constants)
    + """
, writable AS (
    SELECT 'may write to ' || c.oid::regclass::text AS what
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace CROSS JOIN become b
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' AND (
        c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (
            c.relowner = b.oid OR pg_catalog.has_table_privilege(b.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
            OR pg_catalog.has_any_column_privilege(b.oid, c.oid, 'INSERT, UPDATE'))
        OR c.relkind = 'S' AND pg_catalog.has_sequence_privilege(b.oid, c.oid, 'USAGE, UPDATE'))
    UNION ALL
    SELECT 'may create in the schema ' || n.nspname FROM pg_catalog.pg_namespace n CROSS JOIN become b
    WHERE n.nspname NOT LIKE 'pg\\_%' AND pg_catalog.has_schema_privilege(b.oid, n.oid, 'CREATE')
    UNION ALL
    SELECT 'may create schemas' FROM become b
    WHERE pg_catalog.has_database_privilege(b.oid, pg_catalog.current_database(), 'CREATE')
    UNION ALL
    SELECT 'may use the language ' || l.lanname FROM pg_catalog.pg_language l CROSS JOIN become b
    WHERE NOT l.lanpltrusted AND l.lanname NOT IN ('internal', 'c')
        AND pg_catalog.has_language_privilege(b.oid, l.oid, 'USAGE')
)
SELECT what::text FROM writable LIMIT 1
"""
)


def check_role(client: DatabaseClient, own: Own | None) -> None:
    """Raise ConnectorError for MLTrack's own database, and for a role that can do more than read.

    `own` is what `IDENTITY` says of MLTrack's database; without it nothing can be told apart, and all is refused.
    """
    check_other(client, own)
    powers = client.rows(_POWERS)
    if powers:
        name, what = powers[0]
        raise _refused(f"The role can be {str(name)[:63]}, which has {str(what)[:200]}.")
    writes = client.rows(_WRITES)
    if writes:
        raise _refused(f"The role {str(writes[0][0])[:200]}.")


def check_other(client: DatabaseClient, own: Own | None) -> None:
    """Raise ConnectorError unless this is surely another database than MLTrack's own."""
    try:
        found = client.rows(IDENTITY)
    except OutboundError as error:
        if error.code != "bad_query":
            raise
        found = []
    if not found or own is None:
        text = "Whether this is MLTrack's own database cannot be told: let the role call pg_control_system()."
        raise ConnectorError(text, permanent=True, code="own_database")
    if (str(found[0][0]), str(found[0][1])) == own:
        text = "This is MLTrack's own database, which is no source."
        raise ConnectorError(text, permanent=True, code="own_database")


def _refused(text: str) -> ConnectorError:
    advice = "Give a role of its own that can only read."
    return ConnectorError(f"{text} {advice}", permanent=True, code="role_refused")
