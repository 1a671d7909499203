"""PostgreSQL, MariaDB and MySQL: one proven SELECT with a time and a value, read by a role that can do nothing else."""

from projects.connectors.sql.connector import SQLConnector

__all__ = ["SQLConnector"]
