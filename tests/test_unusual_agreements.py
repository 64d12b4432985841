"""Agreements as they also come: two pages on one sheet, in another order, with pages too many or
too few. Each ends in one right state, and none is accepted that is not in order.
"""

from pathlib import Path

import numpy as np
import pytest

from ocr_extract import extract
from ocr_extract.geometry import Grey
from ocr_extract.records import Record, Verdict
from synthetic.degrade import as_pdf, scanned
from synthetic.samples import rasters
from synthetic.typeset import Entry, Filling, typeset

TITLE, AUTHOR, DAY = "Sparse Things in Deep Places", "Maria Fictional", "2025-05-21"
DPI = 200


@pytest.fixture(scope="module")
def pages() -> list[Grey]:
    """The two pages of a signed and dated agreement, as a scanner gives them, at DPI."""
    filling = Filling(
        title=Entry(TITLE, size=9.0),
        author=Entry(AUTHOR),
        corresponding_author=Entry(AUTHOR),
        signature=None,
        date=Entry("21/05/2025"),
        scrawl=(100.0, 18.0, 20.0, -2.0),
    )
    noise = np.random.default_rng(4)
    return [scanned(page, noise, 0.4) for page in rasters(typeset(filling, 1))]


def _record(folder: Path, *sheets: Grey) -> Record:
    path = folder / "agreement.pdf"
    path.write_bytes(as_pdf(list(sheets), DPI))
    return extract(path)


def _codes(record: Record) -> set[str]:
    return {flag.code for flag in record.flags if flag.asks}


def _is_read(record: Record) -> bool:
    return record.fields.date.value == DAY and record.fields.title.value == TITLE


def test_two_pages_on_one_sheet_are_read_as_two(tmp_path: Path, pages: list[Grey]) -> None:
    for number, sides in enumerate((pages, pages[::-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        record = _record(folder, np.hstack(sides))
        assert _is_read(record)
        assert record.verdict != Verdict.REJECTED
        place, middle = record.fields.date.place, 72 * pages[0].shape[1] / DPI
        assert place is not None
        assert (place.x0 > middle) == (number == 0)


def test_pages_in_reverse_order_are_read(tmp_path: Path, pages: list[Grey]) -> None:
    assert _is_read(_record(tmp_path, *pages[::-1]))


@pytest.mark.parametrize("first", [True, False])
def test_empty_page_hides_no_other_page(tmp_path: Path, pages: list[Grey], first: bool) -> None:
    empty = np.full_like(pages[0], 250)
    record = _record(tmp_path, *((empty, *pages) if first else (*pages, empty)))
    assert _is_read(record)
    assert "other_form" not in _codes(record)


def test_pages_on_their_side_are_read(tmp_path: Path, pages: list[Grey]) -> None:
    assert _is_read(_record(tmp_path, *(np.rot90(page).copy() for page in pages)))


def test_one_page_alone_is_not_accepted(tmp_path: Path, pages: list[Grey]) -> None:
    first = _record(tmp_path, pages[0])
    assert first.verdict != Verdict.ACCEPTED
    assert first.fields.date.value is None
    second = _record(tmp_path, pages[1])
    assert second.verdict == Verdict.REVIEW
    assert "other_form" in _codes(second)
    assert second.fields.date.value == DAY
