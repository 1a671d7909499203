"""CSV files at an address, and sheets of Google that are shared by link."""

from projects.connectors.csv_link.connector import CSVLinkConnector

__all__ = ["CSVLinkConnector"]
