"""Whether a run is there is looked up once a statement, not once a row: 1,000 runs with 8 metrics asked 9,000 times.

The triggers keep what the foreign keys of metrics and links kept: none without its run, whoever writes and deletes at
the same time. A run's workspace is that of its source, whose own foreign key guards it. Two indexes go that no
query asks for.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models.deletion import CASCADE, DO_NOTHING

_FUNCTIONS = """
CREATE FUNCTION projects_have_runs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint[];
    held bigint;
BEGIN
    SELECT array_agg(DISTINCT run_id) INTO wanted FROM added;
    PERFORM FROM projects_run WHERE id = ANY(wanted) FOR KEY SHARE;
    GET DIAGNOSTICS held = ROW_COUNT;
    IF held < cardinality(wanted) THEN
        RAISE foreign_key_violation USING MESSAGE = 'A row of ' || TG_TABLE_NAME || ' names a run that is not there.',
            TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION projects_runs_are_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone JOIN projects_metricvalue metric ON metric.run_id = gone.id)
        OR EXISTS (SELECT FROM gone JOIN projects_runlink link ON link.run_id = gone.id)
    THEN
        RAISE foreign_key_violation USING MESSAGE = 'A run that has metrics or links cannot be deleted.',
            TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER run_is_free AFTER DELETE ON projects_run
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION projects_runs_are_free()
"""
_NO_FUNCTIONS = """
DROP TRIGGER run_is_free ON projects_run;
DROP FUNCTION projects_runs_are_free();
DROP FUNCTION projects_have_runs()
"""
_KEYS = {
    "projects_metricvalue_run_id_a5c75ba5_fk_projects_run_id": ("projects_metricvalue", "run_id", "projects_run"),
    "projects_runlink_run_id_546f6613_fk_projects_run_id": ("projects_runlink", "run_id", "projects_run"),
    "projects_run_workspace_id_f379bfce_fk_accounts_workspace_id": (
        "projects_run",
        "workspace_id",
        "accounts_workspace",
    ),
}
_INDEXES = {
    "projects_run_public_id_55465cdf_like": "projects_run (public_id varchar_pattern_ops)",
    "projects_metricvalue_workspace_id_5e2ca06b": "projects_metricvalue (workspace_id)",
}


def triggers(table: str, name: str) -> migrations.RunSQL:
    """Return the triggers of a table whose rows name runs."""
    make = " ".join(
        f"CREATE TRIGGER {name}_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION projects_have_runs();"
        for event in ("INSERT", "UPDATE")
    )
    return migrations.RunSQL(make, f"DROP TRIGGER {name}_insert ON {table}; DROP TRIGGER {name}_update ON {table}")


def key_to(target: str, name: str, **options: Any) -> Any:
    """Return a foreign key as the models have it now."""
    kept = {"on_delete": CASCADE, "db_constraint": False, **options}
    return models.ForeignKey(to=target, related_name=name, **kept)


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_keep_evaluations")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_FUNCTIONS, _NO_FUNCTIONS),
                triggers("projects_metricvalue", "metric_has_run"),
                triggers("projects_runlink", "link_has_run"),
                *[
                    migrations.RunSQL(
                        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
                        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) "
                        f"REFERENCES {target} (id) DEFERRABLE INITIALLY DEFERRED",
                    )
                    for name, (table, column, target) in _KEYS.items()
                ],
                *[
                    migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON {place}")
                    for name, place in _INDEXES.items()
                ],
            ],
            state_operations=[
                migrations.AlterField("metricvalue", "run", key_to("projects.run", "metrics", db_index=False)),
                migrations.AlterField(
                    "metricvalue", "workspace", key_to("accounts.workspace", "+", on_delete=DO_NOTHING, db_index=False)
                ),
                migrations.AlterField("runlink", "run", key_to("projects.run", "links")),
                migrations.AlterField("run", "workspace", key_to("accounts.workspace", "runs")),
            ],
        )
    ]
