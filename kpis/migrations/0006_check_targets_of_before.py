"""What 0005 asks of new targets holds for those of before too; this reads the table without holding anybody up."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kpis", "0005_judge_evaluations")]

    operations = [
        ValidateConstraint(model_name="target", name="target_threshold_is_a_ratio"),
        ValidateConstraint(model_name="target", name="target_grid_sane"),
    ]
