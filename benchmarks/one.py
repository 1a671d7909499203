"""Runs one benchmark in a process and a database of its own: NAME SIZE FILE, results as JSON in FILE."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import django

from benchmarks.sizes import SIZES

if __name__ == "__main__":
    django.setup()
    name, size, file = sys.argv[1:]
    results = import_module(f"benchmarks.{name}").measure(SIZES[size])
    Path(file).write_text(json.dumps([asdict(each) for each in results]))
