"""Pages that exist only as pixels: made upright, with their words.

When a page bears the print of a known blank form, that print is not read. The page is aligned with
the form (`imaging.registration`), so the printed words are known. The recognizer then reads only
the areas where signers write, and clauses that do not look as printed. Any other page is read as a
whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr_extract.forms.glued import all_without_glue
from ocr_extract.forms.template import PrintedPage, printed_pages
from ocr_extract.geometry import POINTS_PER_INCH, Grey, Raster, Rect, quarter_turned
from ocr_extract.imaging.registration import Alignment, align
from ocr_extract.imaging.resize import scaled
from ocr_extract.imaging.upright import upright_pages
from ocr_extract.pages.page import (
    MIN_INK_SHARE,
    MIN_LEGIBLE_WORDS,
    MIN_WELL_READ_SCORE,
    PageView,
    ink_share,
    legible_words,
)
from ocr_extract.recognition.base import Engines, PageRecognizer, RecognizerTrouble
from ocr_extract.records import Damage
from ocr_extract.settings import Settings
from ocr_extract.sources.source import Damaged, Source
from ocr_extract.text import Word, group_lines

TYPICAL_WORD_HEIGHT = 7.4
"""Median height in points of tesseract's words, measured on print of 10 to 12 points."""
MAX_SIZE_FACTOR = 1.3
"""Factor by which the print may be larger or smaller than typical before the page is rescaled
(chosen)."""
MIN_LEGIBLE_SHARE = 0.4
"""Share (0..1) of legible words from which a page is the right way up (chosen; counted: 0.10 and
0.15 on two pages upside down, 0.71 and 0.76 on the same pages turned)."""
MAX_COVERED_LABELS = 1
"""Labels that a signature may cover (chosen). When more labels do not look as printed, they may
have been moved: an inserted picture pushes them apart."""
PRINT_MARGIN = 0.8
"""Points around a printed word that its ink may reach (chosen)."""
MIN_PRINT_OVERLAP = 0.5
"""Overlap (0..1) of a read word with a printed word from which the read word is only a rest of
the print (chosen)."""


@dataclass(frozen=True)
class _Region:
    """A part of a page to be read, over the whole page width. `pixels` have the resolution `dpi`.
    `top` is where they begin, in points from the page's top.
    """

    pixels: Grey
    dpi: float
    top: float = 0.0


@dataclass(frozen=True)
class _KnownPage:
    """A page of a known form, the right way up, and where the form's print lies on it."""

    raster: Raster
    form: PrintedPage
    alignment: Alignment

    @property
    def doubtful(self) -> frozenset[tuple[str, str]]:
        """Pairs of (variant of the form, clause) whose print does not look as it should."""
        clauses = self.form.clauses_of(self.alignment.others)
        return frozenset((self.form.variant, clause) for clause in clauses)


@dataclass(frozen=True)
class _PreparedPage:
    """A page with the words of its known print, in points, and the regions that have to be read.
    `clauses` are pairs of (variant of the form, clause) whose print was compared and is unaltered.
    """

    raster: Raster
    regions: tuple[_Region, ...]
    words: tuple[Word, ...] = ()
    clauses: frozenset[tuple[str, str]] = frozenset()


def read_pages(
    source: Source,
    numbers: Sequence[int],
    settings: Settings,
    engines: Engines,
) -> list[PageView]:
    """The pages that can be read; `numbers` count from 1. Damage of the other pages is reported to
    `engines`. [] when the recognizer fails.
    """
    rasters: list[Raster] = []
    for number in numbers:
        try:
            rasters += upright_pages(source.render(number, settings.read_dpi))
        except Damaged as error:
            engines.report(error.damage)
    try:
        return _views(rasters, engines.pages, settings)
    except RecognizerTrouble as error:
        effect = f"Its pages could not be read: {error}"
        engines.report(Damage(stage="read", kind=error.kind, effect=effect))
        return []


