"""Great Expectations: `ValidationResult.to_json_dict()` of a batch. Pure.

Each expectation is a quality: of one about rows the share that is as expected, against `mostly`; of one about a whole
column or table 1 or 0. One that could not be evaluated, such as of a missing column, has an empty result and says so
in `exception_info`: it has failed, 0.
"""

from __future__ import annotations

from typing import Any

from projects.progress.observed_files.found import FileRead, FileRefused, list_of, mapping_of, number_of, whole_of


def read(document: Any, found: FileRead) -> None:
    """Read the results into `found`. Raises FileRefused for another document."""
    results = mapping_of(document).get("results")
    if not isinstance(results, list):
        raise FileRefused("This is no result of a validation: it has no list called results. Send to_json_dict().")
    for each in list_of(results):
        _result(mapping_of(each), found)


def _result(each: dict[str, Any], found: FileRead) -> None:
    config = mapping_of(each.get("expectation_config"))
    kind = config.get("type") or config.get("expectation_type")
    if not isinstance(kind, str) or not isinstance(each.get("success"), bool):
        found.skip("a result without a type or without success")
        return
    asked, result = mapping_of(config.get("kwargs")), mapping_of(each.get("result"))
    name = f"{_about(asked)} {kind.removeprefix('expect_').removeprefix('column_')}"
    cases = whole_of(result.get("element_count"))
    wrong, judged = whole_of(result.get("unexpected_count")), _judged(result, cases)
    if wrong is not None and 0 < judged >= wrong and not _raised(each):
        mostly = number_of(asked.get("mostly"))
        limit = 1.0 if mostly is None else mostly
        share = (judged - wrong) / judged
        found.keep("quality", name, share, n=judged, method="share as expected", threshold=limit)
        return
    method = "could not be evaluated" if _raised(each) else "passed"
    found.keep("quality", name, float(each["success"]), n=cases, method=method, threshold=1.0)


def _about(asked: dict[str, Any]) -> str:
    names = [asked.get("column"), asked.get("column_A"), asked.get("column_B"), *list_of(asked.get("column_list"))]
    return ", ".join(each for each in names if isinstance(each, str)) or "table"


def _judged(result: dict[str, Any], cases: int | None) -> int:
    """Return how many rows were looked at: nulls are left out, as Great Expectations leaves them out."""
    return (cases or 0) - (whole_of(result.get("missing_count")) or 0)


def _raised(each: dict[str, Any]) -> bool:
    """Say whether it raised: `exception_info` is about the expectation itself, or one by metric below it."""
    info = mapping_of(each.get("exception_info"))
    return any(mapping_of(part).get("raised_exception") is True for part in (info, *info.values()))
