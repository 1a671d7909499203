"""Create the table of the shared cache: sign-in counters must be the same for every web process."""

from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_create_people_and_workspaces")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
