"""Check the zones of the workspaces that were there before, without a lock that stops writers."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_give_workspaces_a_zone"),
    ]

    operations = [
        ValidateConstraint(model_name="workspace", name="workspace_has_a_zone"),
    ]
