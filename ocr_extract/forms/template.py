"""Where the print of a known blank form stands, so that it need not be read on a scan.

The terms of a form belong to its publisher and are not kept here: of each line there is its
place, where its words begin and end, and how much ink stands in its columns and rows. Only
the short phrases by which forms are known (the forms' TOML files) are kept as words.
`scripts/trace_forms.py` makes them from blank forms.
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
"""Stands for a printed word whose letters are not kept."""
REACH = 3.0
"""Points by which an entry may reach into the printed lines around its blank."""


@dataclass(frozen=True)
class PrintedPage:
    """A page of a blank form: its print, the words of each of its lines in points, and where
    signers write, in points: these places have to be read.
    """

    variant: str
    print: Print
    words: tuple[tuple[Word, ...], ...]
    regions: tuple[Rect, ...]
    labels: frozenset[int]
    """The numbers of the lines that are labels of its signing block."""

    @property
    def clauses(self) -> frozenset[str]:
        """The numbers of all clauses on it."""
        return frozenset(line.clause for line in self.print.lines if line.clause)

    def clauses_of(self, lines: Iterable[int]) -> frozenset[str]:
        """The clauses that some lines, by their numbers, are of."""
        return frozenset(self.print.lines[n].clause for n in lines) - {""}


@cache
def printed_pages() -> tuple[PrintedPage, ...]:
    """The pages of all blank forms that are known, in the order of the file."""
    text = resources.files(__package__).joinpath("layouts.json").read_text(encoding="utf-8")
    forms = {form.name: form for form in built_in_forms()}
    return tuple(
        page_of(page, forms[name], variant)
        for name, variants in json.loads(text).items()
        for variant, pages in variants.items()
        for page in pages
    )


def page_of(stored: dict[str, Any], form: Form, variant: str) -> PrintedPage:
    """A page as it is stored."""
    words = tuple(
        tuple(
            Word(text or UNKNOWN, Rect(float(x0), float(y0), float(x1), float(y1)), 1.0, FORM)
            for x0, y0, x1, y1, text in line["words"]
        )
        for line in stored["lines"]
    )
    width, height = stored["size"]
    prints = Print((width, height), tuple(_line(line) for line in stored["lines"]))
    lines = group_lines([w for line in words for w in line])
    block = locate_block(lines, form)
    regions = (*_blank_regions(lines, form, width), *_block_regions(block, width))
    own = {word for label in block.labels.values() for word in label.words} if block else set()
    labels = frozenset(number for number, line in enumerate(words) if own & set(line))
    return PrintedPage(variant, prints, words, regions, labels)


def _line(stored: dict[str, Any]) -> PrintedLine:
    x0, y0, x1, y1 = stored["rect"]
    return PrintedLine(
        Rect(x0, y0, x1, y1),
        _profile(stored["columns"]),
        _profile(stored["rows"]),
        stored["clause"],
    )


def _profile(text: str) -> Profile:
    levels = np.frombuffer(base64.b85decode(text), np.uint8)
    return np.asarray(levels, np.float32) / np.float32(255)


def as_text(profile: Profile) -> str:
    """A profile as it is stored: a byte a value, in base 85."""
    levels = np.clip(np.rint(profile * 255), 0, 255).astype(np.uint8)
    return base64.b85encode(levels.tobytes()).decode("ascii")


def _blank_regions(lines: tuple[Line, ...], form: Form, width: float) -> Iterator[Rect]:
    """Each blank with the end of the line before it."""
    for name, blank in form.blanks.items():
        found = locate_blank(lines, name, blank)
        if found is not None and found.region is not None:
            before = _line_above(lines, found.region.y0)
            yield Rect(0.0, before - REACH, width, found.region.y1 + REACH)


def _block_regions(block: LocatedBlock | None, width: float) -> Iterator[Rect]:
    """From the line above the signing block as far down as signers write."""
    if block is not None and block.printed:
        yield Rect(0.0, Rect.around(block.printed).y1, width, block.extent[1])


def _line_above(lines: tuple[Line, ...], height: float) -> float:
    """Top of the last line that ends above a height, in points."""
    return max((line.rect.y0 for line in lines if line.rect.y1 <= height), default=height)
