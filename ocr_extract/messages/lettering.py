"""Sets a line of text into the space of a blank: the largest size at which it fits."""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ocr_extract.errors import MissingTool

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

FONT = "OcrExtractSans"
"""Name under which the font is registered with reportlab."""
FONT_FOLDER, FONT_FILE = "mpl-data/fonts/ttf", "DejaVuSans.ttf"
"""The font, inside matplotlib's package: DejaVu Sans has Latin, Greek and Cyrillic letters. It may
be embedded (its licence lies beside it)."""
MAX_SIZE, COMFORTABLE_SIZE, MIN_SIZE = 10.0, 7.0, 5.5
"""Font sizes in points (chosen): of an entry that has room, the smallest before the page's margins
are used, and the smallest of all. Below 5.5 points scans are read badly."""
SIZE_STEP = 0.25
"""Points between two sizes that are tried (chosen)."""
NARROWING = 0.98
"""Share (0..1) of the width that is tried next where lines are made equally wide (chosen)."""
LEADING = 1.16
"""Distance of two lines, as a multiple of the font size (defined by the font: ascent 0.93 plus
descent 0.24)."""
DESCENT = 0.24
"""Depth of the font below the baseline, as a multiple of its size (defined by the font)."""
MAX_CHARACTERS = 2_000
"""Longest text that is tried, in characters (chosen): no blank holds more."""
RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))
"""Classes of characters that are written from right to left (defined by Unicode, annex 9)."""


@dataclass(frozen=True)
class Band:
    """A strip of paper without print, in points from the page's top. `rule` says on which side of
    it a ruled line is: the text keeps near that line.
    """

    top: float
    bottom: float
    rule: Literal["below", "above", "none"] = "none"


@dataclass(frozen=True)
class Space:
    """Where an entry may be written: `page` counts from 1, x in points from the page's left. `wide`
    are left and right when the page's margins are used as well. `centre` is the middle of a ruled
    line; without one the entry starts on the left.
    """

    page: int
    left: float
    right: float
    bands: tuple[Band, ...]
    wide: tuple[float, float]
    centre: float | None = None
    max_lines: int = 4


@dataclass(frozen=True)
class SetLine:
    """A line of text: where it starts, its baseline in points from the page's top, its font size in
    points.
    """

    x: float
    baseline: float
    size: float
    text: str


def one_line(text: str) -> str:
    """The text as one line without control characters and without signs that turn the direction of
    writing, in composed form.
    """
    printable = (c if c.isprintable() else " " for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(printable).split())


def undrawable(text: str) -> str:
    """The characters that the font cannot write, each once, in their order: it has no sign for
    them, or they are written from right to left.
    """
    glyphs = font().face.charToGlyph
    return "".join(
        dict.fromkeys(
            c for c in text if ord(c) not in glyphs or unicodedata.bidirectional(c) in RIGHT_TO_LEFT
        )
    )


def set_into(text: str, space: Space) -> tuple[SetLine, ...]:
    """The lines of a text in its space, at the largest size at which it fits; () when it does not
    fit.
    """
    if not text or len(text) > MAX_CHARACTERS:
        return ()
    narrow = (space.left, space.right)
    tries = [(narrow, MAX_SIZE, COMFORTABLE_SIZE), (space.wide, COMFORTABLE_SIZE, MIN_SIZE)]
    for (left, right), largest, smallest in tries:
        for size in _sizes(largest, smallest):
            places = _baselines(space, size)
            lines = _balanced(text, size, right - left, len(places))
            if lines:
                return tuple(
                    SetLine(_start(line, size, space, left, right), baseline, size, line)
                    for line, baseline in zip(lines, places, strict=False)
                )
    return ()


def draw(canvas: Canvas, lines: Sequence[SetLine], height: float) -> None:
    """Draw lines on a page of that height in points. `font` must have been called."""
    canvas.setFillColorRGB(0, 0, 0)
    for line in lines:
        canvas.setFont(FONT, line.size)
        canvas.drawString(line.x, height - line.baseline, line.text)


@cache
def font(name: str = FONT, file: str = FONT_FILE) -> TTFont:
    """A font of matplotlib's, registered with reportlab under a name. Raises MissingTool when its
    file is not there.
    """
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415  slow
    from reportlab.pdfbase.ttfonts import TTFError, TTFont  # noqa: PLC0415

    found = importlib.util.find_spec("matplotlib")
    path = Path(found.origin if found and found.origin else "").parent / FONT_FOLDER / file
    try:
        made = TTFont(name, str(path))
    except (TTFError, OSError) as error:
        advice = "Install it again: `pip install --force-reinstall matplotlib`."
        raise MissingTool(f"The font {path.name} of matplotlib is missing.", advice) from error
    pdfmetrics.registerFont(made)
    return made


def _sizes(largest: float, smallest: float) -> Iterator[float]:
    """Sizes from the largest to the smallest."""
    size = largest
    while size >= smallest:
        yield size
        size -= SIZE_STEP


def _baselines(space: Space, size: float) -> list[float]:
    """Baselines that the bands have room for at this size, from top to bottom."""
    leading, baselines = LEADING * size, []
    for band in space.bands:
        count = int((band.bottom - band.top + 0.01) / leading)
        spare = band.bottom - band.top - count * leading
        top = band.top + {"below": spare, "above": 0.0, "none": spare / 2}[band.rule]
        baselines += [top + (n + 1) * leading - DESCENT * size for n in range(count)]
    return baselines[: space.max_lines]


def _balanced(text: str, size: float, width: float, max_lines: int) -> tuple[str, ...]:
    """The text in lines of about the same width; () when it does not fit."""
    lines = _wrapped(text, size, width, max_lines)
    while len(lines) > 1:
        width *= NARROWING
        narrower = _wrapped(text, size, width, len(lines))
        if not narrower:
            break
        lines = narrower
    return lines


def _wrapped(text: str, size: float, width: float, max_lines: int) -> tuple[str, ...]:
    """The text in lines of at most `width` points; () when it needs more than `max_lines`."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, size) <= width:
            lines[-1] = longer
        elif len(lines) < max_lines and _width(word, size) <= width:
            lines.append(word)
        else:
            return ()
    return tuple(lines)


def _width(text: str, size: float) -> float:
    """Width of a text in points."""
    return float(font().stringWidth(text, size))


def _start(line: str, size: float, space: Space, left: float, right: float) -> float:
    """Where a line starts: around the middle of the ruled line as far as there is room."""
    if space.centre is None:
        return left
    width = _width(line, size)
    return min(max(left, space.centre - width / 2), right - width)
