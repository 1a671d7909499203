from django.db import migrations, models

WHY_SAFE = "A longer varchar rewrites nothing in PostgreSQL, and findings are few: their kinds are checked at once."

KINDS = [
    ("silent", "Silent segment"),
    ("stopped", "Stopped"),
    ("drift", "Drift"),
    ("quality", "Quality"),
    ("latency", "Latency"),
    ("errors", "Errors"),
    ("cost", "Cost"),
    ("endpoint", "Endpoint"),
    ("readiness", "Readiness"),
    ("evaluation", "Evaluation"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0022_keep_findings"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="finding", name="finding_kind_known"),
        migrations.AlterField(model_name="finding", name="kind", field=models.CharField(choices=KINDS, max_length=12)),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _ in KINDS])), name="finding_kind_known"
            ),
        ),
    ]
