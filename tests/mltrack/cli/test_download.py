"""Every server hands out the CI client of its own version."""

from __future__ import annotations

from django.test import Client

from tests.mltrack.cli.server import CLI


def test_it_is_the_file_of_this_version() -> None:
    answer = Client().get("/cli/mltrack.py")
    assert answer.content == CLI.read_bytes()
    assert answer["Content-Type"] == "text/x-python; charset=utf-8"
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("public, max-age=300", "nosniff")


def test_it_need_not_be_sent_again() -> None:
    first = Client().get("/cli/mltrack.py")
    again = Client().get("/cli/mltrack.py", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert Client().post("/cli/mltrack.py").status_code == 405
