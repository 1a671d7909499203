"""GitLab's issues, iterations and milestones by its REST API."""

from projects.connectors.gitlab.connector import GitLabConnector

__all__ = ["GitLabConnector"]
