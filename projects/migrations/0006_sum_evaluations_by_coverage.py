"""What each evaluation decides and gets right by coverage; those kept before are summed up within the hour."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0005_receive_uploads")]

    operations = [
        migrations.AddField(
            "evaluation",
            name,
            django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveBigIntegerField(), editable=False, null=True, size=None
            ),
        )
        for name in ("decided_at", "right_at")
    ]
