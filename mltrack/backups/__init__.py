"""Backups: one file with every row as it was at one moment, checked before and after it is put back.

A backup is a ZIP file: `tables/<table>.copy` for each table, in PostgreSQL's COPY text format and in the order of the
primary key, then `manifest.json` with rows and SHA-256 of each. Every part is streamed, so that memory stays the same
whatever the size. Encryption keys are named by fingerprints and are never inside.
"""
