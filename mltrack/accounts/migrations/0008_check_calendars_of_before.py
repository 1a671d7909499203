"""What 0005 asks of workspaces holds for those of before too; this reads the table without holding anybody up."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_keep_calendars")]

    operations = [
        ValidateConstraint(model_name="workspace", name="workspace_week_begins"),
        ValidateConstraint(model_name="workspace", name="workspace_year_begins"),
    ]
