"""The first five documents of the project, field by field, as text files and on paper."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.plan import plan
from ocr_extract.volume.run import run
from synthetic.degrade import as_pdf, photographed, scanned
from synthetic.samples import rasters
from synthetic.typeset import Entry, Filling, typeset


@dataclasses.dataclass(frozen=True)
class Row:
    """The expected result of one of the five documents."""

    title: str
    author: str | None
    corresponding_author: str | None
    signature: str | None
    text: str
    as_written: str
    value: str
    flags: tuple[str, ...]
    notes: tuple[str, ...] = ()


TABLE = {
    "000": Row("SLIM-LLM: Saliency-Driven", "xiaojuan Qi", None, "xiaojuan Qi", "2025.5.25",
               "2025-05-25", "2025-05-25", (), ("signature_displaced",)),
    "001": Row("ResQ : Mixed Precision", "Utkarsh Saxena", None, "Utkarsh Saxena",
               "27th May, 2025", "2025-05-27", "2025-05-27", ()),
    "002": Row("SKIM: Any-bit", "Runsheng Bai", None, "Runsheng Bai", "May 28, 2025",
               "2025-05-28", "2025-05-28", ()),
    "003": Row("KVTuner: Sensitivity-Aware", "LI Xing", None, None, "2015.05.19", "2015-05-19",
               "2025-05-19", ("year_slip",)),
    "004": Row("BaWA: Automatic Optimizing", None, "Wang", None, "Vox/ Ox/ 25", "2025", "2025",
               ("illegible_date",)),
}  # fmt: skip


def _by_number(records: tuple[Record, ...]) -> dict[str, Record]:
    return {record.document.name[:3]: record for record in records}


def _check(record: Record, row: Row) -> None:
    fields = record.fields
    assert (fields.title.value or "").startswith(row.title)
    assert fields.author.value == row.author
    assert fields.corresponding_author.value == row.corresponding_author
    assert fields.date.text == row.text
    assert (fields.date.as_written, fields.date.value) == (row.as_written, row.value)
    _check_flags(record, row)
    assert record.damage == ()


def _check_flags(record: Record, row: Row) -> None:
    assert tuple(flag.code for flag in record.flags if flag.asks) == row.flags
    assert tuple(flag.code for flag in record.flags if not flag.asks) == row.notes
    assert record.verdict == (Verdict.REVIEW if row.flags else Verdict.ACCEPTED)


@pytest.mark.parametrize("number", TABLE)
def test_text_file_gives_its_row(shared: Path, number: str) -> None:
    records = _by_number(run(plan([shared / "seeds"]), Settings(year=2025)))
    row, record = TABLE[number], records[number]
    _check(record, row)
    assert record.fields.signature.value == row.signature
    assert record.fields.signature.present == ("yes" if row.signature else "cannot tell")
    assert record.document.kind == "text"


def test_other_documents_are_enough_to_find_a_year_slip(shared: Path) -> None:
    records = _by_number(run(plan([shared / "seeds"]), Settings()))
    _check(records["003"], TABLE["003"])
    assert "other" in records["003"].flags[0].message
    (alone,) = run(plan([next((shared / "seeds").glob("003*"))]), Settings())
    assert alone.fields.date.value == "2015-05-19"


@pytest.mark.parametrize("year", [None, 2025])
def test_confidence_is_high_except_for_the_illegible_date(shared: Path, year: int | None) -> None:
    records = _by_number(run(plan([shared / "seeds"]), Settings(year=year)))
    for number in ("000", "001", "002"):
        assert records[number].fields.date.confidence > 0.98
    assert records["003"].fields.date.confidence > 0.8
    illegible = records["004"].fields.date
    assert illegible.precision == "year"
    assert illegible.confidence >= 0.9
    assert illegible.candidates[0].probability < 0.5
    assert all(len(c.value) == 10 for c in illegible.candidates)
    assert all("2025-04" <= c.value < "2025-07" for c in illegible.candidates)


def test_order_of_files_and_number_of_workers_change_nothing(shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shuffled"
    folder.mkdir()
    for path in (shared / "seeds").glob("*.txt"):
        shutil.copy(path, folder / path.name)
    files = list(plan([folder]))
    settings = Settings()
    in_order = {r.document.name: _without_time(r) for r in run(files, settings)}
    reversed_ = {r.document.name: _without_time(r) for r in run(files[::-1], settings, jobs=3)}
    assert in_order == reversed_


def _without_time(record: Record) -> Record:
    return record.model_copy(update={"seconds": 0.0})


HAND = {"000": "italic", "001": "bold", "002": "italic", "003": "typed", "004": "pen"}


def _filling(number: str, title: str) -> Filling:
    """The five documents as their signers filled them in; the signatures are made-up scrawls."""
    row, hand = TABLE[number], HAND[number]
    below = number in ("000", "003")
    displaced = number == "000"
    return Filling(
        title=Entry(title, size=7.0),
        author=Entry(row.author) if row.author else None,
        corresponding_author=Entry("Wang", "pen", size=9.0) if number == "004" else None,
        signature=Entry(row.signature or "", "bold") if number in ("001", "002") else None,
        date=Entry(
            row.text,
            "typed" if hand == "italic" else hand,  # type: ignore[arg-type]
            right=2.0,
            down=(26.0 if displaced else 14.0) if below else 0.0,
            size=9.0 if hand == "pen" else 10.0,
        ),
        scrawl=_SCRAWLS.get(number),
    )


_SCRAWLS = {
    "000": (80.0, 16.0, 10.0, 10.0),
    "003": (70.0, 14.0, 30.0, -4.0),
    "004": (60.0, 13.0, 100.0, -3.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("number", TABLE)
@pytest.mark.parametrize("condition", ["digital", "scan", "photo"])
def test_document_on_paper_gives_its_row(
    shared: Path, tmp_path: Path, number: str, condition: str
) -> None:
    record = _by_number(run(plan([shared / "seeds"]), Settings(year=2025)))[number]
    pdf = typeset(_filling(number, str(record.fields.title.value)), seed=int(number) + 1)
    path = tmp_path / f"{number}.pdf"
    path.write_bytes(_under(pdf, condition, int(number)))
    (result,) = run([path], Settings(year=2025))
    row = TABLE[number]
    _check_on_paper(result, row)


def _under(pdf: bytes, condition: str, seed: int) -> bytes:
    if condition == "digital":
        return pdf
    rng = np.random.default_rng(seed)
    pages = rasters(pdf)
    if condition == "scan":
        return as_pdf([scanned(page, rng, 1.7 - seed) for page in pages], 200)
    return as_pdf([photographed(page, rng) for page in pages], 200)


def _check_on_paper(record: Record, row: Row) -> None:
    fields = record.fields
    # The case of 7-point type is not checked: a photograph may change it.
    title = (fields.title.value or "").replace(" :", ":").casefold()
    assert title.startswith(row.title.replace(" :", ":").casefold())
    assert fields.author.value == row.author
    # Spaces between handwritten letters are not checked: the recognizer guesses them.
    name = (fields.corresponding_author.value or "").replace(" ", "")
    assert name == (row.corresponding_author or "")
    assert fields.signature.present == "yes"
    assert (fields.date.as_written, fields.date.value) == (row.as_written, row.value)
    _check_flags(record, row)
