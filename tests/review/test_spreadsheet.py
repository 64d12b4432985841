"""The open items as a table, and a table that somebody filled in."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.errors import BadDecision
from ocr_extract.reports.tables import safe_cell, typed_cell
from ocr_extract.review.spreadsheet import COLUMNS, export_open, import_decisions
from ocr_extract.volume.ledger import open_ledger, sqlite_url
from tests.review.conftest import ReviewedVolume


def _exported(volume: ReviewedVolume) -> list[dict[str, str]]:
    path = volume.folder / "open.csv"
    with volume.open() as queue:
        export_open(queue, path)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(volume: ReviewedVolume, *rows: dict[str, str], delimiter: str = ",") -> Path:
    path = volume.folder / "decided.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _decisions(volume: ReviewedVolume) -> list[tuple[str, str | None]]:
    with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
        return [(d.action, d.value) for d in ledger.decisions.since()]


def test_export_has_a_row_for_each_open_item_with_an_empty_value(volume: ReviewedVolume) -> None:
    rows = _exported(volume)
    assert len(rows) == 6
    row = next(row for row in rows if row["file"] == "garcia25.txt")
    assert (row["paper"], row["question"], row["value"], row["note"]) == (
        "garcia25", "date", "", ""
    )  # fmt: skip
    assert row["candidates"].startswith("2025-05-28 (0.")
    assert "probably meant" in row["flag"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_filled_in_table_is_stored_once(volume: ReviewedVolume, delimiter: str) -> None:
    rows = _exported(volume)
    values = ("28.05.2025", "leave", "ask", "", "", "")
    for row, value in zip(rows, values, strict=True):
        row["value"], row["note"] = value, "looked"
    path = _table(volume, *rows, delimiter=delimiter)
    for expected in ((3, 0), (0, 3)):
        with volume.open() as queue:
            imported = import_decisions(queue, path)
            assert (imported.counted, imported.known, imported.late) == (*expected, ())
            assert queue.counts().open == 3
    assert _decisions(volume) == [("set", "2025-05-28"), ("leave", None), ("ask", None)]


def test_corrected_table_overrules_ones_own_decisions_but_not_those_of_others(
    volume: ReviewedVolume,
) -> None:
    rows = _exported(volume)[:1]
    rows[0]["value"] = "2025-05-28"
    with volume.open() as queue:
        import_decisions(queue, _table(volume, *rows))
    rows[0]["value"] = "2025-05-29"
    path = _table(volume, *rows)
    with volume.open("Ann") as queue:
        assert import_decisions(queue, path).late == ("line 2: settled meanwhile by Ed",)
    rows[0]["note"] = "I meant this"
    with volume.open() as queue:
        assert import_decisions(queue, _table(volume, *rows)).counted == 1
        standing = queue.item(rows[0]["id"]).standing
    assert standing is not None
    assert standing.value == "2025-05-29"


def test_table_may_go_back_to_what_it_said_before(volume: ReviewedVolume) -> None:
    row = _exported(volume)[0]
    tables = {}
    for value in ("2025-05-28", "none"):
        tables[value] = _table(volume, row | {"value": value}).rename(volume.folder / value)
    with volume.open() as queue:
        for value in ("2025-05-28", "none", "2025-05-28"):
            for expected in ((1, 0), (0, 1)):
                imported = import_decisions(queue, tables[value])
                assert (imported.counted, imported.known) == expected
            standing = queue.item(row["id"]).standing
            assert standing is not None
            assert standing.value == (None if value == "none" else value)
        for _ in range(3):
            queue.undo()
        assert queue.item(row["id"]).standing is None
        assert import_decisions(queue, tables["none"]).counted == 1


def test_every_complaint_has_its_line_and_nothing_is_stored(volume: ReviewedVolume) -> None:
    rows = _exported(volume)
    paper = next(row for row in rows if row["question"] == "paper")
    dates = [row for row in rows if row["question"] == "date"]
    dates[0]["value"], dates[0]["note"] = "2025-05-28", "a\nnote of\nthree lines"
    dates[1]["value"] = "05/06/2025"
    paper["value"] = "nobody25"
    unknown = dates[2] | {"id": "abc.0.date", "value": "leave"}
    path = _table(volume, dates[0], dates[1], paper, unknown, dates[0], {"value": "leave"})
    with volume.open() as queue, pytest.raises(BadDecision) as caught:
        import_decisions(queue, path)
    lines = caught.value.message.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"line {number}" for number in (5, 6, 7, 8, 11)
    ]
    parts = ("may be", "nobody25", "no item", "line 2, too", "no id")
    assert [part for part, line in zip(parts, lines, strict=True) if part not in line] == []
    assert _decisions(volume) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: there is no column id"),
        (b"id,value\n", "line 1: there is no column note"),
        (b'id,value,note\n\na,"leave\n', "line 3: this is no CSV"),
        (b"id,value,note\na,b\xff,c\n", "line 2: t.csv is no UTF-8"),
        (b"id,value,note\na,19 May, 2025,x\n", "line 2: It has more cells"),
    ],
)
def test_file_that_is_no_table_is_refused(
    volume: ReviewedVolume, content: bytes, message: str
) -> None:
    path = volume.folder / "t.csv"
    path.write_bytes(content)
    with volume.open() as queue, pytest.raises(BadDecision, match=message):
        import_decisions(queue, path)


def test_missing_table_is_reported(volume: ReviewedVolume) -> None:
    with volume.open() as queue, pytest.raises(BadDecision, match="Cannot read"):
        import_decisions(queue, volume.folder / "none.csv")


def test_pipe_is_refused_and_not_waited_for(volume: ReviewedVolume) -> None:
    pipe = volume.folder / "pipe"
    os.mkfifo(pipe)
    with volume.open() as queue, pytest.raises(BadDecision, match="is no file"):
        import_decisions(queue, pipe)


@given(st.text(alphabet=st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" =+-@;,|")))
def test_cell_is_read_back_as_it_was_typed(text: str) -> None:
    if "'" not in text:
        assert typed_cell(str(safe_cell(text))) == text


def test_id_of_an_item_is_no_formula(volume: ReviewedVolume) -> None:
    assert all(row["id"][0].isalnum() for row in _exported(volume))
