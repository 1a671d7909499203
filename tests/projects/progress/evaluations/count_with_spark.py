"""Run a statement over a CSV of predictions with Spark in local mode: `python count_with_spark.py CSV SQL JSON`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession

SCHEMA = "region string, sex string, label string, prediction string, confidence double"


def main(source: str, statement: str, answer: str) -> None:
    """Write the counted rows as JSON."""
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
    options = {"nullValue": "\\N", "emptyValue": "", "nanValue": "nan"}
    session.read.options(**options).schema(SCHEMA).csv(source).createOrReplaceTempView("predictions")
    found = [row.asDict() for row in session.sql(Path(statement).read_text(encoding="utf-8")).collect()]
    Path(answer).write_text(json.dumps(found), encoding="utf-8")
    session.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
