"""Scanned pages: known print is not read. Signers' entries and print that may be changed
are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest

from ocr_extract.extraction import extract
from ocr_extract.forms.template import PrintedPage, printed_pages
from ocr_extract.geometry import Grey, Rect
from ocr_extract.pages.scanned import read_pages
from ocr_extract.recognition.base import Availability, Engines
from ocr_extract.recognition.date_recognizer import DateRecognizer
from ocr_extract.recognition.tesseract import Tesseract
from ocr_extract.records import Damage, Reading
from ocr_extract.settings import Settings
from ocr_extract.sources.open import open_source
from ocr_extract.text import FORM, Word
from synthetic import typeset
from synthetic.degrade import scanned
from tests.factory import Factory, pages_of, text_lines

YEAR = Settings(year=2025)


@dataclass
class RecordingRecognizer:
    """Tesseract, together with the sizes (height, width) of the pages that it received."""

    engine: Tesseract = field(default_factory=Tesseract)
    pages: list[tuple[int, int]] = field(default_factory=list)

    def available(self) -> Availability:
        return self.engine.available()

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        return self.engine.read(crops)

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        self.pages += [(page.shape[0], page.shape[1]) for page in pages]
        return self.engine.words(pages, dpi)


def _scan(degrees: float = 0.4) -> list[Grey]:
    return [scanned(page, np.random.default_rng(3), degrees) for page in pages_of()]


def test_only_blanks_and_signing_block_are_read(factory: Factory) -> None:
    recognizer = RecordingRecognizer()
    record = extract(factory.image("a.tif", _scan()), settings=YEAR, page_recognizer=recognizer)
    assert len(recognizer.pages) == 3
    assert all(height < 450 for height, _ in recognizer.pages)
    assert record.form is not None
    assert record.form.terms == "unaltered"
    assert record.fields.title.value == "Robust Tree Ensembles for Long Documents"
    assert record.fields.author.value == "Mira Feldmann"
    assert record.fields.date.value == "2025-05-27"
    assert record.fields.signature.present == "yes"


def test_turned_pages_are_read(factory: Factory) -> None:
    for turns in (1, 2, 3):
        recognizer = RecordingRecognizer()
        turned = [np.ascontiguousarray(np.rot90(page, turns)) for page in _scan()]
        record = extract(
            factory.image(f"{turns}.tif", turned), settings=YEAR, page_recognizer=recognizer
        )
        assert len(recognizer.pages) == 3
        assert record.fields.date.value == "2025-05-27"
        assert record.fields.date.place is not None


def test_changed_clause_is_read(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tuple(c.replace("stay with", "pass from") for c in typeset.CLAUSES)
    monkeypatch.setattr(typeset, "CLAUSES", changed)
    recognizer = RecordingRecognizer()
    record = extract(factory.image("a.tif", _scan()), settings=YEAR, page_recognizer=recognizer)
    assert len(recognizer.pages) == 4
    assert record.form is not None
    assert record.form.terms == "unreadable"
    assert record.fields.date.value == "2025-05-27"


def test_clause_that_is_changed_on_its_second_page_is_read_on_both(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clause 5 ends on page 1; here it is said to go on in what is clause 6.1 on page 2."""
    pages = tuple(_with_clause(page, "6.1", "5") for page in printed_pages())
    monkeypatch.setattr("ocr_extract.pages.scanned.printed_pages", lambda: pages)
    changed = tuple(c.replace("new, and", "old, and") for c in typeset.WARRANTIES)
    monkeypatch.setattr(typeset, "WARRANTIES", changed)
    recognizer = RecordingRecognizer()
    source = open_source(factory.image("a.tif", _scan()), YEAR, _ignore)
    first, second = read_pages(source, [1, 2], YEAR, Engines(recognizer, DateRecognizer(), _ignore))
    assert len(recognizer.pages) == 5
    assert ("samples", "4") in first.clauses
    assert ("samples", "6.2") in second.clauses
    assert all(("samples", "5") not in view.clauses for view in (first, second))


