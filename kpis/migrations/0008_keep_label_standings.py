"""How labels stand, as the judgement reads it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0007_keep_label_quotas"),
        ("projects", "0007_keep_labels"),
    ]

    operations = [
        migrations.CreateModel(
            name="LabelStanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("mark", models.CharField(max_length=32)),
                ("document", models.JSONField()),
                (
                    "initiative",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="label_standing",
                        to="projects.initiative",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mark", ""), _negated=True), name="label_standing_is_of_something"
                    )
                ],
            },
        ),
    ]
