"""Logs: one line per event, as JSON or as text, without secrets. No Django."""
