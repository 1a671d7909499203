"""Add a column to a table that every page reads."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.RunSQL(
            "ALTER TABLE accounts_workspace ADD COLUMN grown text NULL",
            "ALTER TABLE accounts_workspace DROP COLUMN grown",
        )
    ]
