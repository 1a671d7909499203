"""Label Studio (community edition) by its REST API: projects with their counts, tasks with annotations, deletions."""

from projects.connectors.label_studio.connector import LabelStudioConnector

__all__ = ["LabelStudioConnector"]
