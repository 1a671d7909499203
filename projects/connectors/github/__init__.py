"""GitHub's issues, milestones and iterations of projects, by its REST and GraphQL APIs."""

from projects.connectors.github.connector import GitHubConnector

__all__ = ["GitHubConnector"]
