"""The workbook: what is written is read back, and no cell is a formula or a foreign link."""

import csv
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.records import Verdict
from ocr_extract.reports.tables import DOCUMENT_COLUMNS, PAPER_COLUMNS, document_row
from ocr_extract.reports.workbook import MAX_CELL, cell_text, write_workbook
from ocr_extract.volume.ledger import Ledger, open_ledger
from tests.reports.report_factory import HOSTILE, papers_of, record, stored


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with open_ledger("sqlite://") as opened:
        yield opened


def hostile_book(ledger: Ledger, folder: Path) -> Path:
    records = [
        record(n, Verdict.REVIEW, title=text, author=text, message=text, name=f"{n}{text}"[:60])
        for n, text in enumerate(HOSTILE)
    ]
    return write_workbook(
        stored(ledger, folder, records, papers_of(records, "gone")), ledger, folder, folder
    )


def test_workbook_is_read_back_equal(ledger: Ledger, tmp_path: Path) -> None:
    records = [record(0), record(1, Verdict.REVIEW), record(2, key="", name="stray.txt")]
    outcome = stored(ledger, tmp_path, records, papers_of(records, "gone"))
    book = openpyxl.load_workbook(write_workbook(outcome, ledger, tmp_path, tmp_path))
    assert book.sheetnames == ["papers", "agreements", "fields", "unmatched files", "decisions"]
    rows = list(book["agreements"].iter_rows(values_only=True))
    assert rows[0] == DOCUMENT_COLUMNS
    expected = [tuple(None if c == "" else c for c in document_row(one)) for one in records]
    assert rows[1:] == expected
    papers = list(book["papers"].iter_rows(values_only=True))
    assert [row[:2] for row in papers[1:]] == [
        ("p00000", "accepted"),
        ("p00001", "review"),
        ("gone", "missing"),
    ]
    assert len(papers[0]) == len(PAPER_COLUMNS)
    assert [row[0] for row in book["unmatched files"].iter_rows(values_only=True)][1:] == [
        "stray.txt"
    ]
    sheet = book["agreements"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:T4")


def test_hostile_text_is_text(ledger: Ledger, tmp_path: Path) -> None:
    path = hostile_book(ledger, tmp_path)
    titles = DOCUMENT_COLUMNS.index("title")
    cells = [row[titles] for row in openpyxl.load_workbook(path)["agreements"].iter_rows(min_row=2)]
    assert [cell.value for cell in cells if cell.value] == [cell_text(text) for text in HOSTILE]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {bool(cell.quotePrefix) for cell in cells if cell.value == HOSTILE[3]} == {True}
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not [name for name, text in content.items() if "<f>" in text or "<f " in text]
    links = "".join(
        text for name, text in content.items() if name.endswith(".rels") and "sheet" in name
    )
    targets = re.findall(r'Target="([^"]*)"', links)
    assert len(targets) >= 2 * len(HOSTILE)
    assert not [target for target in targets if not re.fullmatch(r"[\w./%~-]*", target, re.ASCII)]


def test_only_the_owner_can_read_it(ledger: Ledger, tmp_path: Path) -> None:
    path = write_workbook(stored(ledger, tmp_path, [record(0)]), ledger, tmp_path, tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["volume.xlsx"]


def test_rows_beyond_the_format_are_counted(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_extract.reports.workbook.MAX_ROWS", 5)
    outcome = stored(ledger, tmp_path, [record(n) for n in range(7)])
    book = openpyxl.load_workbook(write_workbook(outcome, ledger, tmp_path, tmp_path))
    assert book["agreements"].max_row == 5
    assert book["left out"]["A2"].value == "3 rows do not fit into agreements."


@given(st.text(st.characters(), max_size=80))
def test_cell_has_only_what_xml_can_have(text: str) -> None:
    cell = cell_text(text)
    assert len(cell) == len(text)
    assert not set(cell) & {"\x00", "\x0b", "\ud800", "\ufffe", "\uffff", "\u202e"}
    cell.encode()


def test_long_cell_is_cut() -> None:
    assert len(cell_text("x" * 40_000)) == MAX_CELL


@pytest.mark.slow
def test_libreoffice_reads_the_same_text(ledger: Ledger, tmp_path: Path) -> None:
    if (office := shutil.which("soffice")) is None:
        pytest.skip("no LibreOffice: apt-get install libreoffice-calc-nogui")
    path = hostile_book(ledger, tmp_path)
    home, filters = (
        f"-env:UserInstallation=file://{tmp_path}/home",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2",
    )
    command = [
        office,
        "--headless",
        home,
        "--convert-to",
        filters,
        "--outdir",
        str(tmp_path),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    [table] = tmp_path.glob("volume*.csv")
    rows = list(csv.DictReader(table.read_text().splitlines(keepends=True)))
    assert [row["title"] for row in rows] == [cell_text(text) for text in HOSTILE]
