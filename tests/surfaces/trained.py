"""Real models of the handwritten digits that scikit-learn ships (Alpaydin & Kaynak 1998, UCI), as rows of cases."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

COLUMNS = ("id", "prediction", "label", "confidence", "digit")
UNSEEN = 8


def held_out_rows(*, without: int | None = None, cases: int = 1000) -> Iterator[tuple[Any, ...]]:
    """Train a logistic regression on 797 digits and yield what it says of held-out ones.

    `without` leaves all examples of one digit out of the training: a model that has never seen it.
    """
    images, labels = load_digits(return_X_y=True)
    x, held, y, truth = train_test_split(images, labels, test_size=1000, random_state=0, stratify=labels)
    kept = np.ones(len(y), dtype=bool) if without is None else y != without
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=2000)).fit(x[kept], y[kept])
    chances = model.predict_proba(held[:cases])
    said = model.classes_[chances.argmax(axis=1)]
    for number, row in enumerate(zip(said.tolist(), truth[:cases].tolist(), chances.max(axis=1).tolist())):
        prediction, label, confidence = row
        yield f"digit-{number}", prediction, label, confidence, label


def written(path: Path, rows: Iterator[tuple[Any, ...]]) -> Path:
    """Write rows as CSV with a heading."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return path
