"""Create the table in which scheduler, broker and queues leave signs of life."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_create_cache_table")]
    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("part", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("beaten_at", models.DateTimeField()),
            ],
        ),
    ]
