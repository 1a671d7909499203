"""Two workspaces full of everything, and everybody who may come to their pages, each with what the browser keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.test import Client
from django.utils import timezone

from kpis.models import Subscription
from kpis.services.badges import badge_token
from kpis.services.calendar_links import create_link
from kpis.services.mail_choices import off_path
from kpis.services.shares import create_share
from kpis.services.subscriptions import off_path as subscription_off
from mltrack.accounts.access import Principal
from mltrack.accounts.models import ApiToken, Member, User
from mltrack.accounts.services.members import invite
from projects.models import Connection, Initiative
from projects.services.nudges import nudge_token
from tests.api.people import Team, newcomer
from tests.api.world import fill
from tests.mltrack.accounts.api.callers import caller

BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
CSRF: Final = "c" * 32
CANARY: Final = "canary-south"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the door: what they are for the pages, and a session cookie or a token text.

    `standing` is a role, or `nobody` (not signed in, as far as pages go), `outsider` (signed in, a member of another
    workspace) or `operator` (an outsider who runs the installation).
    """

    standing: str
    session: str = ""
    bearer: str = ""
    is_approver: bool = False
    is_labeling_lead: bool = False

    def ask(self, method: str, path: str, body: Any = None, *, csrf: bool = True, **headers: str) -> Any:
        """Return the answer to a request, as the browser sends it: with or without its CSRF token."""
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        if self.session:
            client.cookies["sessionid"] = self.session
        if self.bearer:
            headers["Authorization"] = f"Bearer {self.bearer}"
        if csrf:
            client.cookies["csrftoken"] = CSRF
            headers["X-CSRFToken"] = CSRF
        send = getattr(client, method.lower())
        if method != "POST":
            return send(path, headers=headers)
        return send(path, _encoded(body or {}), "application/x-www-form-urlencoded", headers=headers)


def _encoded(body: Mapping[str, Any]) -> bytes:
    """Return a form's text; what no browser would send, such as half a character, is sent all the same."""
    return urlencode(body, doseq=True, errors="surrogatepass").encode()


@dataclass(frozen=True, slots=True)
class PageWorld:
    """Our workspace and theirs: an id of each kind, and who comes."""

    team: Team
    ours: Mapping[str, str]
    theirs: Mapping[str, str]
    visitors: Mapping[str, Visitor]

    @property
    def admin(self) -> Visitor:
        """The admin of our workspace, who is an approver too."""
        return self.visitors["admin"]


def make_page_world() -> PageWorld:
    """Return both workspaces, filled through the services, and the visitors."""
    team = Team()
    ours = full(team.principal)
    south = team.principal_of(team.stranger)
    fill(south, CANARY)
    theirs = full(south, CANARY, "SOUTH")
    return PageWorld(team, ours, theirs, visitors_of(team))


def full(owner: Principal, mark: str = "north", key: str = "CHURN") -> dict[str, str]:
    """Fill a workspace and return an id of each kind that a path, query or form may name."""
    initiative, ids = fill(owner, mark, key)
    Initiative.objects.filter(pk=initiative.pk).update(sponsor=mark)
    kpi = initiative.contributions.get().kpi
    invitation, secret = invite(owner, email=f"{mark}@example.org", role="viewer")
    assert owner.user is not None
    link, calendar = create_link(owner)
    _, share = create_share(owner, kind="kpi", target=kpi.key)
    token = ApiToken.objects.filter(workspace=owner.workspace).earliest("pk")
    member = Member.objects.get(workspace=owner.workspace, user=owner.user)
    return {
        **ids,
        "workspace": owner.workspace.key,
        "tied": kpi.key,
        "field": "name",
        "task_field": "title",
        "check": "data.schema",
        "member_id": member.public_id,
        "invitation_id": invitation.public_id,
        "invitation": secret,
        "token_id": token.public_id,
        "badge": badge_token(initiative),
        "calendar_id": link.public_id,
        "mails": off_path(member, "reminders").split("/")[2],
        "calendar": calendar,
        "share": share,
        "part": "history",
        "subscription": subscription_off(Subscription.objects.get(public_id=ids["subscription_id"])).split("/")[2],
        "nudge": nudge_token(Connection.objects.get(public_id=ids["connection_id"])),
        "reset": f"{user_pk_to_url_str(owner.user)}-{default_token_generator.make_token(owner.user)}",
    }


def session_of(user: User) -> str:
    """Return a session cookie of a person."""
    if not user.has_usable_password():
        user.set_password("a long enough password")
        user.save(update_fields=["password"])
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.cookies["sessionid"].value


def visitors_of(team: Team) -> dict[str, Visitor]:
    """Return everybody: a token of any kind is no way into a page, and a session is worth what its person is now."""
    tokens = {name: caller(team.admin.user, team.workspace) for name in ("revoked", "expired", "token")}
    ApiToken.objects.filter(pk=tokens["revoked"].token.pk).update(revoked_at=timezone.now())
    ApiToken.objects.filter(pk=tokens["expired"].token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    tokens["read-only token"] = caller(team.admin.user, team.workspace, ["read"])
    found = {"anonymous": Visitor("nobody")}
    found |= {name: Visitor("nobody", bearer=each.text) for name, each in tokens.items()}
    for role in ("viewer", "contributor", "manager", "admin"):
        session = session_of(getattr(team, role).user)
        found[role] = Visitor(role, session, is_approver=role == "admin")
    found["lead"] = Visitor("viewer", session_of(team.lead.user), is_labeling_lead=True)
    found["approver"] = Visitor("viewer", session_of(team.approver.user), is_approver=True)
    found["stranger"] = Visitor("outsider", session_of(team.stranger.user))
    return found | _fallen(team)


def _fallen(team: Team) -> dict[str, Visitor]:
    """Return people who lost what they were while they were signed in, and the operator, who was never a member."""
    users = {name: newcomer(name).user for name in ("deactivated", "removed", "demoted", "operator")}
    members = {
        name: Member.objects.create(workspace=team.workspace, user=users[name], role="admin", is_approver=True)
        for name in ("deactivated", "removed", "demoted")
    }
    sessions = {name: session_of(user) for name, user in users.items()}
    User.objects.filter(pk=users["deactivated"].pk).update(is_active=False)
    User.objects.filter(pk=users["operator"].pk).update(is_superuser=True)
    members["removed"].delete()
    Member.objects.filter(pk=members["demoted"].pk).update(role="viewer", is_approver=False)
    standing = {"deactivated": "nobody", "removed": "outsider", "demoted": "viewer", "operator": "operator"}
    return {name: Visitor(standing[name], sessions[name]) for name in users}
