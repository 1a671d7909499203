"""A cancelled initiative keeps why it stopped, as a category beside the note. No row of before has one to check."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

REASONS = [
    ("value", "Not worth it"),
    ("accuracy", "Not accurate enough"),
    ("data", "Data missing or unfit"),
    ("labels", "Labels missing or wrong"),
    ("integration", "Could not be integrated"),
    ("cost", "Cost too much"),
    ("risk", "Legal, ethical or security risk"),
    ("people", "People or skills missing"),
    ("priority", "Other things went first"),
    ("replaced", "Replaced by something else"),
    ("other", "Another reason"),
]


class Migration(migrations.Migration):
    dependencies = [("projects", "0017_send_tasks_to_trackers")]

    operations = [
        migrations.AddField(
            model_name="stagechange",
            name="reason",
            field=models.CharField(blank=True, choices=REASONS, db_default="", default="", max_length=12),
        ),
        AddConstraintNotValid(
            model_name="stagechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason", ""),
                    models.Q(("reason__in", [value for value, _ in REASONS]), ("state", "cancelled")),
                    _connector="OR",
                ),
                name="stage_change_reason_of_an_end",
            ),
        ),
    ]
