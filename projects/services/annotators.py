"""Annotators as pseudonyms: what a tool calls a person goes in, a keyed hash and a small number are kept."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from hashlib import sha256

from django.conf import settings

from projects.models import Annotator, LabelingProject


def pseudonym_of(project: LabelingProject, name: str) -> str:
    """Return the keyed hash of a person's name in a project: nobody without `SECRET_KEY` finds the name from it.

    Another project gives the same person another one.
    """
    key = sha256(f"mltrack.annotators:{project.workspace_id}:{project.pk}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, name.encode("utf-8", "surrogatepass"), sha256).hexdigest()[:40]


def annotators_named(project: LabelingProject, names: Collection[str]) -> dict[str, Annotator]:
    """Return annotators by what the tool calls them, made where they are new. The caller holds the project's row.

    Numbers of new ones follow the order of the pseudonyms, which says nothing of the names.
    """
    wanted = {name: pseudonym_of(project, name) for name in names}
    known = {each.pseudonym: each for each in Annotator.objects.filter(project=project)} if wanted else {}
    fresh = sorted(set(wanted.values()) - set(known))
    first = max((each.number for each in known.values()), default=0) + 1
    made = Annotator.objects.bulk_create(
        Annotator(project=project, number=number, pseudonym=each) for number, each in enumerate(fresh, first)
    )
    found = known | {each.pseudonym: each for each in made}
    return {name: found[pseudonym] for name, pseudonym in wanted.items()}
