"""The words that templates speak: docs/design-system.md shows each with an example.

Every tag escapes what it is given. Tags that draw answer with SVG and a label in words.
"""

from __future__ import annotations

from mltrack.templatetags import checks, drawings, forms, marks, page, tables, words
from mltrack.templatetags.registry import register

__all__ = ["checks", "drawings", "forms", "marks", "page", "register", "tables", "words"]
