"""What a foreign MariaDB or MySQL says, in words that hold no data: a value stands in many of its messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from mltrack.outbound.errors import OutboundError

_OF_THE_STATEMENT: Final = {
    1037: "The database ran out of memory over it.",
    1038: "The database ran out of memory over it.",
    1041: "The database ran out of memory over it.",
    1044: "The role may not read this. Grant it SELECT on what the statement needs.",
    1064: "Its syntax is wrong.",
    1104: "It joins too many rows.",
    1114: "The database reached a limit over it.",
    1142: "The role may not read this. Grant it SELECT on what the statement needs.",
    1143: "The role may not read this. Grant it SELECT on what the statement needs.",
    1205: "What it reads is locked.",
    1213: "What it reads is locked.",
    1227: "The role may not do this.",
    1242: "A part of it that must bring one row brings several.",
    1264: "A number in it is too large.",
    1290: "It would change something. The database is only read.",
    1292: "A value in it has not the form that is asked for.",
    1317: "It took longer than it may, and was ended. Sum the data up in a view, or read less.",
    1366: "A value in it has not the form that is asked for.",
    1370: "The role may not do this.",
    1411: "A time in it has not the form of one.",
    1441: "A time in it is out of range.",
    1690: "A number in it is too large.",
    1792: "It would change something. The database is only read.",
    1969: "It took longer than it may, and was ended. Sum the data up in a view, or read less.",
    3024: "It took longer than it may, and was ended. Sum the data up in a view, or read less.",
}
_ENDED: Final = (1317, 1969, 3024)
_WORDED: Final = (1051, 1052, 1054, 1055, 1056, 1060, 1111, 1140, 1146, 1247, 1248, 1305, 1582, 1630, 1054, 4078)
"""Errors that name tables, columns and functions of the statement, and no data."""
_BAD_VALUES: Final = (1260, 1264, 1265, 1292, 1366, 1411, 1441)
"""Warnings after which a value is not what the data say: cut off, or taken for 0."""


def from_mysql(error: Any, host: str, *, hurried: bool = False, seconds: float = 0) -> OutboundError:
    """Return what is told of an error of the driver; never the server's own words, but where they hold no data.

    Where the caller is `hurried`, a statement that was ended after `seconds` is a `timeout`, tried again with patience.
    """
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = str(error.args[1]) if len(error.args) > 1 else ""
    if code in _ENDED and hurried:
        return OutboundError("timeout", f"{host} did not finish within {seconds:g} seconds.")
    if code in _OF_THE_STATEMENT:
        return _refused(_OF_THE_STATEMENT[code])
    if code in _WORDED:
        said = "".join(each if each.isprintable() else " " for each in text)[:300]
        return _refused(f"It says: {said}.")
    return _of_the_way(code, text, host) or _refused(f"The database refused it ({code}).")


def from_warnings(codes: Iterable[str]) -> OutboundError | None:
    """Return what is wrong with an answer that came with warnings of these codes; None where its values hold."""
    bad = sorted(int(code) for code in codes if code.isdigit() and int(code) in _BAD_VALUES)
    if not bad:
        return None
    return _refused(_OF_THE_STATEMENT.get(bad[0], "A value in it was cut off."))


def _refused(text: str) -> OutboundError:
    return OutboundError("bad_query", f"The statement cannot be run. {text}", permanent=True)


def _of_the_way(code: int, text: str, host: str) -> OutboundError | None:
    if code in (1045, 1698, 1820, 1862, 4151):
        return OutboundError("unauthorized", f"{host} refused the user and password.", permanent=True)
    if code in (2058, 2059, 2061, 1251, 1275):
        words = f"{host} asks for the password in a way that is not safe here: set the option 'tls' to require."
        return OutboundError("unauthorized", words, permanent=True)
    if code == 1049:
        return OutboundError("not_found", f"{host} has no database of this name.", permanent=True)
    if code in (2026, 3159) or "certificate" in text or "SSL" in text:
        return OutboundError("certificate", f"{host} does not offer the TLS that is asked for.", permanent=True)
    if "timed out" in text:
        return OutboundError("timeout", f"{host} did not answer in time.")
    if code in (2002, 2003, 1040, 1129, 1130, 1203, 1226):
        return OutboundError("connection_refused", f"{host} does not accept connections. Is the server running?")
    if code in (0, 1053, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 2014, 2027):
        return OutboundError("connection_broken", f"The connection to {host} broke in the middle of an answer.")
    return None
