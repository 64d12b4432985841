"""Pages that are pixels: upright, the right way up, with their words.

Where a page bears the print of a known blank form, that print is not read: it is aligned
(`imaging.align`), its words are known, and only the places where signers write are given
to the reader, and clauses that do not look as printed. Any other page is read as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr_extract.forms.template import PrintedPage, printed_pages
from ocr_extract.geometry import POINTS_PER_INCH, Grey, Raster, Rect, quarter_turned
from ocr_extract.imaging.registration import Alignment, align
from ocr_extract.imaging.resize import scaled
from ocr_extract.imaging.upright import make_upright
from ocr_extract.pages.page import (
    BLANK,
    LEGIBLE,
    WELL_READ,
    PageView,
    ink_share,
    legible_words,
)
from ocr_extract.recognition.base import Engines, PageRecognizer, RecognizerTrouble
from ocr_extract.records import Damage
from ocr_extract.settings import Settings
from ocr_extract.sources.source import Damaged, Source
from ocr_extract.text import Word, group_lines

USUAL_HEIGHT = 7.4
"""Median height in points of tesseract's words in 10 to 12 point print."""
SIZE_TOLERANCE = 1.3
MAX_COVERED = 1
"""Labels that a signature may cover; where more of them do not look as printed, they may
have been moved: an inserted picture pushes them apart.
"""
PRINT_EDGE = 0.8
"""Points around a printed word that its ink may reach."""
ON_PRINT = 0.5
"""Share of a word that was read which lies on a printed one, from which it is a rest of it."""


@dataclass(frozen=True)
class _Part:
    """Something to be read, over the whole width of its page: pixels at `dpi`, and how far from
    the page's top they begin, in points.
    """

    pixels: Grey
    dpi: float
    top: float = 0.0


@dataclass(frozen=True)
class _Sheet:
    """A page with the print that is known of it, in points, and what has to be read;
    `clauses` are those whose print was compared, with the variant of the form.
    """

    raster: Raster
    parts: tuple[_Part, ...]
    words: tuple[Word, ...] = ()
    clauses: frozenset[tuple[str, str]] = frozenset()


def read_pages(
    source: Source,
    numbers: Sequence[int],
    settings: Settings,
    engines: Engines,
) -> list[PageView]:
    """The pages that can be read; what is wrong with the others is reported."""
    rasters = []
    for number in numbers:
        try:
            rasters.append(make_upright(source.render(number, settings.read_dpi)))
        except Damaged as trouble:
            engines.report(trouble.damage)
    try:
        return _views(rasters, engines.pages, settings)
    except RecognizerTrouble as trouble:
        effect = f"Its pages could not be read: {trouble}"
        engines.report(Damage(stage="read", kind=trouble.kind, effect=effect))
        return []


def _views(rasters: Sequence[Raster], reader: PageRecognizer, settings: Settings) -> list[PageView]:
    """All parts of all pages are read in one call."""
    sheets = [_sheet(raster, settings) for raster in rasters]
    read = iter(_words_of([part for sheet in sheets for part in sheet.parts], reader))
    return [
        _view(sheet, [word for _ in sheet.parts for word in next(read)], reader, settings)
        for sheet in sheets
    ]


def _sheet(raster: Raster, settings: Settings) -> _Sheet:
    """The page with its print, where that is a known form's, either way up."""
    pages = printed_pages()
    prints = [page.print for page in pages]
    for turns in (0, 2) if ink_share(raster.pixels) >= BLANK else ():
        turned = quarter_turned(raster, turns)
        found = align(turned, prints)
        if found is not None and len(pages[found[0]].labels & found[1].others) <= MAX_COVERED:
            return _printed(turned, pages[found[0]], found[1], settings)
    return _Sheet(raster, (_whole(raster, settings),))


def _printed(raster: Raster, page: PrintedPage, alignment: Alignment, settings: Settings) -> _Sheet:
    """A page whose print is known; its points are those of the form's size."""
    sized = raster.magnified(raster.dpi / (alignment.scale * POINTS_PER_INCH))

    def placed(rect: Rect) -> Rect:
        x0, y0, x1, y1 = (sized.points(v) for v in alignment.on_raster(rect))
        return Rect(x0, y0, x1, y1)

    doubtful = page.clauses_of(alignment.others)
    words = tuple(
        replace(word, rect=placed(word.rect))
        for line, own in zip(page.print.lines, page.words, strict=True)
        if line.clause not in doubtful
        for word in own
    )
    at = min(float(settings.locate_dpi), sized.dpi)
    regions = [*page.regions, *_lines_of(page, doubtful)]
    parts = tuple(_cut(sized, at, placed(region), words) for region in regions)
    sure = page.clauses - doubtful
    return _Sheet(sized, parts, words, frozenset((page.variant, name) for name in sure))


