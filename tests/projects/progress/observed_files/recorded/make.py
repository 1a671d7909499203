"""Makes the result files beside it: `python make.py evidently > evidently.json`, each in an environment of its own.

| word | what its environment needs |
|---|---|
| evidently | evidently 0.7, pandas below 3 |
| great_expectations | great-expectations, pandas |
| pandera | pandera[pandas] |
| dvclive | dvclive |

Each file says under `made_by` which versions made it, and holds what the library wrote under `document`, but for paths
of the machine in tracebacks.
"""

from __future__ import annotations

import json
import math
import re
import sys
import tempfile
from contextlib import chdir
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

REFERENCE: dict[str, list[Any]] = {
    "age": [20 + number % 40 for number in range(400)],
    "amount": [float(number % 97) for number in range(400)],
    "state": [("IL", "IN", "IA")[number % 3] for number in range(400)],
}
# Ages as before, amounts higher, and hardly anything from IL.
CURRENT: dict[str, list[Any]] = {
    "age": [20 + number * 7 % 40 for number in range(400)],
    "amount": [float(number % 97) + 30 for number in range(400)],
    "state": [("IN", "IA", "IN", "IA", "IN", "IA", "IN", "IA", "IN", "IL")[number % 10] for number in range(400)],
}


def evidently() -> Any:
    """Return a report of drift: p-values by default, distances where they are asked for, and counts."""
    evidently, metrics, presets, pandas = map(
        import_module, ("evidently", "evidently.metrics", "evidently.presets", "pandas")
    )
    current = dict(CURRENT, amount=[None, None, *CURRENT["amount"][2:]])
    report = evidently.Report(
        [
            presets.DataDriftPreset(),
            metrics.ValueDrift(column="age", method="psi"),
            metrics.ValueDrift(column="amount", method="wasserstein", threshold=0.2),
            metrics.ValueDrift(column="state", method="jensenshannon"),
            metrics.ValueDrift(column="state", method="chisquare", threshold=0.01),
            metrics.RowCount(),
            metrics.MissingValueCount(column="amount"),
            metrics.MeanValue(column="age"),
        ],
        include_tests=True,
    )
    made = report.run(pandas.DataFrame(current), pandas.DataFrame(REFERENCE))
    return json.loads(made.json())


def great_expectations() -> Any:
    """Return a validation of one batch: shares of rows, a whole table, a missing column, and one that is right."""
    gx, pandas = import_module("great_expectations"), import_module("pandas")
    frame = pandas.DataFrame(dict(CURRENT, amount=[None, -5.0, *CURRENT["amount"][2:]]))
    context = gx.get_context(mode="ephemeral")
    batch = context.data_sources.add_pandas("pandas").add_dataframe_asset("refills")
    batch = batch.add_batch_definition_whole_dataframe("whole")
    make = gx.expectations
    suite = context.suites.add(
        gx.ExpectationSuite(
            "refills",
            expectations=[
                make.ExpectColumnValuesToNotBeNull(column="amount"),
                make.ExpectColumnValuesToBeBetween(column="amount", min_value=0, mostly=0.99),
                make.ExpectColumnValuesToBeInSet(column="state", value_set=["IL", "IN", "IA"]),
                make.ExpectColumnValuesToNotBeNull(column="dose"),
                make.ExpectTableRowCountToBeBetween(min_value=500),
                make.ExpectColumnMeanToBeBetween(column="age", min_value=30, max_value=50),
            ],
        )
    )
    checked = context.validation_definitions.add(gx.ValidationDefinition(name="refills", data=batch, suite=suite))
    return checked.run(batch_parameters={"dataframe": frame}).to_json_dict()


def pandera() -> Any:
    """Return `SchemaErrors.message` of a lazy validation: wrong values, a wrong type, a missing column."""
    pa, pandas = import_module("pandera.pandas"), import_module("pandas")
    schema = pa.DataFrameSchema(
        {
            "age": pa.Column(int, pa.Check.in_range(0, 120)),
            "amount": pa.Column(float, [pa.Check.ge(0), pa.Check.le(100)]),
            "state": pa.Column(int, coerce=False),
            "dose": pa.Column(float),
        },
        name="refills",
    )
    try:
        schema.validate(pandas.DataFrame(CURRENT), lazy=True)
    except pa.errors.SchemaErrors as found:
        return {"schema": "refills", "errors": json.loads(json.dumps(found.message, default=str))}
    raise SystemExit("Nothing was found wrong.")


def dvclive() -> Any:
    """Return `metrics.json` of a run, with a nested name and a number that is none."""
    live = import_module("dvclive")
    # It would make the repository around it one of DVC.
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        with live.Live(folder, save_dvc_exp=False, dvcyaml=None, monitor_system=False) as run:
            run.log_metric("accuracy", 0.91)
            run.log_metric("train/loss", 0.25)
            run.log_metric("val/loss", math.nan)
            run.next_step()
        return json.loads((Path(folder) / "metrics.json").read_text())


PACKAGES = {
    "evidently": ("evidently", "pandas", "scipy"),
    "great_expectations": ("great-expectations", "pandas"),
    "pandera": ("pandera", "pandas"),
    "dvclive": ("dvclive",),
}


def main(kind: str) -> None:
    """Print one file."""
    made_by = {name: version(name) for name in PACKAGES[kind]} | {"python": sys.version.split()[0]}
    makers = {"evidently": evidently, "great_expectations": great_expectations, "pandera": pandera, "dvclive": dvclive}
    text = json.dumps({"made_by": made_by, "document": makers[kind]()}, indent=1)
    sys.stdout.write(re.sub(r'File \\"[^"]*?site-packages/', 'File \\"', text) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
