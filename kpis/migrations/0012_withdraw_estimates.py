"""Let people withdraw what they estimated."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0011_mail_updates"),
    ]

    operations = [
        migrations.AddField(
            model_name="checkestimate",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
    ]
