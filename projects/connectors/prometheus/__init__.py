"""Prometheus and what answers like it: one value for each period of a measure, by range queries."""

from projects.connectors.prometheus.connector import PrometheusConnector

__all__ = ["PrometheusConnector"]
