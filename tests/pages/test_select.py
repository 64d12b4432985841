"""Which pages of a file are read, and how they are divided into agreements."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.forms.definition import built_in_forms
from ocr_extract.geometry import Grey
from ocr_extract.pages.page import PageView, text_view
from ocr_extract.pages.select import (
    PageSelector,
    form_of,
    is_signing,
    pages_with_empty_blanks,
    signing_page,
    split_agreements,
)
from ocr_extract.pages.time_limit import TimeLimit
from ocr_extract.recognition.base import Engines
from ocr_extract.recognition.date_recognizer import DateRecognizer
from ocr_extract.records import Damage
from ocr_extract.settings import Settings
from ocr_extract.sources.open import open_source
from ocr_extract.text import Word
from tests import evidence_factory as made
from tests.factory import Factory, FakeReader

PMLR, _, GENERIC = built_in_forms()
SIGNING = "Name: Mira Feldmann\nSignature: M. F.\nDate: 3 May 2025"
ORDINARY = "The date of the party is 3 May"
NO_PIXELS = FakeReader(crash=AssertionError("no pixel has to be read"))


def _views(texts: Sequence[str], first: int = 1) -> list[PageView]:
    return [replace(text_view(text), number=n) for n, text in enumerate(texts, first)]


def _numbers(views: Sequence[PageView]) -> list[int]:
    return [view.number for view in views]


@dataclass(frozen=True)
class PatchReader(FakeReader):
    """Sees the words of a signing block on each page with a patch of light grey."""

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        light = [np.count_nonzero((page > 185) & (page < 215)) for page in pages]
        return tuple(text_view(SIGNING).words if count > 99 else () for count in light)


class Over(TimeLimit):
    """A time limit that is over."""

    @property
    def is_over(self) -> bool:
        return True


def _selected(
    path: Path, reader: FakeReader, **options: object
) -> tuple[list[PageView], list[Damage]]:
    damage: list[Damage] = []
    settings = Settings(year=2025, **options)  # type: ignore[arg-type]
    source = open_source(path, settings, damage.append)
    engines = Engines(reader, DateRecognizer(), damage.append)
    return PageSelector(source, settings, engines, TimeLimit(settings)).views(), damage


def _pictures(factory: Factory, pages: str) -> Path:
    """A page for each letter: "s" is a signing page, "-" another one, " " an empty one."""
    frames = []
    for page in pages:
        frame = np.full((330, 255), 255, np.uint8)
        frame[150:170, 100:120] = 200 if page == "s" else 255
        frame[20:24, 20:60] = 255 if page == " " else 140
        frames.append(frame)
    return factory.image("pages.tif", frames, dpi=30)


@pytest.mark.parametrize(
    ("pages", "read"),
    [("-s", [1, 2]), ("--s", [1, 3]), ("s--", [1, 3]), ("-s-", [1, 2, 3]), ("---", [1, 2, 3]),
     ("---s", [1, 2, 3, 4]), (" -s", [1, 2, 3]), ("s- ", [1, 2, 3])],
)  # fmt: skip
def test_pages_are_read_from_both_ends_until_one_is_signed(
    factory: Factory, pages: str, read: list[int]
) -> None:
    reader = PatchReader()
    views, _ = _selected(_pictures(factory, pages), reader)
    assert _numbers(views) == read


def test_no_more_pages_are_read_than_allowed(factory: Factory) -> None:
    views, _ = _selected(_pictures(factory, "------"), PatchReader(), max_pages_read=3)
    assert _numbers(views) == [1, 5, 6]


def test_text_file_is_one_page_without_recognizers(factory: Factory) -> None:
    (view,), damage = _selected(factory.text("a.txt", SIGNING), NO_PIXELS)
    assert [line.text for line in view.lines] == SIGNING.splitlines()
    assert damage == []


@pytest.mark.parametrize(("missing", "drawn"), [((), [2]), (("title",), [1, 2])])
def test_only_signing_page_and_pages_with_empty_blanks_get_pixels(
    factory: Factory, missing: tuple[str, ...], drawn: list[int]
) -> None:
    path = factory.agreement(**dict.fromkeys(missing))
    views, damage = _selected(path, NO_PIXELS)
    assert _numbers(views) == [1, 2]
    assert all(view.exact for view in views)
    assert [view.number for view in views if view.raster is not None] == drawn
    assert damage == []


def test_last_page_is_read_from_pixels_when_it_is_a_picture_and_not_when_it_is_blank(
    factory: Factory,
) -> None:
    blank = factory.file("blank.pdf", made.rearranged((1, 2, 0)))
    assert _numbers(_selected(blank, NO_PIXELS)[0]) == [1, 2]
    pdf = made.made(made.FILLED)
    pdf.add_blank_page(page_size=(612, 792))
    pdf.pages[2].contents_add(b"0 g 100 100 200 100 re f")
    views, _ = _selected(factory.file("picture.pdf", made.saved(pdf)), FakeReader())
    assert [(view.number, view.exact) for view in views] == [(1, True), (2, True), (3, False)]


def test_no_page_is_begun_after_the_time_limit(factory: Factory) -> None:
    damage: list[Damage] = []
    settings = Settings(year=2025)
    source = open_source(factory.agreement(), settings, damage.append)
    over = Over(settings)
    engines = Engines(NO_PIXELS, DateRecognizer(), damage.append)
    source = replace(source, render=over.bounded(source.render))
    assert PageSelector(source, settings, engines, over).views() == []
    assert {(each.stage, each.kind) for each in damage} == {("read", "timeout")}


def test_page_without_words_in_a_blank_is_named() -> None:
    head = "This is a manuscript currently entitled\n{}\n(the article) to be published in PMLR"
    texts = [head.format("Robust Trees"), head.format(""), ORDINARY, head.format("________")]
    assert pages_with_empty_blanks(_views(texts), PMLR) == {2, 4}


def test_phrases_of_a_form_may_be_on_several_pages() -> None:
    assert form_of(_views(PMLR.phrases))[0] == PMLR
    assert form_of(_views([SIGNING]))[0] == GENERIC


def test_signing_page_is_the_likeliest_and_of_equal_pages_the_later_one() -> None:
    def number(*texts: str) -> int | None:
        found = signing_page(_views(texts), GENERIC)
        return None if found is None else found[0].number

    assert number(SIGNING, ORDINARY) == 1
    assert number(SIGNING, SIGNING, ORDINARY) == 2
    assert number(SIGNING, SIGNING.replace(":", "")) == 1
    assert number(ORDINARY, "") is None


def test_labels_inside_running_text_are_not_a_signing_page() -> None:
    prose = text_view("You agree that your signature is binding and that the date is right.")
    found = signing_page([prose], GENERIC)
    assert found is not None
    assert not is_signing(prose, GENERIC)
    assert is_signing(text_view(SIGNING), GENERIC)


@pytest.mark.parametrize(
    ("pages", "parts"),
    [("-s-s", [[1, 2], [3, 4]]), ("s-s-", [[1, 2], [3, 4]]), ("-s-s-", [[1, 2], [3, 4, 5]]),
     ("--ss", [[1, 2, 3], [4]]), ("---s", [[1, 2, 3, 4]]), ("s-s", [[1, 2, 3]]),
     ("----", [[1, 2, 3, 4]])],
)  # fmt: skip
def test_each_agreement_has_one_signing_page(pages: str, parts: list[list[int]]) -> None:
    views = _views([SIGNING if page == "s" else ORDINARY for page in pages])
    assert [_numbers(part) for part in split_agreements(views, len(pages))] == parts


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.integers(1, 3))
def test_no_page_is_lost_or_doubled_when_agreements_are_divided(
    signed: list[bool], first: int
) -> None:
    views = _views([SIGNING if each else ORDINARY for each in signed], first)
    parts = split_agreements(views, len(views) + first - 1)
    assert [view for part in parts for view in part] == views
    assert all(parts)
