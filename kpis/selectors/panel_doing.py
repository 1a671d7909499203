"""What is being done about KPIs: the newest word of people on their charts, and on the initiatives tied to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from html import unescape
from typing import Final

from django.db import connection
from django.utils.html import strip_tags

from kpis.scoring.dashboards.board import Doing
from mltrack.days import day_in
from mltrack.markdown import render
from mltrack.prepared import Prepared

LONGEST: Final = 160
Found = Mapping[str, tuple[tuple[str, ...], Doing | None]]
# A note has no initiative; of KPIs that are not shown only those initiatives matter of which somebody said a word.
_SAID: Final = Prepared(
    """
(SELECT kpi.key, initiative.key, workspace.zone, said.at, NULL::date, said.health, said.words, said.who
FROM kpis_contribution tie
JOIN kpis_kpi kpi ON kpi.id = tie.kpi_id
JOIN projects_initiative initiative ON initiative.id = tie.initiative_id
JOIN accounts_workspace workspace ON workspace.id = initiative.workspace_id
LEFT JOIN LATERAL (
    SELECT word.at, word.health, COALESCE(NULLIF(word.next_steps, ''), word.text) AS words,
        COALESCE(NULLIF(author.name, ''), author.email, '') AS who
    FROM projects_update word LEFT JOIN accounts_user author ON author.id = word.author_id
    WHERE word.initiative_id = initiative.id ORDER BY word.at DESC, word.id DESC LIMIT 1
) AS said ON true
WHERE tie.kpi_id = ANY(%(asked)s) AND initiative.archived_at IS NULL AND initiative.state <> 'cancelled'
    AND (tie.kpi_id = ANY(%(shown)s) OR said.at IS NOT NULL))
UNION ALL
(SELECT DISTINCT ON (note.kpi_id) kpi.key, '', '', NULL, note.day, '', note.text,
    COALESCE(NULLIF(author.name, ''), author.email, '')
FROM kpis_kpinote note JOIN kpis_kpi kpi ON kpi.id = note.kpi_id
LEFT JOIN accounts_user author ON author.id = note.author_id
WHERE note.kpi_id = ANY(%(asked)s) AND note.removed_at IS NULL
ORDER BY note.kpi_id, note.day DESC, note.id DESC)
ORDER BY 1, 2
""",
    asked="bigint[]",
    shown="bigint[]",
)


def doing_about(kpis: Mapping[int, str], others: Collection[int] = ()) -> tuple[Found, frozenset[str]]:
    """Return by key, of KPIs by row id, the keys of initiatives that are to move them, and the newest word on any.

    And the keys of those of which anybody said a word, `others` by row id among them. One query. Initiatives that are
    put away or cancelled are left out.
    """
    initiatives: dict[str, list[str]] = defaultdict(list)
    words: dict[str, list[Doing]] = defaultdict(list)
    spoken, shown = set[str](), set(kpis.values())
    with connection.cursor() as cursor:
        _SAID.run(cursor, {"asked": list({*kpis, *others}), "shown": list(kpis)})
        rows = cursor.fetchall()
    for key, initiative, zone, at, day, health, text, who in rows:
        if initiative:
            initiatives[key].append(initiative)
        if at or day:
            spoken.add(key)
            if key in shown:
                words[key].append(_update(initiative, zone, at, health, text, who) if at else _note(text, who, day))
    found = {key: (tuple(initiatives[key]), _newest(words[key])) for key in kpis.values()}
    return found, frozenset(spoken)


def _update(initiative: str, zone: str, at: datetime, health: str, text: str, who: str) -> Doing:
    return Doing(_short(unescape(strip_tags(render(text or "")))), who, day_in(zone, at), initiative, health)


def _note(text: str, who: str, day: date) -> Doing:
    return Doing(_short(text), who, day)


def _newest(words: list[Doing]) -> Doing | None:
    return max(words, key=lambda each: (each.on, each.initiative), default=None)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
