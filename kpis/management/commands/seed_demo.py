"""Make the sample workspace, and the person who may look at it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.crypto import get_random_string

from kpis.services.sample import WORKSPACE, make_sample
from mltrack import env
from mltrack.accounts.models import User, Workspace

EMAIL = "demo@example.org"


class Command(BaseCommand):
    help = "Make the sample workspace `demo` with demo@example.org; the password is kept in the data folder."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--if-empty`."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing when any user exists")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing; a second call changes nothing."""
        if options["if_empty"] and User.objects.exists():
            return
        if Workspace.objects.filter(key=WORKSPACE).exists():
            self.stdout.write("The sample workspace is there already.")
            return
        user = User.objects.filter(email=EMAIL).first()
        if user is None:
            password = env.private_file("demo_password", get_random_string(16))
            user = User.objects.create_user(EMAIL, password, name="Demo", is_superuser=True)
        make_sample(user)
        self.stdout.write(
            f"Sample workspace {WORKSPACE}: sign in as {EMAIL}; the password is in {env.home()}/demo_password."
        )
