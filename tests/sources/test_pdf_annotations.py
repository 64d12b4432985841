"""Text of annotations that nothing draws: which is read, and where viewers set it."""

import pytest

from ocr_extract.geometry import Rect
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_annotations import MAX_SET_WORDS, Annotation, set_text
from ocr_extract.sources.pdf_objects import ObjectPage, open_objects
from tests.evidence_factory import DATE_BOX, free_text
from tests.factory import Factory

HIDDEN, PRINT, NO_VIEW = 2, 4, 32
"""Flags of an annotation."""
BOX = Rect(100, 200, 180, 260)


def _signing_page(factory: Factory, content: bytes) -> ObjectPage:
    with open_objects(factory.file("a.pdf", content), Settings()) as objects:
        assert objects is not None
        return objects.page(2)


def _note(page: ObjectPage) -> Annotation:
    (only,) = (a for a in page.annotations if a.kind == "FreeText")
    return only


def test_contents_without_an_appearance_are_shown_words_in_the_rectangle(factory: Factory) -> None:
    page = _signing_page(factory, free_text("25 July 2025", appearance=False))
    note = _note(page)
    assert [word.text for word in note.words] == ["25", "July", "2025"]
    assert set(note.words) <= set(page.shown)
    assert len(page.fonts) == len(page.shown)
    bounds = Rect(DATE_BOX[0], 792 - DATE_BOX[3], DATE_BOX[2], 792 - DATE_BOX[1])
    assert all(word.rect.overlap(bounds) > 0.9 for word in note.words)


@pytest.mark.parametrize(
    ("appearance", "flags"), [(True, PRINT), (False, HIDDEN), (False, PRINT | NO_VIEW)]
)
def test_drawn_and_hidden_annotations_give_no_words_of_their_contents(
    factory: Factory, appearance: bool, flags: int
) -> None:
    content = free_text("", contents="1 May 2024", appearance=appearance, flags=flags)
    page = _signing_page(factory, content)
    assert _note(page).words == ()
    assert "2024" not in {word.text for word in (*page.shown, *page.hidden)}


def test_lines_follow_each_other_and_long_ones_are_folded() -> None:
    words = set_text("one two\rthree four five six", BOX, 10.0)
    assert [w.text for w in words] == ["one", "two", "three", "four", "five", "six"]
    tops = [w.rect.y0 for w in words]
    assert tops[0] == tops[1] < tops[2] == tops[3] < tops[5]
    assert all(w.rect.x1 <= BOX.x1 for w in words)
    assert words[0].rect.x1 < words[1].rect.x0


def test_words_are_read_up_to_the_limit() -> None:
    for text in ("a " * 150, "a\n" * 150):
        assert len(set_text(text, BOX, 10.0)) == MAX_SET_WORDS


def test_text_without_a_font_size_fits_its_rectangle() -> None:
    low = Rect(0, 0, 200, 6)
    (word,) = set_text("2025", low, 0.0)
    assert 0 < word.rect.height < low.height
    (large,) = set_text("2025", low, 1e9)
    assert large.rect.height <= low.height
    assert set_text("", BOX, 0.0) == set_text(" \n ", BOX, 0.0) == ()
