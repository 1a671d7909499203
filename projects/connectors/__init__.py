"""Connectors to foreign systems: fetch and parse to records. No ORM, no settings, one module per system."""
