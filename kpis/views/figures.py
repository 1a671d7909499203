"""Figures as answers: JSON with an ETag, the same within an hour."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import parse_etags


def end_of_hour() -> datetime:
    """Return the end of the present hour, to which what is in force is drawn."""
    return timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def figure_answer(request: HttpRequest, figure: dict[str, Any]) -> HttpResponse:
    """Answer a figure as JSON, or 304 where the browser has it already."""
    drawn = json.dumps(figure, allow_nan=False)
    etag = f'"{hashlib.sha256(drawn.encode()).hexdigest()[:24]}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(drawn, content_type="application/json")
    response.headers["ETag"], response.headers["Cache-Control"] = etag, "private, no-cache"
    return response
