"""The proof of a statement for MariaDB and MySQL: what may be asked, and what may not. No database."""

from __future__ import annotations

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.sql.grammars import MYSQL, POSTGRES, grammar_of
from projects.connectors.sql.proof import prove
from projects.connectors.sql.roles_mysql import roles_in

GOOD = (
    "SELECT day AS time, sum(amount) AS value FROM orders GROUP BY day",
    "SELECT DATE_FORMAT(at, '%Y-%m-01') AS time, COUNT(*) FROM `My orders` WHERE at > NOW() - INTERVAL 3 YEAR",
    "SELECT DATE(CONVERT_TZ(at, 'UTC', 'Europe/Berlin')) AS time, SUM(IF(a > 1, 1, 0)) / NULLIF(COUNT(*), 0) FROM t",
    "SELECT DATE_SUB(day, INTERVAL WEEKDAY(day) DAY) AS time, a DIV b, a % 2, a || b, a XOR b, 5--3, a <=> b FROM s.t",
    "WITH m AS (SELECT 1 AS a) SELECT a FROM m UNION ALL SELECT 2",
    "SELECT AVG(x) OVER (PARTITION BY y ORDER BY z ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) FROM t",
    "SELECT CAST(a AS SIGNED), CAST(a AS DECIMAL(10, 2)), GROUP_CONCAT(DISTINCT a ORDER BY a SEPARATOR ',') FROM t",
    "SELECT EXTRACT(YEAR_MONTH FROM a), TIMESTAMPDIFF(HOUR, a, b), WEEK(a, 3), FROM_UNIXTIME(c), TO_DAYS(a) FROM t",
    "SELECT TIMESTAMP '2026-01-01 00:00:00' AS time, JSON_VALUE(j, '$.a') AS value, \"text\" AS b, 'it''s' FROM t",
)


@pytest.mark.parametrize("statement", GOOD)
def test_what_computes_is_taken_and_proven_alike_again(statement: str) -> None:
    written = prove(statement, MYSQL)
    assert prove(written, MYSQL) == written


@pytest.mark.parametrize(
    "statement",
    [
        *("SELECT a INTO OUTFILE '/tmp/x' FROM t", "SELECT a FROM t INTO OUTFILE '/tmp/x'"),
        *("SELECT a FROM t INTO DUMPFILE '/tmp/x'", "SELECT a INTO @x FROM t", "SELECT @a := 1", "SELECT @@datadir"),
        *("SELECT LOAD_FILE('/etc/passwd')", "SELECT load_file /**/ ('/etc/passwd')", "SELECT `sleep`(5)"),
        *("SELECT 1 /*! UNION SELECT SLEEP(9) */", "SELECT 1 /*M!100100 , SLEEP(9) */", "SELECT 'a\\' OR 1'"),
        *("SELECT /*+ SET_VAR(max_execution_time=0) */ 1", "SELECT SLEEP(5)", "SELECT BENCHMARK(9, 9)"),
        *("SELECT GET_LOCK('a', 1)", "SELECT NEXT VALUE FOR s", "SELECT NEXTVAL(s)", "SELECT LAST_INSERT_ID(1)"),
        *("SELECT a FROM t FOR UPDATE", "SELECT a FROM t LOCK IN SHARE MODE", "SELECT a FROM t PROCEDURE ANALYSE()"),
        *("SELECT a FROM mysql.user", "SELECT a FROM `MySQL`.user", "SELECT a FROM performance_schema.x"),
        *("SELECT 1; DROP TABLE x", "SET @a = 1", "SHOW TABLES", "VALUES ROW(1)", "DO SLEEP(1)", "HANDLER t OPEN"),
        *("CALL p()", "SELECT shop.spoil()", "SELECT CURRENT_USER", "SELECT DATABASE()", "SELECT _utf8'x'", "KILL 1"),
        *("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t", "PREPARE s FROM 'x'", "SELECT EXTRACTVALUE(1, 'x')"),
    ],
)
def test_what_does_more_is_refused(statement: str) -> None:
    with pytest.raises(ConnectorError, match="refused") as caught:
        prove(statement, MYSQL)
    assert caught.value.code == "bad_query"


def test_the_scheme_of_the_address_says_which_words_are_read() -> None:
    assert grammar_of("mysql://db.example.org/shop") is grammar_of("MariaDB://db.example.org/shop") is MYSQL
    assert grammar_of("postgresql://db.example.org/shop") is POSTGRES


def test_grants_that_only_read_are_taken_with_the_roles_that_they_name() -> None:
    grants = [
        "GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*82' REQUIRE SSL WITH MAX_USER_CONNECTIONS 3",
        "GRANT SELECT (`x, y)`, `z`), SHOW VIEW ON `sh``op`.`t` TO `a`@`%`",
        "GRANT `one`,`tw``o`@`%` TO `a`@`%`",
        "GRANT SELECT ON `shop`.* TO PUBLIC",
        "SET DEFAULT ROLE `one` FOR `a`@`%`",
    ]
    assert roles_in(grants) == ["`one`", "`tw``o`@`%`"]


@pytest.mark.parametrize(
    "grant",
    [
        "GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION",
        "GRANT SELECT ON `shop`.* TO `a`@`%` WITH GRANT OPTION",
        "GRANT SELECT, INSERT ON `shop`.* TO `a`@`%`",
        "GRANT SELECT (`SELECT ON x.y TO z`), UPDATE (`b`) ON `shop`.`t` TO `a`@`%`",
        "GRANT SOMETHING NEW ON *.* TO `a`@`%`",
        "GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `a`@`%`",
        "GRANT PROXY ON ''@'%' TO 'a'@'%'",
        "GRANT `one` TO `a`@`%` WITH ADMIN OPTION",
        "GRANT BACKUP_ADMIN,SYSTEM_USER ON *.* TO `a`@`%`",
        "REVOKE SELECT ON `mysql`.* FROM `a`@`%`",
    ],
)
def test_every_other_grant_is_refused(grant: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        roles_in([grant])
    assert caught.value.code == "role_refused"
