"""The proof that a statement is one SELECT and calls only functions that compute. Pure.

What runs is written anew from the parsed tree: comments, odd quoting and anything a reader could see differently from
the parser are gone. The read-only transaction and the role are the walls behind this fence.
"""

from __future__ import annotations

import logging
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from projects.connectors.base import ConnectorError
from projects.connectors.sql.grammars import POSTGRES, Grammar

# It would log statements that it cannot read.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

LONGEST: Final = 10_000
MOST_ELEMENTS: Final = 50
"""So many `[` a statement may have: the parser takes the square of their number in time."""
_FORBIDDEN: Final = (
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Merge,
    exp.Create,
    exp.Drop,
    exp.Alter,
    exp.Command,
    exp.Copy,
    exp.Set,
    exp.Transaction,
    exp.Commit,
    exp.Rollback,
    exp.Into,
    exp.Lock,
    exp.Hint,
    exp.NextValueFor,
    exp.Parameter,
    exp.Placeholder,
    exp.SessionParameter,
)
_ESCAPED: Final = (exp.ByteString, exp.UnicodeString, exp.RawString, exp.Heredoc, exp.National, exp.Introducer)
_NAMES: Final = (TokenType.VAR, TokenType.IDENTIFIER)


def prove(statement: str, grammar: Grammar = POSTGRES) -> str:
    """Return the statement as it will be run. Raises ConnectorError `bad_query` that says what may not be in it."""
    try:
        return _proven(statement, grammar)
    except RecursionError as error:
        raise _refused("It is nested too deeply.") from error


def _proven(statement: str, grammar: Grammar) -> str:
    """Return what the checked tree is written as, once that reads as the same tree: now, or when it is written anew."""
    tree = _checked(statement, grammar)
    for _ in range(2):
        written = tree.sql(dialect=grammar.dialect, comments=False)
        again = _checked(written, grammar)
        if again == tree:
            _check_calls(sqlglot.tokenize(written, read=grammar.dialect), grammar)
            return written
        tree = again
    raise _refused("It cannot be read without doubt: write it more plainly.")


def _checked(statement: str, grammar: Grammar) -> exp.Expression:
    tree = _parsed(statement, grammar)
    if not isinstance(tree, exp.Select | exp.SetOperation):
        raise _refused("It must be one SELECT, and nothing else.")
    for node in tree.walk():
        if isinstance(node, _FORBIDDEN):
            raise _refused("It must only read: INSERT, UPDATE, DELETE, INTO, FOR UPDATE and commands are refused.")
        if isinstance(node, _ESCAPED):
            raise _refused("Write texts plainly, as 'text': E'…', U&'…', B'…' and $$…$$ are refused.")
        if isinstance(node, exp.Table):
            _check_table(node, grammar)
    return tree


def _parsed(statement: str, grammar: Grammar) -> exp.Expression:
    if not statement.strip() or len(statement) > LONGEST:
        raise _refused(f"Write one SELECT of at most {LONGEST:,} characters.")
    if statement.count("[") > MOST_ELEMENTS:
        raise _refused(f"It has more than {MOST_ELEMENTS} elements of arrays.")
    if "\x00" in statement or (not statement.isascii() and not statement.replace("\n", " ").isprintable()):
        raise _refused("It holds characters that cannot be sent.")
    doubtful = next((mark for mark in grammar.doubtful if mark in statement.lower()), None)
    if doubtful is not None:
        raise _refused(f"It may not hold {doubtful}, which databases read in more than one way.")
    try:
        found = [each for each in sqlglot.parse(statement, read=grammar.dialect) if each is not None]
    except (SqlglotError, ValueError) as error:
        raise _refused(f"It cannot be read as SQL of {grammar.title}.") from error
    if len(found) != 1:
        raise _refused(f"It must be one statement; these are {len(found)}.")
    tree = found[0]
    for node in tree.walk():
        node.comments = None
    return tree  # type: ignore[return-value]


def _check_table(table: exp.Table, grammar: Grammar) -> None:
    schema, name = table.db.lower(), table.name.lower()
    if schema in grammar.system or name.startswith("pg_") or table.catalog:
        raise _refused("The tables of the system, and of other databases, are not read.")


def _check_calls(tokens: list[Token], grammar: Grammar) -> None:
    """Refuse every name before a bracket that is no known function; after AS and :: stand aliases and types."""
    for place, token in enumerate(tokens):
        if token.token_type is not TokenType.L_PAREN or place == 0:
            continue
        name, before = tokens[place - 1], tokens[place - 2] if place > 1 else None
        word = name.text.lower()
        if not (word[:1].isalpha() or word[:1] == "_" or name.token_type in _NAMES):
            continue
        if before is not None and before.token_type in (TokenType.ALIAS, TokenType.DCOLON):
            continue
        is_own = before is not None and before.token_type is TokenType.DOT
        is_known = word in grammar.allowed or word in grammar.before_brackets
        if is_own or name.token_type is TokenType.IDENTIFIER or not is_known:
            raise _refused(f"The function {name.text[:60]} is not allowed here.")


def _refused(text: str) -> ConnectorError:
    return ConnectorError(f"The statement is refused. {text}", permanent=True, code="bad_query")
