"""A strict reader of OpenMetrics text, after the ABNF of the OpenMetrics 1.0 specification (prometheus.io)."""

from __future__ import annotations

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
TYPES = "counter|gauge|histogram|gaugehistogram|stateset|info|summary|unknown"
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
DESCRIPTOR = re.compile(rf"# (?:TYPE ({NAME}) ({TYPES})|HELP ({NAME}) [^\n]*)")
SAMPLE = re.compile(rf"({NAME})(\{{(?:{LABEL}(?:,{LABEL})*)?\}})? ({NUMBER})")


def read(text: str) -> dict[str, float]:
    """Samples by name and labels; AssertionError where the text breaks the grammar or interleaves families."""
    assert text.endswith("# EOF\n"), "must end with # EOF and one line feed"
    samples: dict[str, float] = {}
    types: dict[str, str] = {}
    family = ""
    for line in text[: -len("# EOF\n")].splitlines():
        descriptor = DESCRIPTOR.fullmatch(line)
        if descriptor:
            family = descriptor[1] or descriptor[3]
            if descriptor[1]:
                assert family not in types, f"family {family} comes twice"
                types[family] = descriptor[2]
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, f"not a sample: {line!r}"
        assert sample[1] == family, f"{sample[1]} outside its family"
        key = sample[1] + (sample[2] or "")
        assert key not in samples, f"{key} comes twice"
        if types[family] == "stateset":
            assert sample[3] in ("0.0", "1.0") and f'{family}="' in key
        samples[key] = float(sample[3])
    return samples
