"""DVC's files: what they pin, in the shapes that DVC 1, 2 and 3 write, and what they are not."""

from __future__ import annotations

import pytest

from projects.progress.datasets.dvc_files import LONGEST_FILE, MOST_PATHS, DvcData, DvcError, read_dvc

# As `dvc add` of DVC 3 writes a folder, and that of DVC 2 a file.
FOLDER = "outs:\n- md5: f437247ec66d73ba66b0ade0246fcd49.dir\n  size: 32153\n  nfiles: 2\n  hash: md5\n  path: raw\n"
FILE = "outs:\n- md5: a304afb96060aad90176268345e10355\n  size: 47482\n  path: data.xml\n"
# `dvc import`: a file of another repository at a revision.
IMPORTED = """\
md5: 7de90e7de7b432ad972095bc1f2ec0f8
frozen: true
wdir: ..
deps:
- path: get-started/data.xml
  repo:
    url: https://github.com/iterative/dataset-registry
    rev_lock: f31f5c4cdae787b4bdeb97a717687d44667d9e62
outs:
- md5: a304afb96060aad90176268345e10355
  size: 14445097
  path: data.xml
"""
# `dvc import-url` without a download knows no hash of what would come.
LATER = "deps:\n- path: s3://bucket/key.csv\n  etag: '\"abc\"'\nouts:\n- path: key.csv\n"
CLOUD = """\
outs:
- path: images
  files:
  - relpath: b.png
    md5: 22224444666688880000aaaaccccffff
    size: 3
  - relpath: a.png
    md5: d41d8cd98f00b204e9800998ecf8427e
    size: 0
"""
LOCK = """\
schema: '2.0'
stages:
  prepare:
    cmd: python src/prepare.py data/data.xml
    deps:
    - path: data/data.xml
      md5: 4bd325a30d5f1d5ea1a451d98767ddde
      size: 59918667
    - path: src/prepare.py
      md5: f09ea0c15980b43010257ccb9f0055e2
      size: 1576
    params:
      params.yaml:
        prepare.seed: 20170428
    outs:
    - path: data/prepared
      md5: f8934609be51496ee500f80eea539c6f.dir
      size: 35339221
      nfiles: 2
  train:
    cmd: python src/train.py data/prepared model.pkl
    deps:
    - path: data/prepared
      md5: f8934609be51496ee500f80eea539c6f.dir
      size: 35339221
      nfiles: 2
    outs:
    - path: model.pkl
      md5: 6be1bee03364f23c64270aee6e99e72c
      size: 3030549
    - path: scores.csv
      md5: 00000000000000000000000000000017
      size: 9
"""
DATA = DvcData("data/data.xml", "4bd325a30d5f1d5ea1a451d98767ddde", 59918667)
PREPARED = DvcData("data/prepared", "f8934609be51496ee500f80eea539c6f.dir", 35339221, 2)
# A hash of digits alone is a text, not the number that YAML would take it for.
SCORES = DvcData("scores.csv", "00000000000000000000000000000017", 9)


def test_a_folder_and_a_file() -> None:
    assert read_dvc(FOLDER, "data/raw.dvc").data == (
        DvcData("data/raw", "f437247ec66d73ba66b0ade0246fcd49.dir", 32153, 2),
    )
    assert read_dvc(FILE).data == (DvcData("data.xml", "a304afb96060aad90176268345e10355", 47482),)


def test_an_import_says_from_where() -> None:
    (found,) = read_dvc(IMPORTED, "data/sub/data.xml.dvc").data
    assert found.name == "data/data.xml"
    assert found.uri == (
        "https://github.com/iterative/dataset-registry@f31f5c4cdae787b4bdeb97a717687d44667d9e62:get-started/data.xml"
    )


def test_what_has_no_hash_is_passed_over() -> None:
    found = read_dvc(LATER)
    assert (found.data, found.skipped) == ((), ("key.csv",))


def test_a_folder_by_its_files_whatever_their_order() -> None:
    (found,) = read_dvc(CLOUD).data
    assert found.digest.startswith("files:") and found.files == 2
    head, first, second = CLOUD.partition("  - relpath: a.png")
    one, _, other = head.partition("  - relpath: b.png")
    turned = f"{one}{first}{second}  - relpath: b.png{other}"
    assert read_dvc(turned).data == (found,)


@pytest.mark.parametrize(
    ("only", "data", "skipped"),
    [
        ([], (DATA, PREPARED, SCORES), ("model.pkl", "src/prepare.py")),
        (["data/*"], (DATA, PREPARED), ("model.pkl", "scores.csv", "src/prepare.py")),
        (["nothing"], (), ("data/data.xml", "data/prepared", "model.pkl", "scores.csv", "src/prepare.py")),
    ],
)
def test_a_lock(only: list[str], data: tuple[DvcData, ...], skipped: tuple[str, ...]) -> None:
    found = read_dvc(LOCK, "dvc.lock", only)
    assert (found.data, found.skipped) == (data, skipped)


def test_a_lock_of_the_first_schema_has_stages_at_its_top() -> None:
    lines = LOCK.splitlines()[2:]
    first = "\n".join(line.removeprefix("  ") for line in lines)
    assert read_dvc(first).data == read_dvc(LOCK).data


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "neither"),
        ("- a\n- b\n", "neither"),
        ("a: b\n", "neither"),
        ("outs: []\n", "names no outputs"),
        ("outs:\n- 5\n- {path: [a]}\n- {md5: a}\n", "names no outputs"),
        ("stages:\n  a:\n    cmd: x\n    outs:\n    - model.pkl\n", "not dvc.yaml"),
        ("outs: [", "no YAML"),
        ("outs: !!python/object/apply:os.system ['true']\n", "names no outputs"),
        ("a: &a [x]\nouts: *a\n", "anchors"),
        ("[" * 60 + "]" * 60, "too deeply"),
        ("x" * (LONGEST_FILE + 1), "longer than"),
        ("outs:\n" + "".join(f"- {{path: p{n}, md5: a}}\n" for n in range(MOST_PATHS + 1)), "more than 1,000 paths"),
    ],
)
def test_what_is_no_file_of_dvc_is_told(text: str, words: str) -> None:
    with pytest.raises(DvcError, match=words):
        read_dvc(text)


@pytest.mark.parametrize("size", ["-1", "many", "1e9", "9" * 30, "[1]"])
def test_a_size_that_is_no_count_is_not_known(size: str) -> None:
    (found,) = read_dvc(f"outs:\n- path: a\n  md5: b\n  size: {size}\n").data
    assert found.size is None