def _views(
    rasters: Sequence[Raster], recognizer: PageRecognizer, settings: Settings
) -> list[PageView]:
    """The pages with their words. All regions of all pages are read in one call."""
    known = [_known_page(raster) for raster in rasters]
    doubtful = frozenset[tuple[str, str]]().union(*(page.doubtful for page in known if page))
    pages = [
        _prepare_known_page(page, doubtful, settings)
        if page
        else _PreparedPage(raster, (_whole_page(raster, settings),))
        for raster, page in zip(rasters, known, strict=True)
    ]
    region_words = iter(
        _words_of_regions([region for page in pages for region in page.regions], recognizer)
    )
    return [
        _view(
            page, [word for _ in page.regions for word in next(region_words)], recognizer, settings
        )
        for page in pages
    ]


def _known_page(raster: Raster) -> _KnownPage | None:
    """The page as one of a known form, upside down too; None when it is another page."""
    pages = printed_pages()
    prints = [page.print for page in pages]
    for turns in (0, 2) if ink_share(raster.pixels) >= MIN_INK_SHARE else ():
        turned = quarter_turned(raster, turns)
        match = align(turned, prints)
        if (
            match is not None
            and len(pages[match[0]].labels & match[1].others) <= MAX_COVERED_LABELS
        ):
            return _KnownPage(turned, pages[match[0]], match[1])
    return None


def _prepare_known_page(
    known: _KnownPage, every_doubtful: Set[tuple[str, str]], settings: Settings
) -> _PreparedPage:
    """A page of a known form. Its points are scaled to the form's size. `every_doubtful`: what is
    doubtful on any page of the file, since a clause may go on on the next page.
    """
    page, alignment = known.form, known.alignment
    resized = known.raster.magnified(known.raster.dpi / (alignment.scale * POINTS_PER_INCH))

    def placed(rect: Rect) -> Rect:
        x0, y0, x1, y1 = (resized.points(v) for v in alignment.on_raster(rect))
        return Rect(x0, y0, x1, y1)

    doubtful = frozenset(name for variant, name in every_doubtful if variant == page.variant)
    words = tuple(
        replace(word, rect=placed(word.rect))
        for line, line_words in zip(page.print.lines, page.words, strict=True)
        if line.clause not in doubtful
        for word in line_words
    )
    dpi = min(float(settings.locate_dpi), resized.dpi)
    areas = [*page.regions, *_clause_areas(page, doubtful & page.clauses)]
    regions = tuple(_cut_region(resized, dpi, placed(area), words) for area in areas)
    unaltered = page.clauses - doubtful
    return _PreparedPage(
        resized, regions, words, frozenset((page.variant, name) for name in unaltered)
    )


def _clause_areas(page: PrintedPage, clauses: Iterable[str]) -> Iterator[Rect]:
    """The area around the lines of each clause, in points of the form."""
    for clause in sorted(clauses):
        x0, y0, x1, y1 = Rect.around(
            line.rect for line in page.print.lines if line.clause == clause
        )
        yield Rect(x0, y0 - PRINT_MARGIN, x1, y1 + PRINT_MARGIN)


def _cut_region(raster: Raster, dpi: float, area: Rect, words: Sequence[Word]) -> _Region:
    """An area (in points) cut out over the whole page width. Known printed words are
    painted white.
    """
    top, bottom = (min(max(0.0, y), raster.points(raster.height - 1)) for y in area[1::2])
    rows, _ = raster.slices(Rect(0.0, top, 1.0, bottom))
    pixels = _downscaled(
        raster.pixels[rows.start : max(rows.stop, rows.start + 1)], dpi / raster.dpi
    )
    region = _Region(pixels.copy(), dpi, top=raster.points(rows.start))
    scale = dpi / POINTS_PER_INCH
    for word in words:
        x0, y0, x1, y1 = word.rect
        low = (round((x0 - PRINT_MARGIN) * scale), round((y0 - PRINT_MARGIN - region.top) * scale))
        high = (round((x1 + PRINT_MARGIN) * scale), round((y1 + PRINT_MARGIN - region.top) * scale))
        cv2.rectangle(region.pixels, low, high, 255, cv2.FILLED)
    return region


def _whole_page(raster: Raster, settings: Settings) -> _Region:
    """The whole page as one region, at no more than `locate_dpi`."""
    dpi = min(float(settings.locate_dpi), raster.dpi)
    return _Region(_downscaled(raster.pixels, dpi / raster.dpi), dpi)


