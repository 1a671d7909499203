"""Versions of data out of DVC's `.dvc` files and `dvc.lock`: path, hash, size and number of files. Pure.

Values are read as the texts that they are, so that a hash of digits is no number; anchors and tags of YAML, which DVC
never writes, are refused.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

import yaml

LONGEST_FILE: Final = 500_000
MOST_PATHS: Final = 1_000
_DEEPEST: Final = 40
_LARGEST: Final = 2**62
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# In this order: what DVC took the hash from.
_HASHES: Final = ("md5", "etag", "checksum", "sha256", "blake3")
_FOLDERS: Final = frozenset({"data", "dataset", "datasets"})
_TABLES: Final = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".arrow", ".feather", ".avro", ".orc")


class DvcError(ValueError):
    """Why a file says nothing about data, in words."""


@dataclass(frozen=True, slots=True)
class DvcData:
    """A file or folder that DVC keeps: its path in the repository is its name. `uri` is where it was imported from."""

    name: str
    digest: str
    size: int | None = None
    files: int | None = None
    uri: str = ""


@dataclass(frozen=True, slots=True)
class DvcFound:
    """What a file says: versions in order of paths, and the paths that were passed over."""

    data: tuple[DvcData, ...]
    skipped: tuple[str, ...] = ()


def read_dvc(text: str, path: str = "", only: Sequence[str] = ()) -> DvcFound:
    """Return the versions of data that a DVC file pins. Raises DvcError in words.

    `path` is the file's own path in its repository: other paths are relative to its folder. `only` are patterns
    such as `data/*`, of which a path must fit one. Without them a `.dvc` file counts whole, and of a `dvc.lock` what
    lies in a folder named data or dataset(s), or is a table by its ending: the others are code, models and reports.
    """
    document = _document(text)
    folder = posixpath.dirname(path)
    stages = _stages(document)
    entries = list(_entries(document, folder)) if stages is None else list(_locked(stages, folder))
    if not entries:
        raise DvcError(_why_nothing(document))
    found: dict[str, DvcData] = {}
    skipped: set[str] = set()
    for name, entry, uri in entries:
        digest, size, files = _pinned(entry)
        wanted = _fits(name, only) if only else stages is None or _looks_like_data(name)
        if digest and wanted:
            found[name] = DvcData(name, digest, size, files, uri)
        else:
            skipped.add(name)
    if len(found) > MOST_PATHS:
        raise DvcError(f"It pins more than {MOST_PATHS:,} paths: name those that are data.")
    return DvcFound(tuple(found[name] for name in sorted(found)), tuple(sorted(skipped - set(found))))


def _document(text: str) -> Mapping[str, Any]:
    if len(text) > LONGEST_FILE:
        raise DvcError(f"It is longer than {LONGEST_FILE:,} characters.")
    loader: Any = None
    try:
        _look(text)
        loader = _LOADER(text)
        found = loader.get_single_data()
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, DvcError):
            raise
        raise DvcError("It is no YAML.") from None
    finally:
        if loader is not None:
            loader.dispose()
    if not isinstance(found, dict):
        raise DvcError("It is neither a .dvc file nor a dvc.lock.")
    return found


def _look(text: str) -> None:
    """Raise DvcError for what DVC never writes and what makes a small text a large document."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise DvcError("It has anchors or aliases, which DVC never writes.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise DvcError("It is nested too deeply.")


def _stages(document: Mapping[str, Any]) -> list[Any] | None:
    """Return the stages of a `dvc.lock`, of either of its two schemas; None for a `.dvc` file."""
    if isinstance(document.get("stages"), dict):
        return list(document["stages"].values())
    if "outs" in document or not document:
        return None
    stages = list(document.values())
    return stages if all(isinstance(each, dict) and "cmd" in each for each in stages) else None


def _why_nothing(document: Mapping[str, Any]) -> str:
    if isinstance(document.get("stages"), dict):
        return "Its stages have no files with a hash: send dvc.lock, not dvc.yaml."
    return "It names no outputs: it is neither a .dvc file nor a dvc.lock."


def _listed(value: Any) -> Iterator[Mapping[str, Any]]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict) and isinstance(each.get("path"), str) and each["path"]:
            yield each


def _entries(document: Mapping[str, Any], folder: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield the outputs of a `.dvc` file with their paths, and where they were imported from."""
    wdir = document.get("wdir")
    here = posixpath.join(folder, wdir) if isinstance(wdir, str) else folder
    origins = [_origin(each) for each in _listed(document.get("deps"))]
    uri = origins[0] if len(origins) == 1 else ""
    for each in _listed(document.get("outs")):
        yield _name(here, each["path"]), each, uri


def _locked(stages: Sequence[Any], folder: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    for stage in stages:
        if isinstance(stage, dict):
            for each in (*_listed(stage.get("deps")), *_listed(stage.get("outs"))):
                yield _name(folder, each["path"]), each, each["path"] if "://" in each["path"] else ""


def _origin(dependency: Mapping[str, Any]) -> str:
    """Return the address of an import: a repository at a revision with the path in it, or a plain address."""
    repository, path = dependency.get("repo"), str(dependency["path"])
    if not isinstance(repository, dict) or not isinstance(repository.get("url"), str):
        return path
    revision = repository.get("rev_lock") or repository.get("rev")
    return f"{repository['url']}{f'@{revision}' if isinstance(revision, str) else ''}:{path}"


def _name(folder: str, path: str) -> str:
    return path if "://" in path else posixpath.normpath(posixpath.join(folder, path))


def _pinned(entry: Mapping[str, Any]) -> tuple[str, int | None, int | None]:
    """Return hash, size in bytes and number of files of an entry; no hash where DVC has not seen the data."""
    size, files = _whole(entry.get("size")), _whole(entry.get("nfiles"))
    for name in _HASHES:
        if isinstance(entry.get(name), str) and entry[name]:
            return entry[name].strip('"'), size, files
    listed = entry.get("files")
    if isinstance(listed, list) and listed:
        return _listing_digest(listed), size, files if files is not None else len(listed)
    return _cloud_hash(entry), size, files


def _listing_digest(files: Sequence[Any]) -> str:
    """Return a digest of the files that a folder under cloud versioning lists; empty where one has no hash."""
    rows = []
    for each in files:
        digest = _pinned(each)[0] if isinstance(each, dict) and "files" not in each else ""
        if not digest or not isinstance(each.get("relpath"), str):
            return ""
        rows.append([each["relpath"], digest])
    return f"files:{hashlib.blake2b(json.dumps(sorted(rows)).encode(), digest_size=16).hexdigest()}"


def _cloud_hash(entry: Mapping[str, Any]) -> str:
    clouds = entry.get("cloud")
    for each in clouds.values() if isinstance(clouds, dict) else ():
        for name in ("etag", "version_id"):
            if isinstance(each, dict) and isinstance(each.get(name), str) and each[name]:
                return str(each[name]).strip('"')
    return ""


def _whole(value: Any) -> int | None:
    if not isinstance(value, str) or not value.isdecimal() or len(value) > 19 or int(value) > _LARGEST:
        return None
    return int(value)


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, each) for each in patterns)


def _looks_like_data(name: str) -> bool:
    parts = [each.lower() for each in name.split("/")]
    return bool(_FOLDERS & set(parts)) or parts[-1].endswith(_TABLES)
