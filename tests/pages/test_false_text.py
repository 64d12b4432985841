"""Text that its page does not show is left out; text that is only hard to read stays."""

from dataclasses import replace

import numpy as np
import pytest

from ocr_extract.forms.locate import LocatedBlock, LocatedLabel
from ocr_extract.geometry import Rect, raster_of
from ocr_extract.pages.false_text import without_false_text
from ocr_extract.pages.page import PageView, object_view
from ocr_extract.recognition.base import Engines
from ocr_extract.recognition.date_recognizer import DateRecognizer
from ocr_extract.sources.pdf_objects import ObjectPage
from ocr_extract.text import Word
from tests.factory import HANGING, FakeReader

PAPER = raster_of(np.full((800, 600), 255, np.uint8), 72.0, 2)
BODY, ENTRY = "Times", "Broken"


def _word(text: str, x: float, y: float) -> Word:
    return Word(text, Rect(x, y, x + 6 * len(text), y + 9), 1.0, "pdf")


LABEL = _word("Date:", 180, 436)
BLOCK = LocatedBlock({"date": LocatedLabel("date", LABEL.rect, 1.0, words=(LABEL,))}, 4.0, 400)


def _view(number: int, *words: tuple[Word, str]) -> PageView:
    shown, fonts = zip(*words, strict=True)
    return object_view(ObjectPage(number, shown, (), fonts))


def _read(entry: str, shown: str, font: str = ENTRY, reader: FakeReader | None = None) -> list[str]:
    """All words of both pages that are kept: a title on page 1, and an entry of page 2, where the
    page shows `shown`.
    """
    title = _view(1, (_word("Mpoh", 150, 200), font), (_word("terms", 150, 300), BODY))
    signing = _view(2, (LABEL, BODY), (_word(entry, 215, 436), font))
    engines = Engines(reader or FakeReader(shown), DateRecognizer(("en",)), lambda _: None)
    views = without_false_text([title, signing], 2, BLOCK, PAPER, engines)
    assert all(len(v.words) == sum(len(line.words) for line in v.lines) for v in views)
    return [word.text for view in views for word in view.words]


@pytest.mark.parametrize("entry", ["38!Nbz!3136", "გთჀჭᄁᄙ", "Njsb!Gfmenboo"])
def test_entry_that_shows_a_date_is_left_out_with_all_words_of_its_font(entry: str) -> None:
    assert _read(entry, "27 May 2025") == ["terms", "Date:"]


def test_entry_that_shows_another_name_is_left_out() -> None:
    assert _read("Njsb!Gfmenboo", "Mira Feldmann") == ["terms", "Date:"]


def test_false_entry_in_the_font_of_the_labels_leaves_all_other_words() -> None:
    assert _read("38!Nbz!3136", "27 May 2025", font=BODY) == ["Mpoh", "terms", "Date:"]


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        ("Mira Feldmann", "Mlra Feldmenn"),
        ("Ødegård", ""),
        ("N.N.", "27"),
        ("27 May 2025", "28 June 2024"),
    ],
)
def test_entry_that_may_be_what_is_shown_stays(entry: str, shown: str) -> None:
    assert entry in _read(entry, shown)


def test_failing_or_unsure_recognizer_leaves_all_words() -> None:
    assert "38!Nbz!3136" in _read("38!Nbz!3136", "", reader=HANGING)
    doubtful = replace(FakeReader("27 May 2025"), log_likelihood=-3.0)
    assert "38!Nbz!3136" in _read("38!Nbz!3136", "", reader=doubtful)
