"""The proof of a statement: what may be asked, what may not, and what would keep the parser busy. No database."""

from __future__ import annotations

import time

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.sql.proof import LONGEST, prove

GOOD = (
    "SELECT day AS time, sum(x) AS value FROM orders GROUP BY day",
    "select date_trunc('day', t) as time, count(*) filter (where a > 1) as value from s.x group by 1 order by 1",
    "WITH m AS (SELECT 1 AS a) SELECT a FROM m UNION ALL SELECT 2",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS value FROM y",
    "SELECT avg(x) OVER (PARTITION BY y ORDER BY z) FROM t",
    "SELECT CASE WHEN (a > 1) THEN (2) ELSE (3) END, sum(a) / nullif(sum(b), 0)::float FROM s.t JOIN u USING (id)",
    "SELECT CAST(a AS numeric(10, 2)), extract(epoch FROM c), t AT TIME ZONE 'Europe/Berlin' FROM \"My Table\"",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM x) AND e LIKE '%x%' AND f > now() - interval '3 years'",
)


@pytest.mark.parametrize("statement", GOOD)
def test_what_computes_is_taken_and_proven_alike_again(statement: str) -> None:
    assert prove(prove(statement)) == prove(statement)


def test_comments_are_gone_from_what_runs() -> None:
    assert prove("SELECT 1 /* ; DROP TABLE x */ AS a -- more") == "SELECT 1 AS a"


@pytest.mark.parametrize(
    "statement",
    [
        "",
        " ; ",
        "SELECT 1; SELECT 2",
        "VALUES (1)",
        "SELECT \x00",
        "SELECT :name, $1",
        "SELECT a OPERATOR(pg_catalog.+) b FROM t",
        "SELECT other.schema.f(1)",
        "SELECT x FROM information_schema.tables",
        "SELECT x FROM other.pg_catalog.pg_class",
        "SELECT unknown_function(1)",
        "SELECT current_setting('x')",
        "LOCK TABLE x",
        "SELECT U&'d\\0061t' AS a",
        "SELECT 1" + " " * LONGEST,
        *("SELECT " + text for text in ("(" * 4_000 + "1" + ")" * 4_000, "a" + "[1]" * 3_000, "NOT " * 2_000 + "1")),
    ],
)
def test_what_does_more_is_refused_soon(statement: str) -> None:
    began = time.process_time()
    with pytest.raises(ConnectorError, match="refused") as caught:
        prove(statement)
    assert caught.value.code == "bad_query" and time.process_time() - began < 5
