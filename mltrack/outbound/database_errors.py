"""What a foreign database says, in words that hold no data: a value stands in many of its messages."""

from __future__ import annotations

from typing import Any, Final

from mltrack.outbound.errors import OutboundError

_OF_THE_STATEMENT: Final = {
    "22P02": "A value in it has not the form that is asked for.",
    "22003": "A number in it is too large.",
    "22012": "It divides by zero.",
    "22008": "A time in it is out of range.",
    "22007": "A time in it has not the form of one.",
    "25006": "It would change something. The database is only read.",
    "42501": "The role may not read this. Grant it SELECT on what the statement needs.",
    "42601": "Its syntax is wrong.",
    "53200": "The database ran out of memory over it.",
    "53400": "The database reached a limit over it.",
    "54001": "It is too complex.",
    "57014": "It took longer than it may, and was ended. Sum the data up in a view, or read less.",
    "55P03": "What it reads is locked.",
}
_WORDED: Final = "42"
"""The class of errors that name tables, columns and functions of the statement, and no data."""


def from_database(error: Any, host: str, *, connecting: bool = False) -> OutboundError:
    """Return what is told of an error of the driver; never the server's own words, but where they hold no data."""
    code = str(getattr(error, "pgcode", None) or "")
    if connecting or (code[:2] in ("08", "28", "3D", "57") and code != "57014"):
        return _of_the_way(str(error), code, host)
    if code in _OF_THE_STATEMENT or code[:2] == "22":
        known = _OF_THE_STATEMENT.get(code, "A value in it cannot be read.")
        return _refused(f"{known}{_said(error, code)}")
    if code[:2] == _WORDED:
        return _refused(_said(error, code).strip())
    if not code:
        return OutboundError("connection_broken", f"The connection to {host} broke in the middle of an answer.")
    return _refused(f"The database refused it ({code}).")


def _refused(text: str) -> OutboundError:
    return OutboundError("bad_query", f"The statement cannot be run. {text}", permanent=True)


def _said(error: Any, code: str) -> str:
    """Return the first line of the server's message where it can only repeat the statement; else nothing."""
    said = getattr(getattr(error, "diag", None), "message_primary", None) if code[:2] == _WORDED else None
    text = "".join(each if each.isprintable() else " " for each in str(said or ""))[:300]
    return f" It says: {text}." if text else ""


def _of_the_way(text: str, code: str, host: str) -> OutboundError:
    if code[:2] == "28" or "authentication" in text or "no password supplied" in text:
        words = f"{host} refused the user and password."
        return OutboundError("unauthorized", words, permanent=True)
    if code[:2] == "3D":
        return OutboundError("not_found", f"{host} has no database of this name.", permanent=True)
    if "certificate" in text or "SSL" in text:
        return OutboundError("certificate", f"{host} does not offer the TLS that is asked for.", permanent=True)
    if "timeout" in text:
        return OutboundError("timeout", f"{host} did not answer in time.")
    return OutboundError("connection_refused", f"{host} does not accept connections. Is the server running?")