def _ignore(damage: Damage) -> None:
    """Take damage that a test does not look at."""


def _with_clause(page: PrintedPage, old: str, new: str) -> PrintedPage:
    lines = tuple(
        replace(line, clause=new) if line.clause == old else line for line in page.print.lines
    )
    return replace(page, print=replace(page.print, lines=lines))


def test_pen_stroke_over_a_clause_is_not_an_altered_clause(factory: Factory) -> None:
    pages = _scan(0.0)
    line = next(li for li in printed_pages()[2].print.lines if li.clause == "3").rect
    x, top, bottom = (round(v * 200 / 72) for v in (line[0] + 60, line[1] - 3, line[3] + 3))
    cv2.line(pages[0], (x, top), (x + 70, bottom), 0, 5)
    recognizer = RecordingRecognizer()
    record = extract(factory.image("a.tif", pages), settings=YEAR, page_recognizer=recognizer)
    assert len(recognizer.pages) == 4
    assert "terms_altered" not in [flag.code for flag in record.flags]
    assert record.fields.title.value == "Robust Tree Ensembles for Long Documents"


def test_moved_labels_are_found(factory: Factory) -> None:
    """An inserted picture moves "Signed:" and "Date:" down. The rest of the page is printed as
    usual.
    """
    pages = [page.copy() for page in pages_of()]
    top, bottom, down = (round(v * 200 / 72) for v in (424.5, 460.0, 45.0))
    moved = pages[1][top:bottom].copy()
    pages[1][top:bottom] = 255
    pages[1][top + down : bottom + down] = moved
    recognizer = RecordingRecognizer()
    record = extract(factory.image("a.tif", pages), settings=YEAR, page_recognizer=recognizer)
    assert max(height for height, _ in recognizer.pages) > 1000
    assert record.fields.date.value == "2025-05-27"
    assert record.fields.date.place is not None
    assert record.fields.date.place.y0 > 475
    assert record.fields.signature.present == "yes"


def test_unknown_print_is_read_as_a_whole_page(factory: Factory) -> None:
    recognizer = RecordingRecognizer()
    path = factory.image("a.tif", [text_lines()])
    damage: list[Damage] = []
    source = open_source(path, YEAR, damage.append)
    engines = Engines(recognizer, DateRecognizer(), damage.append)
    (view,) = read_pages(source, [1], YEAR, engines)
    assert recognizer.pages[0][0] >= 1000
    assert view.clauses == frozenset()
    assert all(word.source != FORM for word in view.words)


@dataclass(frozen=True)
class OneWayUp:
    """Reads 200 words of a page, of which most are legible only where its black block is below."""

    def available(self) -> Availability:
        return Availability("fake", present=True)

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        return tuple(Reading(reader="fake", hypotheses=()) for _ in crops)

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        return tuple(self._words(170 if _block_is_below(page) else 30) for page in pages)

    def _words(self, legible: int) -> tuple[Word, ...]:
        scores = [0.9] * legible + [0.2] * (200 - legible)
        return tuple(
            Word(f"w{'o' * (legible % 7)}rd", Rect(9.0, 4.0 * i, 30.0, 4.0 * i + 3.0), score)
            for i, score in enumerate(scores)
        )


def _block_is_below(page: Grey) -> bool:
    half = page.shape[0] // 2
    return float(page[half:].mean()) < float(page[:half].mean())


def test_page_upside_down_with_some_legible_words_is_turned(factory: Factory) -> None:
    page = np.full((1100, 850), 255, np.uint8)
    page[100:300, 200:600:3] = 0
    source = open_source(factory.image("down.png", [page]), YEAR, lambda damage: None)
    engines = Engines(pages=OneWayUp(), handwriting=DateRecognizer(), report=lambda damage: None)
    (view,) = read_pages(source, [1], YEAR, engines)
    assert sum(word.score > 0.5 for word in view.words) == 170
