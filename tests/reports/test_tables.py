"""Result files, compared with the files in tests/golden, which are edited by hand."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.cli import terminal
from ocr_extract.records import (
    Box,
    Candidate,
    Damage,
    DateResult,
    Document,
    FieldResult,
    Fields,
    Flag,
    Record,
    SignatureResult,
    Verdict,
)
from ocr_extract.reports.tables import safe_cell, write_results
from ocr_extract.volume.roster.status import PaperStatus, VolumeStatus
from ocr_extract.volume.volume_summary import Totals, VolumeSummary

GOLDEN = Path(__file__).parent.parent / "golden"
FORMULA = "=+-@＝＋－＠"
BOX = Box(page=2, x0=210, y0=440, x1=265.5, y1=448)


PAPERS = (
    PaperStatus(
        "feldmann25", "review", "feldmann25.pdf", Verdict.REVIEW, index=0, title="=Trees",
        first_author="Mira Feldmann", email="mira@example.org",
    ),
    PaperStatus(
        "garcia25", "duplicate", "garcia25.pdf", Verdict.ACCEPTED,
        ("garcia25 (1).pdf", "=evil\x1b[31m.pdf"), "it is the latest: 2025-05-28", index=1,
    ),
    PaperStatus("tanaka25", "missing"),
)  # fmt: skip
SUMMARY = VolumeSummary(
    Totals(
        5,
        {Verdict.ACCEPTED: 1, Verdict.REVIEW: 2, Verdict.REJECTED: 2},
        {"damaged": 1, "year_slip": 1},
        {"signature_displaced": 1},
    ),
    VolumeStatus(PAPERS, ("x\x1b[31m[red].pdf",)),
)


def _records() -> tuple[Record, ...]:
    slip = Record(
        document=Document(name="feldmann25.pdf", path="in/feldmann25.pdf", sha256="ab" * 32,
                          kind="digital", pages=2, first_page=1, last_page=2),
        fields=Fields(
            title=FieldResult(value='Trees, "Graphs"', as_written='Trees, "G"', confidence=0.95),
            author=FieldResult(value="Mira Feldmann", as_written="Mira Feldmann", confidence=0.9),
            date=DateResult(
                value="2025-05-19", as_written="2015-05-19", text="2015.05.19", precision="day",
                written="typed", confidence=0.98, place=BOX,
                candidates=(
                    Candidate(value="2025-05-19", probability=0.98, reason="one digit away"),
                    Candidate(value="2015-05-19", probability=0.001, reason="as written"),
                ),
            ),
            signature=SignatureResult(present="yes", written="hand", confidence=0.97, place=BOX),
        ),
        verdict=Verdict.REVIEW,
        flags=(
            Flag(code="year_slip", field="date", message="Written 2015-05-19."),
            Flag(code="signature_displaced", message="On the date's line.", severity="note"),
        ),
    )  # fmt: skip
    hostile = Record(
        document=Document(name="=cmd|' /C calc'!A0\x1b[31m[red]x.pdf", path="in/x.pdf"),
        verdict=Verdict.REJECTED,
        flags=(Flag(code="damaged", message="[link=http://x]empty[/link]"),),
        damage=(Damage(stage="open", kind="empty", effect="The file is empty."),),
    )
    return (slip, hostile)


def test_files_equal_the_golden_files(tmp_path: Path) -> None:
    write_results(_records(), tmp_path, PAPERS)
    for name in ("records.jsonl", "documents.csv", "fields.csv", "papers.csv"):
        assert (tmp_path / name).read_text() == (GOLDEN / name).read_text(), name


def test_no_temporary_files_are_left(tmp_path: Path) -> None:
    write_results(_records(), tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "documents.csv", "fields.csv", "record.schema.json", "records.jsonl",
    ]  # fmt: skip


def test_no_cell_starts_with_a_formula_character(tmp_path: Path) -> None:
    write_results(_records(), tmp_path)
    for name in ("documents.csv", "fields.csv"):
        for row in csv.reader(io.StringIO((tmp_path / name).read_text())):
            assert not any(cell[:1] in ("=", "+", "-", "@") for cell in row)


@pytest.mark.parametrize(
    "value",
    [
        "=1+1", "+1", "-1", "@x", "＝1+1", "＋1", "－1", "＠x", "\t=1", "\r=1", "\n=1", "\0=1",
        " =1", ";=1+1", ",=1", "a;=1+1", "a; =1", "a,=1", "a|@x", "a\n=1", "a;＝1", "x\t-1",
    ],
)  # fmt: skip
def test_no_separator_turns_a_cell_into_a_formula(tmp_path: Path, value: str) -> None:
    """No formula appears, whether rows are split at commas, semicolons, tabs or bars."""
    record = _records()[0]
    title = record.fields.title.model_copy(update={"value": value})
    fields = record.fields.model_copy(update={"title": title})
    write_results([record.model_copy(update={"fields": fields})], tmp_path)
    (row,) = csv.reader((tmp_path / "documents.csv").read_text().splitlines()[1:])
    for separator in ";\t|":
        cells = [cell.strip() for cell in row[3].split(separator)]
        assert not any(cell[:1] in FORMULA for cell in cells if cell), row[3]
    assert row[3][:1] not in FORMULA
    stored = json.loads((tmp_path / "records.jsonl").read_text())
    assert stored["fields"]["title"]["value"] == value


@pytest.mark.parametrize("value", ["Trees; a study", "2025-05-19", "a-b, c+d", "O'Neil", "x = 1"])
def test_cell_without_formula_is_unchanged(tmp_path: Path, value: str) -> None:
    record = _records()[0]
    title = record.fields.title.model_copy(update={"value": value})
    fields = record.fields.model_copy(update={"title": title})
    write_results([record.model_copy(update={"fields": fields})], tmp_path)
    (row,) = csv.DictReader((tmp_path / "documents.csv").read_text().splitlines())
    assert row["title"] == value


def test_every_field_of_every_record_has_a_row(tmp_path: Path) -> None:
    write_results(_records(), tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "fields.csv").read_text())))
    assert len(rows) == 2 * 5
    lines = (tmp_path / "records.jsonl").read_text().splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["review", "rejected"]


def test_terminal_table_equals_the_golden_file() -> None:
    console = terminal.console_of(150, file=io.StringIO(), color_system=None)
    terminal.print_summary(SUMMARY, console)
    terminal.print_volume(_records(), console)
    narrow = terminal.console_of(80, file=console.file, color_system=None)
    terminal.print_volume(_records(), narrow)
    for record in _records():
        terminal.print_document(record, console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    trimmed = "\n".join(line.rstrip() for line in shown.splitlines()) + "\n"
    assert trimmed == (GOLDEN / "terminal.txt").read_text()
    assert "\x1b" not in shown


def test_failed_write_leaves_the_old_files(tmp_path: Path) -> None:
    write_results(_records(), tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def broken() -> Iterator[Record]:
        yield _records()[0]
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        write_results(broken(), tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@given(st.text(st.sampled_from("=+-@\uff1d\t\r\n\0 ;,|a1\u202e"), max_size=12))
def test_no_cell_begins_a_formula_at_any_separator(text: str) -> None:
    """Also after a carriage return, a tab, or NUL, and in full-width characters."""
    cell = str(safe_cell(text))
    assert cell.isprintable()
    for part in re.split("[;,|]", cell):
        assert not part.strip().startswith(("=", "+", "-", "@", "\uff1d"))
