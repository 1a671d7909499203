"""MLflow 2.x and 3.x by their REST API: runs, deleted runs, the model registry, metric histories."""

from projects.connectors.mlflow.connector import MLflowConnector

__all__ = ["MLflowConnector"]
