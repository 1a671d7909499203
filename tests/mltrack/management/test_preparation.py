"""Tables, static files and the way in, prepared once and not again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from mltrack import env, preparation
from mltrack.accounts.models import FirstRunCode, User


@pytest.fixture
def small_site(tmp_path: Path, settings: Settings) -> Path:
    """Static files of one file, collected to a folder of this test."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = str(tmp_path / "static")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    return source


def test_static_files_are_collected_once(small_site: Path, tmp_path: Path) -> None:
    assert preparation.collect(always_compare=True)
    assert list((tmp_path / "static").glob("a.*.css"))
    assert not preparation.collect(always_compare=True)


def test_a_changed_file_is_collected_again(small_site: Path, tmp_path: Path) -> None:
    preparation.collect(always_compare=True)
    (small_site / "a.css").write_text("a { color: blue }")
    os.utime(small_site / "a.css", (1, 1))
    assert preparation.collect(always_compare=True)
    (collected,) = (tmp_path / "static").glob("a.*.css")
    assert "blue" in collected.read_text()


def test_files_that_an_image_brought_are_taken_as_they_are(small_site: Path, tmp_path: Path) -> None:
    assert preparation.collect(always_compare=False)
    (small_site / "a.css").write_text("a { color: blue }")
    assert not preparation.collect(always_compare=False)


@pytest.mark.django_db
def test_nothing_is_applied_twice() -> None:
    assert preparation.unapplied() == 0
    assert preparation.migrate() == 0
    assert preparation.wait_for_tables(1)


@pytest.mark.django_db
def test_waiting_for_tables_has_an_end() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert preparation.unapplied() == 1
    assert not preparation.wait_for_tables(0.2, pause=0.05)


@pytest.mark.django_db
def test_while_nobody_exists_there_is_a_code() -> None:
    (line,) = preparation.way_in(demo=False)
    assert "one-time code" in line
    assert FirstRunCode.objects.count() == 1


@pytest.mark.django_db
def test_once_somebody_exists_there_is_none() -> None:
    User.objects.create_user("a@example.org", "a good password")
    assert preparation.way_in(demo=False) == []
    assert not preparation.seed()


@pytest.mark.django_db
def test_the_demo_signs_in_with_its_kept_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTRACK_HOME", str(tmp_path))
    User.objects.create_user(preparation.DEMO_EMAIL, "x")
    (env.home() / "demo_password").write_text("kept-word\n")
    (line,) = preparation.way_in(demo=True)
    assert "demo@example.org" in line and "kept-word" in line
    assert preparation.way_in(demo=False) == []
