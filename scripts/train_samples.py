"""Train the models of the sample stories and write kpis/samples/results.json and kpis/samples/cases.json.

Three data sets that scikit-learn ships (no download): handwritten digits (Alpaydin & Kaynak 1998, UCI), the
Wisconsin diagnostic breast-cancer set (Wolberg et al. 1995, UCI) and the wine recognition set (Aeberhard &
Forina 1991, UCI). Each model decides alone where its highest class probability reaches its threshold; the rest
goes to people. What is kept are counts on held-out rows, and of each of these rows its label, its slices, and what each
model said of it and how surely (in ten-thousandths), so that every figure can be computed again.

Run: python scripts/train_samples.py   (needs requirements-dev.txt; ends in under a minute; fixed seeds)
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

HERE = Path(__file__).resolve().parent.parent / "kpis" / "samples"
SEED = 0


def scaled(model: Any) -> Any:
    """Return the model behind a scaler."""
    return make_pipeline(StandardScaler(), model)


def logistic(c: float) -> Any:
    """Return a logistic regression with inverse regularisation `c`."""
    return scaled(LogisticRegression(C=c, max_iter=2000))


def forest(trees: int, depth: int | None) -> Any:
    """Return a random forest."""
    return RandomForestClassifier(n_estimators=trees, max_depth=depth, random_state=SEED)


def vectors(c: float) -> Any:
    """Return a support-vector machine with probabilities."""
    return CalibratedClassifierCV(scaled(SVC(C=c, random_state=SEED)), ensemble=False)


STORIES: dict[str, dict[str, Any]] = {
    "digits": {
        "load": load_digits,
        "slice": ("ink", ("faint", "dark"), lambda x: x.mean(axis=1)),
        "test_size": 1000,
        "models": [
            ("nearest guess", {"model": "most frequent class"}, DummyClassifier(strategy="most_frequent"), 0.0),
            ("logistic, strong penalty", {"model": "logistic", "C": "0.0001"}, logistic(1e-4), 0.115),
            ("logistic", {"model": "logistic", "C": "0.01"}, logistic(1e-2), 0.5),
            ("forest of 50", {"model": "forest", "trees": "50", "depth": "8"}, forest(50, 8), 0.45),
            ("forest of 300", {"model": "forest", "trees": "300", "depth": "none"}, forest(300, None), 0.45),
            ("vectors, C 1", {"model": "svm", "C": "1"}, vectors(1.0), 0.6),
            ("vectors, C 10", {"model": "svm", "C": "10"}, vectors(10.0), 0.6),
        ],
    },
    "breast_cancer": {
        "load": load_breast_cancer,
        "slice": ("nuclei", ("small", "large"), lambda x: x[:, 0]),
        "test_size": 285,
        "models": [
            ("most frequent", {"model": "most frequent class"}, DummyClassifier(strategy="most_frequent"), 0.0),
            ("small forest", {"model": "forest", "trees": "20", "depth": "3"}, forest(20, 3), 0.95),
            ("forest", {"model": "forest", "trees": "200", "depth": "none"}, forest(200, None), 0.95),
            ("logistic", {"model": "logistic", "C": "0.1"}, logistic(0.1), 0.95),
        ],
    },
    "wine": {
        "load": load_wine,
        "slice": ("alcohol", ("light", "strong"), lambda x: x[:, 0]),
        "test_size": 90,
        "models": [
            ("most frequent", {"model": "most frequent class"}, DummyClassifier(strategy="most_frequent"), 0.0),
            ("stump forest", {"model": "forest", "trees": "10", "depth": "1"}, forest(10, 1), 0.5),
            ("logistic, strong penalty", {"model": "logistic", "C": "0.001"}, logistic(1e-3), 0.4),
        ],
    },
}


def digest(*arrays: Any) -> str:
    """Return the SHA-256 of the arrays' bytes: the data fingerprint."""
    hasher = hashlib.sha256()
    for array in arrays:
        hasher.update(np.ascontiguousarray(array).tobytes())
    return hasher.hexdigest()


def measure(model: Any, threshold: float, x: Any, y: Any) -> dict[str, int]:
    """Return the counts at the threshold: n, decided, and errors among the decided and among all."""
    probabilities = model.predict_proba(x)
    wrong = model.classes_[probabilities.argmax(axis=1)] != y
    decided = probabilities.max(axis=1) >= threshold
    return {
        "n": len(y),
        "decided": int(decided.sum()),
        "errors_decided": int((wrong & decided).sum()),
        "errors_all": int(wrong.sum()),
    }


def said(model: Any, x: Any) -> dict[str, Any]:
    """Return what a model says of each row, and how surely in ten-thousandths, rounded half to even."""
    probabilities = model.predict_proba(x)
    levels = np.rint(probabilities.max(axis=1) * 10_000).astype(int)
    return {"predictions": model.classes_[probabilities.argmax(axis=1)].tolist(), "levels": levels.tolist()}


def story(
    load: Any,
    slice: tuple[str, tuple[str, str], Any],
    test_size: int,
    models: list[tuple[str, dict[str, str], Any, float]],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Train one story's models on one split; return its data with its runs, and its held-out rows.

    A row's slice says on which side of the training data's median a number of it lies.
    """
    x, y = load(return_X_y=True)
    parts = train_test_split(x, y, test_size=test_size, random_state=SEED, stratify=y)
    x_train, x_test, y_train, y_test = parts
    column, (below, above), number = slice
    sides = np.where(number(x_test) < np.median(number(x_train)), below, above)
    runs, cases = [], []
    for name, params, model, threshold in models:
        model.fit(x_train, y_train)
        runs.append(
            {"name": name, "params": params, "threshold": threshold, **measure(model, threshold, x_test, y_test)}
        )
        cases.append(said(model, x_test))
    data = {"train": (x_train, y_train), "test": (x_test, y_test)}
    datasets = {part: {"digest": digest(*arrays), "rows": len(arrays[1])} for part, arrays in data.items()}
    rows = {"labels": y_test.tolist(), "slices": {column: sides.tolist()}, "runs": cases}
    return {"datasets": datasets, "runs": runs}, rows


def main() -> None:
    """Train everything and write both files."""
    told = {name: story(**parts) for name, parts in STORIES.items()}
    made_with = {"scikit_learn": sklearn.__version__, "numpy": np.__version__, "seed": SEED}
    results = {**made_with, "stories": {name: result for name, (result, _) in told.items()}}
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    cases = {name: rows for name, (_, rows) in told.items()}
    (HERE / "cases.json").write_text(json.dumps(cases, separators=(",", ":")).replace('"runs":', '\n"runs":') + "\n")


if __name__ == "__main__":
    main()
