"""Roundup by its REST API: issues in the order of their activity."""

from projects.connectors.roundup.connector import RoundupConnector

__all__ = ["RoundupConnector"]
