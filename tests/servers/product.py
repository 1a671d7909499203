"""The product's own web process on a test's database, and a token for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection as database

from mltrack import env, roles
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, Role
from mltrack.accounts.services.tokens import create_token
from projects.models import Initiative
from tests.databases import url_of
from tests.servers.processes import end, free_port, spawn, wait_for


def token_of(initiative: Initiative, *scopes: str) -> str:
    """Return the text of a new token of the workspace's owner."""
    owner = Member.objects.select_related("user").filter(workspace=initiative.workspace, role=Role.ADMIN).first()
    assert owner is not None
    principal = Principal(workspace=initiative.workspace, role=owner.role, user=owner.user, is_approver=True)
    return create_token(principal, user=owner.user, name="ci", scopes=scopes or ("read", "runs:write"))[1]


@contextmanager
def serve(folder: Path, **more: str) -> Iterator[str]:
    """Give the address of one web process on this test's database until the end of the block."""
    address, log = f"127.0.0.1:{free_port()}", folder / "web.log"
    own = {
        "DATABASE_URL": url_of(str(database.settings_dict["NAME"])),
        "DJANGO_SETTINGS_MODULE": "mltrack.settings",
        "PYTHONPATH": os.pathsep.join([str(env.BASE_DIR), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    }
    process = spawn([sys.executable, *roles.web(address, 1)], log, {**own, **more})
    try:
        wait_for(f"http://{address}/healthz", process, log)
        yield f"http://{address}"
    finally:
        end(process)
