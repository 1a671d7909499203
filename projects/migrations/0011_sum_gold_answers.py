"""Gold questions that were answered before are summed up by annotator, and the kinds of sums are checked."""

import json
from collections import Counter, defaultdict
from hashlib import md5

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

WHY_SAFE = "It adds rows of a kind that nobody reads yet, and neither changes nor locks what others read and write."


def sum_gold(apps, schema_editor):
    """Sum up what was answered to tasks whose right label is known: of each annotator the newest answer counts."""
    tasks = apps.get_model("projects", "LabelTask").objects.filter(deleted_at__isnull=True).exclude(gold="")
    annotation = apps.get_model("projects", "Annotation")
    rows = annotation.objects.filter(task__in=tasks).select_related("task", "annotator").order_by("task_id")
    newest, knowing = {}, set()
    for each in rows.iterator():
        place = (each.task.project_id, each.task_id, each.annotator.number)
        age = (each.time, each.label is not None, each.label or "")
        if place not in newest or newest[place][0] < age:
            newest[place] = (age, each.task.gold, each.label)
        if each.is_ground_truth:
            knowing.add(place)
    sums: defaultdict[int, Counter] = defaultdict(Counter)
    for place, (_, gold, label) in newest.items():
        if label is not None and place not in knowing:
            sums[place[0]][place[2], gold, label] += 1
    apps.get_model("projects", "LabelingTally").objects.bulk_create(
        apps.get_model("projects", "LabelingTally")(
            project_id=project,
            kind="gold",
            digest=md5(json.dumps(key, separators=(",", ":")).encode(), usedforsecurity=False).hexdigest(),
            key=list(key),
            n=n,
        )
        for project, found in sums.items()
        for key, n in found.items()
    )


def forget_gold(apps, schema_editor):
    """Remove these sums, which the tables of before do not know."""
    apps.get_model("projects", "LabelingTally").objects.filter(kind="gold").delete()


class Migration(migrations.Migration):
    dependencies = [("projects", "0010_ask_gold_questions")]

    operations = [
        ValidateConstraint(model_name="labelingtally", name="labeling_tally_kind_known"),
        migrations.RunPython(sum_gold, forget_gold),
    ]
