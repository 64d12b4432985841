"""The page recognizer is called once for the blanks and the signing block together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from ocr_extract.fields.one_call import read_fields
from ocr_extract.forms.definition import built_in_forms
from ocr_extract.forms.locate import locate_block
from ocr_extract.geometry import Grey, Rect, raster_of
from ocr_extract.pages.page import PageView, text_view
from ocr_extract.recognition.base import Engines, RecognizerTrouble
from ocr_extract.recognition.names import DATES, PP_OCR
from ocr_extract.records import Damage, Hypothesis, Reading
from tests.factory import HANGING, FakeReader

PMLR = built_in_forms()[0]
DPI = 144
TITLE = "manuscript currently entitled\n\n\n\n\n(the article) to be published in PMLR"
BLOCK = "Corresponding Author:\n\n\nSigned:\n\n\nDate:"
ENTRY, SIGNATURE = Rect(20.0, 30.0, 80.0, 38.0), Rect(90.0, 45.0, 150.0, 57.0)
"""Boxes of ink in points: in the title's blank, and beside the label of the signature."""


@dataclass(frozen=True)
class CountingReader(FakeReader):
    """Reads each crop as its number in the call; it keeps the number of crops of each call."""

    calls: list[int] = field(default_factory=list)

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        self.calls.append(len(crops))
        return tuple(_reading("fake", f"crop {n}", -0.1) for n in range(len(crops)))


@dataclass(frozen=True)
class UnsureHandwriting:
    """Reads a word with a score of 0.7, and no date."""

    def readings(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        nothing = Reading(reader=DATES, hypotheses=())
        return tuple((*free, nothing) for free in self.free(crops))

    def free(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        return tuple((_reading(PP_OCR, "word", -0.35),) for _ in crops)

    def alternatives(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, Reading], ...]:
        raise AssertionError("nothing is a date")


def _reading(reader: str, text: str, log_likelihood: float) -> Reading:
    only = Hypothesis(text=text, log_likelihood=log_likelihood)
    return Reading(reader=reader, hypotheses=(only,))


def _page(text: str, number: int, ink: Rect) -> PageView:
    pixels = np.full((400, 800), 255, np.uint8)
    x0, y0, x1, y1 = (round(2 * side) for side in ink)
    pixels[y0:y1, x0:x1] = 0
    view = text_view(text)
    return PageView(number, raster_of(pixels, DPI, number), view.words, view.lines)


def _read(reader: FakeReader) -> tuple[str, list[str], list[Damage]]:
    """What stands in the title's blank and in the signature, and the damage."""
    title, signing = _page(TITLE, 1, ENTRY), _page(BLOCK, 2, SIGNATURE)
    block = locate_block(signing.lines, PMLR)
    assert block is not None
    damage: list[Damage] = []
    engines = Engines(reader, UnsureHandwriting(), damage.append)
    blanks, marks = read_fields([title, signing], PMLR, (signing, block), engines)
    (ink,) = [m for m in marks if m.kind == "ink" and np.allclose(m.rect, SIGNATURE, atol=1.0)]
    return blanks["title"].text, [reading.best for reading in ink.readings if reading.best], damage


def test_all_that_may_be_type_is_read_in_one_call_and_given_back_to_its_place() -> None:
    reader = CountingReader()
    title, signature, damage = _read(reader)
    assert len(reader.calls) == 1
    assert title == "crop 0"
    assert signature[0].startswith("crop ")
    assert signature[0] != title
    assert signature[-1] == "word"
    assert damage == []


def test_failing_recognizer_of_type_leaves_what_the_networks_read() -> None:
    title, signature, damage = _read(HANGING)
    assert (title, signature) == ("word", ["word"])
    assert [(each.kind, each.page) for each in damage] == [("reader_timeout", 2)]


def test_nothing_is_called_without_a_crop() -> None:
    empty = text_view("nothing")
    unused = FakeReader(crash=AssertionError("nothing has to be read"))
    engines = Engines(unused, UnsureHandwriting(), pytest.fail)
    assert read_fields([empty], PMLR, None, engines) == ({}, ())


def test_blank_alone_that_cannot_be_read_as_type_is_no_damage_of_the_block() -> None:
    engines = Engines(
        FakeReader(crash=RecognizerTrouble("x", "y")), UnsureHandwriting(), pytest.fail
    )
    blanks, marks = read_fields([_page(TITLE, 1, ENTRY)], PMLR, None, engines)
    assert (blanks["title"].text, marks) == ("word", ())
