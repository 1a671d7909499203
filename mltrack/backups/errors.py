"""What can be wrong with a backup or with the place it is put back to."""

from __future__ import annotations


class BackupError(Exception):
    """One sentence for the operator. Nothing was written."""
