"""What a connection's page says of its pulls."""

from __future__ import annotations

import re
from html import unescape

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member
from projects.models import Connection
from tests.kpis.views.conftest import browser

_LINE = re.compile(r'<tr><th scope="row">(.*?)</tr>', re.S)
_TAG = re.compile(r"<[^>]*>")


def pulls_shown(connection: Connection) -> list[str]:
    """Return the lines of the pulls on a connection's page, the newest first, as a member sees them."""
    member = Member.objects.select_related("user", "workspace").get(workspace=connection.workspace)
    person = Principal(workspace=member.workspace, role=member.role, user=member.user)
    page = browser(person).get(f"/w/{member.workspace.key}/connections/{connection.public_id}/")
    assert page.status_code == 200
    _, _, pulls = page.content.decode().partition("<h2>Pulls</h2>")
    return [" ".join(unescape(_TAG.sub(" ", line)).split()) for line in _LINE.findall(pulls.split("</section>")[0])]