def _downscaled(pixels: Grey, factor: float) -> Grey:
    """The pixels at a smaller size. They are never enlarged, since that adds no detail."""
    return pixels if factor >= 1 else scaled(pixels, factor)


def _words_of_regions(
    regions: Sequence[_Region], recognizer: PageRecognizer
) -> tuple[tuple[Word, ...], ...]:
    """Words of all regions, in points of their pages. One call per resolution: the pages of one
    file mostly share it.
    """
    words_by_region: dict[int, tuple[Word, ...]] = {}
    for dpi in sorted({round(region.dpi) for region in regions}):
        group = [i for i, region in enumerate(regions) if round(region.dpi) == dpi]
        words_read = recognizer.words([regions[i].pixels for i in group], regions[group[0]].dpi)
        for index, words in zip(group, words_read, strict=True):
            words_by_region[index] = tuple(
                _on_page(word, regions[index]) for word in all_without_glue(words)
            )
    return tuple(words_by_region[i] for i in range(len(regions)))


def _on_page(word: Word, region: _Region) -> Word:
    """A word of a region, moved to its place on the page."""
    x0, y0, x1, y1 = word.rect
    return replace(word, rect=Rect(x0, y0 + region.top, x1, y1 + region.top))


def _view(
    page: _PreparedPage, words_read: Sequence[Word], recognizer: PageRecognizer, settings: Settings
) -> PageView:
    """The page with all its words: known print and words that were read."""
    if page.words:
        new_words = [
            w
            for w in words_read
            if all(w.rect.overlap(p.rect) < MIN_PRINT_OVERLAP for p in page.words)
        ]
        words = (*page.words, *new_words)
        number = page.raster.page
        return PageView(number, page.raster, words, group_lines(words), clauses=page.clauses)
    turned, page_words = _right_way_up(page.raster, tuple(words_read), recognizer, settings)
    sized, page_words = _natural_size(turned, page_words)
    return PageView(page.raster.page, sized, page_words, group_lines(page_words))


def _right_way_up(
    raster: Raster, words: tuple[Word, ...], recognizer: PageRecognizer, settings: Settings
) -> tuple[Raster, tuple[Word, ...]]:
    """The page and its words, turned by quarter turns when that makes it legible."""
    best = (legible_words(words), 0, raster, words)
    if _is_legible(words) or ink_share(raster.pixels) < MIN_INK_SHARE:
        return raster, words
    for turns in (2, 1, 3):
        turned = quarter_turned(raster, turns)
        (turned_words,) = _words_of_regions([_whole_page(turned, settings)], recognizer)
        count = legible_words(turned_words)
        if count > best[0]:
            best = (count, turns, turned, turned_words)
        if _is_legible(turned_words):
            break
    return best[2], best[3]


def _is_legible(words: Sequence[Word]) -> bool:
    """Whether a page has many legible words, also as a share: of print that stands upside down, one
    word in eight looks like a word.
    """
    enough = max(MIN_LEGIBLE_WORDS, MIN_LEGIBLE_SHARE * len(words))
    return legible_words(words) >= enough


def _natural_size(raster: Raster, words: tuple[Word, ...]) -> tuple[Raster, tuple[Word, ...]]:
    """The page with points such that its print has its natural size: photographs and shrunk scans
    do not state their size. A page within a factor of 1.3 stays as it is, since forms differ too.
    """
    heights = [w.height for w in words if w.score >= MIN_WELL_READ_SCORE and len(w.text) >= 3]
    if len(heights) < MIN_LEGIBLE_WORDS:
        return raster, words
    factor = TYPICAL_WORD_HEIGHT / float(np.median(heights))
    if 1 / MAX_SIZE_FACTOR < factor < MAX_SIZE_FACTOR:
        return raster, words
    resized_words = tuple(
        replace(w, rect=Rect(w.rect.x0 * factor, w.rect.y0 * factor, w.rect.x1 * factor,
                         w.rect.y1 * factor))
        for w in words
    )  # fmt: skip
    return raster.magnified(factor), resized_words
