"""`python -m benchmarks.rows FILE`: the statistics of a file of cases, in one process with numpy. No Django."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Final

import numpy as np

from projects.progress.evaluations.tally import Tally, tally_rows

SLICES: Final = {"region": 6, "channel": 3, "product": 4}
GROUPS: Final = {"sex": 2, "age": 4}


def written(path: Path, rows: int) -> Path:
    """Write cases with ids, three slices and two groups; one in twenty abstains."""
    random = np.random.default_rng(7)
    confidence = random.beta(5, 1.5, rows)
    label = random.integers(0, 2, rows)
    predicted = np.where(random.random(rows) < confidence, label, 1 - label)
    names = np.array(["stay", "leave"])
    told = np.where(random.random(rows) < 0.05, "", np.char.mod("%.5f", confidence))
    columns = [[f"case-{number:08d}" for number in range(rows)], names[predicted], names[label], told]
    columns += [
        np.char.add("value-", random.integers(0, most, rows).astype(str)) for most in (SLICES | GROUPS).values()
    ]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "prediction", "label", "confidence", *SLICES, *GROUPS])
        writer.writerows(zip(*columns))
    return path


def counted(path: Path | str) -> Tally:
    """Return the tally of the file: what the product must keep, and what the floor computes."""
    with open(path, newline="") as file:
        reader = csv.reader(file)
        head = next(reader)
        columns = dict(zip(head, zip(*reader)))
    right = np.array(columns["prediction"]) == np.array(columns["label"])
    confidences = np.array([each or "nan" for each in columns["confidence"]]).astype(np.float64)
    slices, groups = ({name: columns[name] for name in names} for names in (SLICES, GROUPS))
    return tally_rows(confidences, right, slices, groups)


if __name__ == "__main__":
    print(counted(sys.argv[1]).n)
