"""A mail server that keeps what it is given, and refuses to order."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class Talk(socketserver.StreamRequestHandler):
    """One conversation in SMTP, RFC 5321, as far as a client needs it."""

    server: SmtpSink

    def handle(self) -> None:
        """Answer line by line; a verb with answers in `says` gets the next of them, an empty one hangs up."""
        self.wfile.write(b"220 sink\r\n")
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].upper().decode()
            if verb == "DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.raw.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            usual = b"221 bye" if verb == "QUIT" else b"250 ok"
            script = self.server.says.get(verb)
            answer = script.pop(0) if script else usual
            if not answer:
                return
            self.wfile.write(answer + b"\r\n")
            if verb == "QUIT":
                return


class SmtpSink(socketserver.ThreadingTCPServer):
    """`raw` are the mails as they came, `says` the answers to verbs other than the usual ones, in turn."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.raw: list[bytes] = []
        self.says: dict[str, list[bytes]] = {}

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails, parsed."""
        return [message_from_bytes(each, policy=policy.default) for each in self.raw]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: clients that go away belong to these tests."""


@contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    """Give a mail server until the end of the block."""
    with SmtpSink() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
