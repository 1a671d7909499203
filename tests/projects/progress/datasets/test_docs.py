"""docs/data.md hashes rows as it says, and as they are counted here."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from projects.progress.datasets.row_hashes import MOST_ROWS, counted, shared, unpacked
from projects.progress.datasets.splits import ROLES

PAGE = (Path(__file__).parents[4] / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.fixture
def recipe() -> dict[str, Any]:
    """What the page's program defines."""
    (program,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
    names: dict[str, Any] = {}
    exec(program, names)
    return names


def test_the_recipe(recipe: dict[str, Any], tmp_path: Path) -> None:
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("id,text,customer\n1,süß,a\n2,süß,a\n3,salt,b\n", encoding="utf-8")
    test.write_text("customer,id,text\na,9,süß\nc,8,salt\n", encoding="utf-8")
    sent = [recipe["split"](path.stem, path, ignore=["id"], group="customer") for path in (train, test)]
    first, second = (counted(unpacked(each["hashes"])) for each in sent)
    assert (first.rows, first.duplicates, second.rows) == (3, 1, 2)
    assert shared(first.distinct, second.distinct) == 1
    groups = [counted(unpacked(each["group_hashes"])).distinct for each in sent]
    assert shared(*groups) == 1
    # By the page's words, without its program.
    row = '[["customer","c"],["text","salt"]]'
    assert int.from_bytes(hashlib.blake2b(row.encode(), digest_size=8).digest(), "big") in second.distinct.tolist()


def test_the_page_names_every_role_and_bound() -> None:
    assert [name for name in ROLES if f"*{name}*" not in PAGE] == []
    assert f"{MOST_ROWS:,} rows" in PAGE
