"""DVC and dvclive: `metrics.json`, or what `dvc metrics show --json` prints. Pure.

Every number is a quality by its path, `train/loss`, without a threshold. A number that is none stands there as the
text "nan", and is named as not read.
"""

from __future__ import annotations

from typing import Any, Final

from projects.progress.observed_files.found import FileRead, FileRefused, mapping_of

METHOD: Final = "metric"
DEEPEST: Final = 8


def read(document: Any, found: FileRead) -> None:
    """Read the numbers into `found`. Raises FileRefused for what is no object."""
    if not isinstance(document, dict):
        raise FileRefused("Metrics are an object of names and numbers.")
    if _is_shown(document):
        for revision, shown in document.items():
            for path, file in mapping_of(mapping_of(shown).get("data")).items():
                part = mapping_of(file)
                if "data" in part:
                    _walk(part["data"], (revision, path) if revision else (path,), found)
                else:
                    found.skip(f"{path}: {str(part.get('error') or 'it has no data')[:80]}")
        return
    _walk(document, (), found)


def _is_shown(document: dict[str, Any]) -> bool:
    """Say whether it is what `dvc metrics show` prints: by revision, then by file."""
    return bool(document) and all(isinstance(each, dict) and "data" in each for each in document.values())


def _walk(value: Any, path: tuple[str, ...], found: FileRead) -> None:
    if isinstance(value, dict):
        if len(path) > DEEPEST:
            found.skip(f"{'/'.join(path)}: it lies too deep")
            return
        for name, inner in value.items():
            _walk(inner, (*path, str(name)), found)
    elif path:
        found.keep("quality", "/".join(path), value, method=METHOD)
    else:
        found.skip("what is no object of names and numbers")
