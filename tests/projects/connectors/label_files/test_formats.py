"""Files of annotations as tools write them, and what is none of these. Samples follow the formats' own words."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from projects.connectors.label_files import archives, texts
from projects.connectors.label_files.formats import FORMATS, READERS, read_label_file
from projects.connectors.label_files.records import FileLabel, LabelFileError

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def refusal(raw: bytes, kind: str, question: str = "") -> str:
    with pytest.raises(LabelFileError) as error:
        read_label_file(raw, kind, question)
    return f"{error.value.place}: {error.value.text}"


def test_every_format_has_a_reader() -> None:
    assert {*FORMATS} == {*READERS, "argilla"}


def test_cvat() -> None:
    found = read_label_file(sample("cvat.xml"), "cvat")
    assert [(each.task, each.label) for each in found.labels] == [("a/0.jpg", "car + plate"), ("a/1.jpg", "good_frame")]
    assert [name for _, name in found.open_tasks] == ["a/2.jpg", "a/3.jpg"]
    assert (found.annotator, found.time) == ("ann", "2025-09-25T11:38:28.799808+03:00")
    assert found.labels[0].place == "line 19"


def test_cvat_as_an_archive() -> None:
    raw = zipped({"images/a/0.jpg": b"\xff", "annotations.xml": sample("cvat.xml")})
    assert read_label_file(raw, "cvat") == read_label_file(sample("cvat.xml"), "cvat")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "This is not XML."),
        ("<annotations><image name='a'>", "This is not XML."),
        ("<root/>", "it does not begin with annotations"),
        ("<annotations><track label='car'/></annotations>", "CVAT for images 1.1"),
        ("<annotations><image/></annotations>", "line 1: The image has no name."),
        ("<annotations>\n<image name='a'><box/></image></annotations>", "line 2: The box has no label."),
        ("<annotations/>", "holds no annotation"),
        ("<annotations>" + "<a>" * 50, "nests too deep"),
        ('<?xml version="1.0" encoding="utf-7"?><annotations/>', "This is not XML."),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations/>', "declares a document type"),
        (
            '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><annotations>&d;</annotations>',
            "declares a document type",
        ),
    ],
)
def test_what_is_no_file_of_cvat(text: str, words: str) -> None:
    assert words in refusal(text.encode(), "cvat")


def test_doccano() -> None:
    found = read_label_file(sample("doccano.jsonl"), "doccano")
    labels = [("11", "positive + service"), ("12", "LOC + PER"), ("13", "PER")]
    assert [(each.task, each.label) for each in found.labels] == labels
    assert found.open_tasks == [("line 4", "14")] and {each.annotator for each in found.labels} == {None}


def test_doccano_names_annotators_by_file() -> None:
    one, two = b'{"id": 1, "label": ["a"]}\n', b'{"id": 1, "label": ["b"]}\n{"id": 2, "label": []}'
    found = read_label_file(zipped({"ann.jsonl": one, "x/bob.jsonl": two, "all.jsonl": one}), "doccano")
    assert [(each.annotator, each.label) for each in found.labels] == [("ann", "a"), ("bob", "b"), (None, "a")]
    assert found.open_tasks == [("bob.jsonl, line 2", "2")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"label": ["a"]}', "line 1: The record has no id."),
        ('{"id": 1}', "no list of labels"),
        ('{"id": 1, "label": ["a"]}\n{"id": 2, "label": [{}]}', "line 2: A label of the record has no name."),
        ('{"id": 1, "label": [NaN]}', "line 1: This is not JSON."),
        ('[{"id": 1, "label": ["a"]}, 3]', "record 2: This is no JSON object."),
        ("[" * 100_000, "This is not JSON."),
    ],
)
def test_what_is_no_file_of_doccano(text: str, words: str) -> None:
    assert words in refusal(text.encode(), "doccano")


@pytest.mark.parametrize(
    ("question", "labels", "left"),
    [
        ("", [("r1", "u-1", "positive"), ("r1", "u-2", "negative")], ["r2", "r3"]),
        ("rating", [("r1", "u-1", "4")], ["r2", "r3"]),
        ("topics", [("r2", "u-1", "food + price")], ["r1", "r3"]),
        ("spans", [("r2", "u-1", "X")], ["r1", "r3"]),
        ("order", [("r2", "u-1", "a > b")], ["r1", "r3"]),
    ],
)
def test_argilla(question: str, labels: list[tuple[str, str, str]], left: list[str]) -> None:
    found = read_label_file(sample("argilla.json"), "argilla", question)
    assert [(each.task, each.annotator, each.label) for each in found.labels] == labels
    assert [name for _, name in found.open_tasks] == left


def test_argilla_over_rest() -> None:
    found = read_label_file(sample("argilla_rest.json"), "argilla")
    assert [(each.annotator, each.label, each.time) for each in found.labels] == [
        ("u-1", "positive", "2025-03-01T10:00:00Z"),
        ("u-2", None, "2025-03-01T11:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("text", "question", "words"),
    [
        ('{"items": 3}', "", "items is no list"),
        ('[{"responses": {}}]', "", "record 1: The record has no id."),
        ('[{"id": "r", "responses": {"q": 3}}]', "", "no list of objects"),
        ('[{"id": "r", "responses": [{"status": "new"}]}]', "", "unknown status"),
        ('[{"id": "r", "responses": {"q": [{"value": {"a": 1}, "user_id": "u"}]}}]', "", "no text, number or list"),
        ('[{"id": "r", "responses": {"q": [{"value": "a", "user_id": "u"}]}}]', "z", "Nobody answered a question z."),
    ],
)
def test_what_is_no_file_of_argilla(text: str, question: str, words: str) -> None:
    assert words in refusal(text.encode(), "argilla", question)


@pytest.mark.parametrize("delimiter", ",;\t")
def test_csv(delimiter: str) -> None:
    rows = [("label", "task", "else", "annotator", "time"), ("cat", "t1", "x", "ann", "2026-01-01T00:00:00Z")]
    raw = "\ufeff" + "\r\n".join(
        delimiter.join(each) for each in [*rows, ("", '"t\n2"', "", "", ""), ("dog", "t3", "", "", "")]
    )
    found = read_label_file(raw.encode(), "csv")
    assert found.labels[0] == FileLabel("line 2", "t1", "cat", "ann", "2026-01-01T00:00:00Z")
    assert [(each.place, each.task, each.label) for each in found.labels[1:]] == [
        ("line 4", "t\n2", None),
        ("line 5", "t3", "dog"),
    ]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "line 1: The first line names no column task"),
        (b"task,text\n", "line 1: The first line names no column label"),
        (b"task,label,task\n", "names task twice"),
        (b"task,label\nt1,cat\nt2\n", "line 3: The line has 1 cells where 2 are expected."),
        (b'task,label\nt1,"cat', "line 2: This is not CSV"),
        (b"task,label\n\xff,a", "no text in UTF-8"),
        (b"task,label\n", "holds no annotation"),
    ],
)
def test_what_is_no_table(raw: bytes, words: str) -> None:
    assert words in refusal(raw, "csv")


def test_json_lines() -> None:
    found = read_label_file(
        b'{"task": "t", "label": null, "other": 1}\n\n{"task": "u", "label": "a", "batch": "b"}', "jsonl"
    )
    assert found.labels == [FileLabel("line 1", "t", None), FileLabel("line 3", "u", "a", batch="b")]
    assert refusal(b'{"task": "t"}', "jsonl") == "line 1: label is missing."


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_has_limits(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(texts, "MOST_LABELS", 1)
    raw = {
        "csv": b"task,label\na,b\nc,d",
        "jsonl": b'{"task": "t", "label": "a"}\n{"task": "t", "label": "b"}',
        "cvat": sample("cvat.xml"),
        "doccano": sample("doccano.jsonl"),
        "argilla": sample("argilla.json"),
    }[kind]
    assert "more than 1 annotations" in refusal(raw, kind)


def test_archives_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"a.jsonl": b'{"id": 1, "label": ["a"]}\n' * 1000, "b.jsonl": b""})
    assert "is damaged" in refusal(bomb[:60], "doccano")
    assert "no file whose name ends in .xml" in refusal(bomb, "cvat")
    locked = bytearray(bomb)
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted" in refusal(bytes(locked), "doccano")
    monkeypatch.setattr(archives, "MOST_BYTES", 20_000)
    assert "more than 20,000 bytes" in refusal(bomb, "doccano")
    monkeypatch.setattr(archives, "MOST_FILES", 1)
    assert "more than 1 files" in refusal(bomb, "doccano")
