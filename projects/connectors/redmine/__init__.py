"""Redmine's issues and versions by its REST API."""

from projects.connectors.redmine.connector import RedmineConnector

__all__ = ["RedmineConnector"]
