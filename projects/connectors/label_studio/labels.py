"""What an annotation says, as one label value: which control decides, and how its results are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from projects.connectors.texts import joined_label

NOTHING: Final = "(none)"
"""The label of an annotation that was submitted with nothing in it."""

STEP: Final = " / "


@dataclass(frozen=True, slots=True)
class Control:
    """The control that decides: its name, its tag in lower case, and the names of all controls beside it."""

    name: str
    tag: str
    names: frozenset[str]


def _texts(value: Any) -> list[str]:
    """Return a text, or texts, without blanks that say nothing. Raises ValueError."""
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in found):
        raise ValueError("a value is no text")
    return [" ".join(each.split()) for each in found]


def _paths(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise ValueError("a value is no list of paths")
    return [STEP.join(_texts(each)) for each in value]


def _number(value: Any) -> list[str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a value is no number")
    return [f"{value:.12g}"]


_Reader = Callable[[Any], list[str]]
_REGIONS: Final = (
    "labels",
    "rectanglelabels",
    "polygonlabels",
    "ellipselabels",
    "keypointlabels",
    "brushlabels",
    "bitmasklabels",
    "vectorlabels",
    "hypertextlabels",
    "paragraphlabels",
    "timeserieslabels",
    "timelinelabels",
)
READERS: Final[Mapping[str, tuple[tuple[str, ...], _Reader]]] = {
    "choices": (("choices",), _texts),
    "taxonomy": (("taxonomy",), _paths),
    "pairwise": (("selected",), _texts),
    **{tag: ((tag, "labels"), _texts) for tag in _REGIONS},
    "rating": (("rating",), _number),
    "number": (("number",), _number),
    "datetime": (("datetime",), _texts),
    "textarea": (("text",), _texts),
}
"""How a control is read, in the order in which they decide: the keys under which its value stands, and the reader."""

_FAMILIES: Final = dict.fromkeys(_REGIONS, "labels")
_RANKS: Final = {family: rank for rank, family in enumerate(dict.fromkeys(_FAMILIES.get(tag, tag) for tag in READERS))}


def deciding(configuration: Any, wanted: str = "") -> Control | None:
    """Return the control that is the label, of a project's parsed configuration; None where none can be read.

    It is the one called `wanted`, where there is such a one that can be read; else the first by kind: choices,
    taxonomy, pairwise, labels of regions or spans, rating, number, date, text. Among controls of one kind the first of
    the configuration decides.
    """
    if not isinstance(configuration, dict):
        return None
    tags = {name: str(each.get("type") or "").lower() for name, each in configuration.items() if isinstance(each, dict)}
    readable = [Control(name, tag, frozenset(tags)) for name, tag in tags.items() if tag in READERS]
    named = [each for each in readable if each.name == wanted]
    return min(named or readable, key=lambda each: _RANKS[_FAMILIES.get(each.tag, each.tag)], default=None)


def label_of(results: Any, control: Control) -> str:
    """Return the label of an annotation's results; `NOTHING` where the control was left empty.

    Several values are sorted and joined, so that the order in which somebody clicked says nothing; of regions and spans
    only which labels there are counts, neither where nor how many. Texts are compared without differences of blanks;
    those that are too long are cut and keep a digest. Raises ValueError in words.
    """
    if not isinstance(results, list) or not all(isinstance(each, dict) for each in results):
        raise ValueError("its result is no list of objects")
    names = [each["from_name"] for each in results if isinstance(each.get("from_name"), str)]
    if names and control.names.isdisjoint(names):
        raise ValueError(f"the control {names[0][:60]!r} is unknown to its project")
    own = [each for each in results if each.get("from_name") == control.name]
    parts = {part for each in own for part in _parts(each, control.tag) if part}
    return joined_label(parts) or NOTHING


def _parts(result: Mapping[str, Any], tag: str) -> Iterable[str]:
    value = result.get("value")
    if not isinstance(value, dict):
        raise ValueError("a result has no value")
    keys, read = READERS[tag]
    found = next((value[key] for key in keys if value.get(key) is not None), None)
    return [] if found is None else read(found)
