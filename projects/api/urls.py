"""The paths of facts, below `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from projects.api import (
    connections,
    datasets,
    evaluations,
    gold,
    initiatives,
    labeling,
    reports,
    rhythms,
    runs,
    sprints,
    tasks,
    uploads,
)

urlpatterns = [
    path("initiatives/", initiatives.Initiatives.as_view()),
    path("initiatives/<str:key>/", initiatives.OneInitiative.as_view()),
    path("initiatives/<str:key>/stages/", initiatives.Stages.as_view()),
    path("initiatives/<str:key>/runs/", runs.Runs.as_view()),
    path("initiatives/<str:key>/runs/batch/", runs.RunBatch.as_view()),
    path("initiatives/<str:key>/runs/<str:run_id>/", runs.OneRun.as_view()),
    path("initiatives/<str:key>/model-versions/", runs.ModelVersions.as_view()),
    path("initiatives/<str:key>/evaluations/", evaluations.Evaluations.as_view()),
    path("initiatives/<str:key>/evaluations/uploads/", uploads.Uploads.as_view()),
    path("initiatives/<str:key>/evaluations/uploads/<str:upload_id>/", uploads.OneUpload.as_view()),
    path("initiatives/<str:key>/datasets/", datasets.Datasets.as_view()),
    path("initiatives/<str:key>/datasets/dvc/", datasets.DvcFile.as_view()),
    path("initiatives/<str:key>/datasets/<str:dataset_id>/", datasets.OneDataset.as_view()),
    path("initiatives/<str:key>/datasets/<str:dataset_id>/overlaps/", datasets.VersionOverlaps.as_view()),
    path("initiatives/<str:key>/datasets/<str:dataset_id>/splits/", datasets.Splits.as_view()),
    path("initiatives/<str:key>/datasets/<str:dataset_id>/diff/", datasets.Difference.as_view()),
    path("initiatives/<str:key>/labeling/", labeling.Labeling.as_view()),
    path("initiatives/<str:key>/gold/", gold.Gold.as_view()),
    path("initiatives/<str:key>/annotations/upload/", labeling.AnnotationUpload.as_view()),
    path("initiatives/<str:key>/annotations/batch/", labeling.AnnotationBatch.as_view()),
    path("initiatives/<str:key>/deployments/", reports.Deployments.as_view()),
    path("initiatives/<str:key>/tasks/", tasks.Tasks.as_view()),
    path("initiatives/<str:key>/tasks/batch/", tasks.TaskBatch.as_view()),
    path("initiatives/<str:key>/tasks/<str:task_key>/", tasks.OneTask.as_view()),
    path("initiatives/<str:key>/tasks/<str:task_key>/restore/", tasks.TaskRestoring.as_view()),
    path("initiatives/<str:key>/rhythm/", rhythms.InitiativeRhythm.as_view()),
    path("initiatives/<str:key>/selection/", connections.Selection.as_view()),
    path("sprints/", sprints.Sprints.as_view()),
    path("sprints/<str:sprint_id>/", sprints.OneSprint.as_view()),
    path("sprints/<str:sprint_id>/roll-over/", sprints.RollOver.as_view()),
    path("rhythm/", rhythms.WorkspaceRhythm.as_view()),
    path("connections/", connections.Connections.as_view()),
    path("connections/<str:connection_id>/", connections.OneConnection.as_view()),
    path("connections/<str:connection_id>/sync/", connections.Sync.as_view()),
    path("connections/<str:connection_id>/attempts/", connections.Attempts.as_view()),
]
