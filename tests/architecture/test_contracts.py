"""Contracts of imports name every module that they are about: one that is forgotten is one that nobody watches."""

from __future__ import annotations

from configparser import ConfigParser

from tests.architecture.sources import ROOT


def test_all_of_judgement_but_its_charts_is_kept_from_plotly() -> None:
    parser = ConfigParser()
    parser.read(ROOT / ".importlinter")
    listed = set(parser["importlinter:contract:plotly"]["source_modules"].split())
    parts = {each.stem for each in (ROOT / "kpis").iterdir() if each.suffix == ".py" or (each / "__init__.py").exists()}
    assert {"mltrack", "projects", *(f"kpis.{each}" for each in parts - {"__init__", "charts", "migrations"})} == listed
