"""Results as files, against golden ones; `pytest --golden` is not needed: edit and look."""

import csv
import io
import json
from pathlib import Path

from rich.console import Console

from ocr_extract.delivery import terminal
from ocr_extract.delivery.tables import write_results
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

GOLDEN = Path(__file__).parent.parent / "golden"
BOX = Box(page=2, x0=210, y0=440, x1=265.5, y1=448)


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
        flags=(Flag(code="year_slip", field="date", message="Written 2015-05-19."),),
    )  # fmt: skip
    hostile = Record(
        document=Document(name="=cmd|' /C calc'!A0\x1b[31m[red]x.pdf", path="in/x.pdf"),
        verdict=Verdict.REJECTED,
        flags=(Flag(code="damaged", message="[link=http://x]empty[/link]"),),
        damage=(Damage(stage="open", kind="empty", effect="The file is empty."),),
    )
    return (slip, hostile)


def test_files_are_as_golden(tmp_path: Path) -> None:
    write_results(_records(), tmp_path)
    for name in ("records.jsonl", "documents.csv", "fields.csv"):
        assert (tmp_path / name).read_text() == (GOLDEN / name).read_text(), name


def test_only_whole_files_are_left(tmp_path: Path) -> None:
    write_results(_records(), tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "documents.csv", "fields.csv", "record.schema.json", "records.jsonl",
    ]  # fmt: skip


def test_nothing_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    write_results(_records(), tmp_path)
    for name in ("documents.csv", "fields.csv"):
        for row in csv.reader(io.StringIO((tmp_path / name).read_text())):
            assert not any(cell[:1] in ("=", "+", "-", "@") for cell in row)


def test_every_record_and_field_has_its_row(tmp_path: Path) -> None:
    write_results(_records(), tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "fields.csv").read_text())))
    assert len(rows) == 2 * 5
    lines = (tmp_path / "records.jsonl").read_text().splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["review", "rejected"]


def test_the_terminal_table_is_as_golden() -> None:
    console = Console(file=io.StringIO(), width=150, color_system=None)
    terminal.print_volume(_records(), console)
    for record in _records():
        terminal.print_document(record, console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    trimmed = "\n".join(line.rstrip() for line in shown.splitlines()) + "\n"
    assert trimmed == (GOLDEN / "terminal.txt").read_text()
    assert "\x1b" not in shown
