"""Jira's issues and sprints by its REST API, of Jira Cloud and of Jira Data Center."""

from projects.connectors.jira.connector import JiraConnector

__all__ = ["JiraConnector"]
