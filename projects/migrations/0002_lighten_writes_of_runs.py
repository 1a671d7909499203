"""Each row of runs, metrics and links had an index and a check that nothing needs; dropping them rewrites nothing."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models.deletion import CASCADE

_INDEXES = {
    "projects_metricvalue_run_id_a5c75ba5": "projects_metricvalue (run_id)",
    "projects_run_connection_id_1727d30b": "projects_run (connection_id)",
    "projects_run_pushed_to_id_d135da5d": "projects_run (pushed_to_id)",
    "projects_runlink_initiative_id_84826261": "projects_runlink (initiative_id)",
}
_CHECKS = {
    "projects_metricvalue_workspace_id_5e2ca06b_fk_accounts_": "projects_metricvalue",
    "projects_runlink_workspace_id_84dfc261_fk_accounts_workspace_id": "projects_runlink",
}


def key_to(target: str, name: str, **options: Any) -> Any:
    """Return a foreign key as the models have it now."""
    return models.ForeignKey(to=target, on_delete=CASCADE, related_name=name, **options)


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_create_facts")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                *[
                    migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON {place}")
                    for name, place in _INDEXES.items()
                ],
                *[
                    migrations.RunSQL(
                        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
                        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (workspace_id) "
                        "REFERENCES accounts_workspace (id) DEFERRABLE INITIALLY DEFERRED",
                    )
                    for name, table in _CHECKS.items()
                ],
            ],
            state_operations=[
                migrations.AlterField("metricvalue", "run", key_to("projects.run", "metrics", db_index=False)),
                migrations.AlterField(
                    "metricvalue", "workspace", key_to("accounts.workspace", "+", db_constraint=False)
                ),
                migrations.AlterField(
                    "run", "connection", key_to("projects.connection", "runs", null=True, db_index=False)
                ),
                migrations.AlterField(
                    "run", "pushed_to", key_to("projects.initiative", "pushed_runs", null=True, db_index=False)
                ),
                migrations.AlterField(
                    "runlink", "initiative", key_to("projects.initiative", "run_links", db_index=False)
                ),
                migrations.AlterField("runlink", "workspace", key_to("accounts.workspace", "+", db_constraint=False)),
            ],
        )
    ]
