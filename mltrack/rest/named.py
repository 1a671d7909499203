"""What a body names: an object that is not here is a fault of the field that names it, and no missing page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.http import Http404


@contextmanager
def named_by(field: str) -> Iterator[None]:
    """Look for what a field of the body names. Raises ValidationError({field: text}) in place of Http404."""
    try:
        yield
    except Http404 as error:
        raise ValidationError({field: str(error)}) from error