def _lines_of(page: PrintedPage, clauses: Iterable[str]) -> Iterator[Rect]:
    """Around the lines of each of some clauses, in points of the form."""
    for clause in sorted(clauses):
        x0, y0, x1, y1 = Rect.around(
            line.rect for line in page.print.lines if line.clause == clause
        )
        yield Rect(x0, y0 - PRINT_EDGE, x1, y1 + PRINT_EDGE)


def _cut(raster: Raster, dpi: float, region: Rect, words: Sequence[Word]) -> _Part:
    """A region, in points, over the whole width of the page; paper where words are printed."""
    top, bottom = (min(max(0.0, y), raster.points(raster.height - 1)) for y in region[1::2])
    rows, _ = raster.slices(Rect(0.0, top, 1.0, bottom))
    pixels = _reduced(raster.pixels[rows.start : max(rows.stop, rows.start + 1)], dpi / raster.dpi)
    part = _Part(pixels.copy(), dpi, top=raster.points(rows.start))
    scale = dpi / POINTS_PER_INCH
    for word in words:
        x0, y0, x1, y1 = word.rect
        low = (round((x0 - PRINT_EDGE) * scale), round((y0 - PRINT_EDGE - part.top) * scale))
        high = (round((x1 + PRINT_EDGE) * scale), round((y1 + PRINT_EDGE - part.top) * scale))
        cv2.rectangle(part.pixels, low, high, 255, cv2.FILLED)
    return part


def _whole(raster: Raster, settings: Settings) -> _Part:
    at = min(float(settings.locate_dpi), raster.dpi)
    return _Part(_reduced(raster.pixels, at / raster.dpi), at)


def _reduced(pixels: Grey, factor: float) -> Grey:
    """Never enlarged: that shows no more."""
    return pixels if factor >= 1 else scaled(pixels, factor)


def _words_of(parts: Sequence[_Part], reader: PageRecognizer) -> tuple[tuple[Word, ...], ...]:
    """Words of all parts in points of their pages, one call per resolution (the pages of one
    file mostly share it).
    """
    found: dict[int, tuple[Word, ...]] = {}
    for dpi in sorted({round(part.dpi) for part in parts}):
        group = [i for i, part in enumerate(parts) if round(part.dpi) == dpi]
        read = reader.words([parts[i].pixels for i in group], parts[group[0]].dpi)
        for index, words in zip(group, read, strict=True):
            found[index] = tuple(_moved(word, parts[index]) for word in words)
    return tuple(found[i] for i in range(len(parts)))


def _moved(word: Word, part: _Part) -> Word:
    x0, y0, x1, y1 = word.rect
    return replace(word, rect=Rect(x0, y0 + part.top, x1, y1 + part.top))


def _view(
    sheet: _Sheet, read: Sequence[Word], reader: PageRecognizer, settings: Settings
) -> PageView:
    if sheet.words:
        added = [w for w in read if all(w.rect.overlap(p.rect) < ON_PRINT for p in sheet.words)]
        words = (*sheet.words, *added)
        number = sheet.raster.page
        return PageView(number, sheet.raster, words, group_lines(words), clauses=sheet.clauses)
    turned, own = _right_way_up(sheet.raster, tuple(read), reader, settings)
    sized, own = _natural_size(turned, own)
    return PageView(sheet.raster.page, sized, own, group_lines(own))


def _right_way_up(
    raster: Raster, words: tuple[Word, ...], reader: PageRecognizer, settings: Settings
) -> tuple[Raster, tuple[Word, ...]]:
    """Turned upside down, or to a side, when that is what makes it legible."""
    best = (legible_words(words), 0, raster, words)
    if best[0] >= LEGIBLE or ink_share(raster.pixels) < BLANK:
        return raster, words
    for turns in (2, 1, 3):
        turned = quarter_turned(raster, turns)
        (again,) = _words_of([_whole(turned, settings)], reader)
        count = legible_words(again)
        if count > best[0]:
            best = (count, turns, turned, again)
        if count >= LEGIBLE:
            break
    return best[2], best[3]


def _natural_size(raster: Raster, words: tuple[Word, ...]) -> tuple[Raster, tuple[Word, ...]]:
    """Points such that print has its natural size: photographs and shrunk scans do not
    state theirs. Left alone within a third of it, for forms differ too.
    """
    heights = [w.height for w in words if w.score >= WELL_READ and len(w.text) >= 3]
    if len(heights) < LEGIBLE:
        return raster, words
    factor = USUAL_HEIGHT / float(np.median(heights))
    if 1 / SIZE_TOLERANCE < factor < SIZE_TOLERANCE:
        return raster, words
    scaled = tuple(
        replace(w, rect=Rect(w.rect.x0 * factor, w.rect.y0 * factor, w.rect.x1 * factor,
                         w.rect.y1 * factor))
        for w in words
    )  # fmt: skip
    return raster.magnified(factor), scaled
