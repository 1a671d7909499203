"""What a connection that brings readings is asked, and who stores each answer: sources of KPIs, and of observations."""

from __future__ import annotations

from datetime import datetime

from kpis.services.source_pages import record_readings_page
from kpis.services.source_questions import questions_of
from projects.connectors.reading_records import ReadingsPage, SeriesQuery
from projects.models import Connection
from projects.models.identifiers import OBSERVATION_SOURCE
from projects.services.observation_questions import observation_questions
from projects.services.observation_source_pages import record_observations_page
from projects.services.pages import Stored


def asked_of(connection: Connection, now: datetime) -> list[SeriesQuery]:
    """Return what the sources of a connection ask for now, in two queries."""
    return [*questions_of(connection, now), *observation_questions(connection, now)]


def record_answer(connection: Connection, page: ReadingsPage) -> Stored:
    """Store a page in the caller's transaction; the id of its question says whose it is."""
    if page.query.startswith(f"{OBSERVATION_SOURCE}_"):
        return record_observations_page(connection, page)
    return record_readings_page(connection, page)
