"""`manage.py create_token --workspace W --user U --scopes read,gate`: print a new token alone on stdout."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404

from mltrack.accounts.access import principal_in
from mltrack.accounts.models import User
from mltrack.accounts.services.tokens import create_token


class Command(BaseCommand):
    """Make an API token for a member."""

    help = "Make an API token of a member and print it alone; it is shown only once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--workspace", required=True, help="the key of the workspace")
        parser.add_argument("--user", required=True, help="the member's e-mail address")
        parser.add_argument("--scopes", required=True, nargs="+", help="scopes, parted by commas or spaces")
        parser.add_argument("--name", default="command line", help="a name to know it by")
        parser.add_argument("--days", type=int, default=90, help="its lifetime, 1 to 366")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the token in the member's own name."""
        user = User.objects.filter(email=options["user"].strip().lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['user']}.")
        scopes = [scope for each in options["scopes"] for scope in each.split(",") if scope]
        try:
            principal = principal_in(user, options["workspace"])
            _, text = create_token(principal, user=user, name=options["name"], scopes=scopes, days=options["days"])
        except Http404 as error:
            raise CommandError(f"{user.email} is no member of a workspace {options['workspace']}.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(text)
