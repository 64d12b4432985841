"""Layouts of known blank forms: known print does not have to be read on a scan.

The text of a form belongs to its publisher and is not stored here. The program stores, for each
printed line: its place, where its words begin and end, and how much ink is in its columns and rows.
Only the short phrases that identify a form are stored as words (in the form's TOML file).
`scripts/trace_forms.py` makes the layouts from blank forms.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from ocr_extract.forms.definition import Form, built_in_forms
from ocr_extract.forms.locate import LocatedBlock, locate_blank, locate_block
from ocr_extract.geometry import Rect
from ocr_extract.imaging.registration import Print, PrintedLine, Profile
from ocr_extract.text import FORM, Line, Word, group_lines

UNKNOWN = "▯▯"
"""Stands for a printed word whose letters are not stored."""
ENTRY_REACH = 3.0
"""Points by which an entry may reach into the printed lines around its blank (chosen)."""


@dataclass(frozen=True)
class PrintedPage:
    """A page of a blank form: its print, the words of each printed line, and the regions where
    signers write. All places are in points. Only the regions have to be read on a scan.
    """

    variant: str
    print: Print
    words: tuple[tuple[Word, ...], ...]
    regions: tuple[Rect, ...]
    labels: frozenset[int]
    """Numbers of the lines that are labels of the signing block."""

    @property
    def clauses(self) -> frozenset[str]:
        """The numbers of all clauses on the page."""
        return frozenset(line.clause for line in self.print.lines if line.clause)

    def clauses_of(self, lines: Iterable[int]) -> frozenset[str]:
        """The clauses that the given lines belong to. `lines` are line numbers from 0."""
        return frozenset(self.print.lines[n].clause for n in lines) - {""}


@cache
def printed_pages() -> tuple[PrintedPage, ...]:
    """The pages of all known blank forms, in the order of the file."""
    text = resources.files(__package__).joinpath("layouts.json").read_text(encoding="utf-8")
    forms = {form.name: form for form in built_in_forms()}
    return tuple(
        page_of(page, forms[name], variant)
        for name, variants in json.loads(text).items()
        for variant, pages in variants.items()
        for page in pages
    )


def page_of(stored: dict[str, Any], form: Form, variant: str) -> PrintedPage:
    """A page made from its stored form: `size` (width, height in points) and `lines`. A stored line
    has `rect`, `columns`, `rows`, `clause` and `words`. Raises KeyError when one is missing.
    """
    words = tuple(
        tuple(
            Word(text or UNKNOWN, Rect(float(x0), float(y0), float(x1), float(y1)), 1.0, FORM)
            for x0, y0, x1, y1, text in line["words"]
        )
        for line in stored["lines"]
    )
    width, height = stored["size"]
    page_print = Print((width, height), tuple(_printed_line(line) for line in stored["lines"]))
    lines = group_lines([w for line in words for w in line])
    block = locate_block(lines, form)
    regions = (*_blank_regions(lines, form, width), *_block_regions(block, width))
    label_words = (
        {word for label in block.labels.values() for word in label.words} if block else set()
    )
    labels = frozenset(number for number, line in enumerate(words) if label_words & set(line))
    return PrintedPage(variant, page_print, words, regions, labels)


def _printed_line(stored: dict[str, Any]) -> PrintedLine:
    x0, y0, x1, y1 = stored["rect"]
    return PrintedLine(
        Rect(x0, y0, x1, y1),
        _profile(stored["columns"]),
        _profile(stored["rows"]),
        stored["clause"],
    )


def _profile(text: str) -> Profile:
    """A profile from its stored text: float32 values 0..1."""
    levels = np.frombuffer(base64.b85decode(text), np.uint8)
    return np.asarray(levels, np.float32) / np.float32(255)


def as_text(profile: Profile) -> str:
    """A profile as stored text: one byte per value, in base 85. Values are 0..1."""
    levels = np.clip(np.rint(profile * 255), 0, 255).astype(np.uint8)
    return base64.b85encode(levels.tobytes()).decode("ascii")


def _blank_regions(lines: tuple[Line, ...], form: Form, width: float) -> Iterator[Rect]:
    """The region of each blank, in points. It includes the end of the line before the blank."""
    for name, blank in form.blanks.items():
        filled = locate_blank(lines, name, blank)
        if filled is not None and filled.region is not None:
            top = _top_of_line_above(lines, filled.region.y0)
            yield Rect(0.0, top - ENTRY_REACH, width, filled.region.y1 + ENTRY_REACH)


def _block_regions(block: LocatedBlock | None, width: float) -> Iterator[Rect]:
    """The region of the signing block, in points: from the line above it down to where signers
    write.
    """
    if block is not None and block.printed:
        yield Rect(0.0, Rect.around(block.printed).y1, width, block.extent[1])


def _top_of_line_above(lines: tuple[Line, ...], height: float) -> float:
    """Top of the last line that ends above a height, in points. The height itself when there is
    none.
    """
    return max((line.rect.y0 for line in lines if line.rect.y1 <= height), default=height)
