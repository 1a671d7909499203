"""How many labels of a class are wanted."""

import django.db.models.deletion
import kpis.models.identifiers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0006_check_targets_of_before"),
        ("projects", "0007_keep_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LabelQuota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=kpis.models.identifiers.quota_id, editable=False, max_length=24, unique=True
                    ),
                ),
                ("class_name", models.CharField(max_length=200)),
                ("number", models.PositiveIntegerField()),
                ("wanted", models.PositiveBigIntegerField()),
                ("by", models.DateField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, default="")),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="label_quotas",
                        to="projects.initiative",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("initiative", "class_name", "number"), name="quota_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True)),
                        fields=("initiative", "class_name"),
                        name="quota_in_force_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("class_name", ""), _negated=True), name="quota_has_a_class"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="quota_ends_after_it_begins",
                    ),
                ],
            },
        ),
    ]
