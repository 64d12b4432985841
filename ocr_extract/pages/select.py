"""Chooses the pages of a file that are read, and divides them into agreements."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ocr_extract.forms.definition import Form, built_in_forms
from ocr_extract.forms.locate import LocatedBlock, identify, locate_blank, locate_block
from ocr_extract.geometry import Raster
from ocr_extract.pages.false_text import without_false_text
from ocr_extract.pages.page import (
    MIN_INK_SHARE,
    MIN_LEGIBLE_WORDS,
    PageView,
    ink_share,
    legible_words,
    object_view,
    page_order,
    text_view,
)
from ocr_extract.pages.scanned import read_pages
from ocr_extract.pages.time_limit import OVER, TimeLimit
from ocr_extract.recognition.base import Engines
from ocr_extract.records import Damage
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_objects import MAX_CHARACTERS, ObjectPage, PdfObjects, open_objects
from ocr_extract.sources.pdf_syntax import only_repaired, syntax_complaints
from ocr_extract.sources.source import Damaged, Source
from ocr_extract.sources.two_engines import COMPARE_DPI, drawn_alike

log = logging.getLogger(__name__)

MIN_PAGES_FOR_TWO_AGREEMENTS = 4
"""Pages from which a file may hold two agreements, so that all its pages are read (chosen: each
agreement has two pages)."""
GLANCE_DPI = 75
"""Resolution in dots per inch at which a page is checked for being blank (chosen)."""
MAX_DOCUMENT_CHARACTERS = 200_000
"""Characters of a PDF after which no further page is read (chosen; an agreement has 6,000)."""
TOO_MUCH_TEXT = "More text than is read: its other pages were not looked at."
MIN_COMPLETE_BLOCK_SCORE = 3.0
"""Score of a signing block from which no other page is searched (chosen: two labels in their
expected form and place). Label-like words of running text reach 1.8 together."""


@dataclass(frozen=True)
class PageSelector:
    """Chooses the pages of one file that are read. Pages with their own text and objects are used
    when the signing block is among them. Otherwise pages are read from pixels.
    """

    source: Source
    settings: Settings
    engines: Engines
    time_limit: TimeLimit

    def views(self) -> list[PageView]:
        """The pages that were read, in their order."""
        if self.source.text is not None:
            return [text_view(self.source.text)]
        return self._views_of_objects() or self._views_of_pixels()

    def _views_of_objects(self) -> list[PageView]:
        """Pages as the file itself describes them, when the signing block is among them. Pages that
        are pictures are read from pixels. [] when the block has to be found in pixels.
        """
        if self.source.type != "pdf":
            return []
        with open_objects(self.source.path, self.settings) as objects:
            if objects is None:
                return []
            pages = self._object_pages(objects)
            views = [
                object_view(page)
                for page in pages
                if legible_words(page.shown) >= MIN_LEGIBLE_WORDS
            ]
            form = form_of(views)[0]
            signing = {view.number for view in views if is_signing(view, form)}
            return self._with_pixels(objects, views, form, signing) if signing else []

    def _object_pages(self, objects: PdfObjects) -> list[ObjectPage]:
        """The file's own words, page by page, within the time limit and the limit of characters.
        Reports damage when a limit is reached.
        """
        pages: list[ObjectPage] = []
        characters = 0
        for number in page_order(self.source.pages, self.settings.max_pages):
            if self.time_limit.is_over or characters > MAX_DOCUMENT_CHARACTERS:
                is_late = self.time_limit.is_over
                kind, effect = ("timeout", OVER) if is_late else ("too_large", TOO_MUCH_TEXT)
                self.engines.report(Damage(stage="read", kind=kind, effect=effect))
                break
            page = objects.page(number)
            pages.append(page)
            characters += sum(len(word.text) for word in (*page.shown, *page.hidden))
            self._report_cut(page, number)
        return pages

    def _report_cut(self, page: ObjectPage, number: int) -> None:
        """Report a page whose text was cut off at the limit of characters."""
        if page.cut:
            effect = f"More than {MAX_CHARACTERS} characters on a page: the others are not read."
            damage = Damage(stage="read", kind="too_large", page=number, effect=effect)
            self.engines.report(damage)

    def _with_pixels(
        self, objects: PdfObjects, views: Sequence[PageView], form: Form, signing: set[int]
    ) -> list[PageView]:
        """The pages, with pixels where they are needed, and the pages that are pictures."""
        self._report_broken_syntax(objects, [view.number for view in views])
        rasters = {v.number: self._raster(objects, v) for v in views if v.number in signing}
        views = self._with_true_text(views, form, rasters)
        blank = pages_with_empty_blanks(views, form) - signing
        rasters |= {v.number: self._raster(objects, v) for v in views if v.number in blank}
        numbers_with_objects = {view.number for view in views}
        numbers = page_order(self.source.pages, self.settings.max_pages)
        picture_pages = [
            n for n in numbers[:2] if n not in numbers_with_objects and not _is_blank(objects, n)
        ]
        object_views = [replace(view, raster=rasters.get(view.number)) for view in views]
        return _in_order([*object_views, *self._read(picture_pages)])

    def _raster(self, objects: PdfObjects, view: PageView) -> Raster | None:
        """A page's pixels: by PDFium, or by poppler when the page has ink that PDFium does not
        draw.
        """
        if any(annotation.undrawn for annotation in view.annotations):
            with suppress(Damaged):
                return self.source.render(view.number, self.settings.read_dpi)
        return objects.raster(view.number, self.settings.read_dpi)

    def _with_true_text(
        self, views: Sequence[PageView], form: Form, rasters: Mapping[int, Raster | None]
    ) -> list[PageView]:
        """The pages without text that is not what the signing pages show."""
        for number, raster in rasters.items():
            view = next(view for view in views if view.number == number)
            block = locate_block(view.lines, form)
            if block is not None and raster is not None:
                views = without_false_text(views, number, block, raster, self.engines)
        return list(views)

    def _report_broken_syntax(self, objects: PdfObjects, numbers: Sequence[int]) -> None:
        """Report a file whose data is broken; `numbers` are the pages that are read."""
        if complaints := syntax_complaints(self.source.path):
            harmless = only_repaired(complaints) and all(
                self._drawn_alike(objects, number) for number in numbers
            )
            missing = "what was written on it may be missing."
            costs = "two programs draw its pages alike." if harmless else missing
            effect = f"The file's data is broken: {costs}"
            damage = Damage(stage="open", kind="broken_page", effect=effect, harmless=harmless)
            self.engines.report(damage)
            log.info("%s: %s", self.source.path.name, complaints[0])

    def _drawn_alike(self, objects: PdfObjects, number: int) -> bool:
        """Whether poppler and PDFium draw a page alike; False when one of them cannot."""
        raster = objects.raster(number, COMPARE_DPI)
        try:
            drawn = self.source.render(number, COMPARE_DPI)
        except Damaged:
            return False
        return raster is not None and drawn_alike(drawn.pixels, raster.pixels)

    def _views_of_pixels(self) -> list[PageView]:
        """The last and the first page, then further pages until one bears the signing block."""
        order = page_order(self.source.pages, self.settings.max_pages_read)
        views = self._read(order[:2])
        for number in order[2:]:
            signing = signing_page(views, form_of(views)[0])
            complete = signing is not None and signing[1].score >= MIN_COMPLETE_BLOCK_SCORE
            if complete and not self._may_miss_a_page(views):
                break
            views += self._read([number])
        return _in_order(views)

    def _may_miss_a_page(self, views: Sequence[PageView]) -> bool:
        """Whether a page of the form may not be among the pages read so far: the file is long, or
        all pages but one are empty.
        """
        written = [v for v in views if v.raster and ink_share(v.raster.pixels) >= MIN_INK_SHARE]
        return self.source.pages >= MIN_PAGES_FOR_TWO_AGREEMENTS or len(written) < 2

    def _read(self, numbers: Sequence[int]) -> list[PageView]:
        return read_pages(self.source, numbers, self.settings, self.engines)


def _in_order(views: Sequence[PageView]) -> list[PageView]:
    return sorted(views, key=lambda view: view.number)


def _is_blank(objects: PdfObjects, number: int) -> bool:
    raster = objects.raster(number, GLANCE_DPI)
    return raster is not None and ink_share(raster.pixels) < MIN_INK_SHARE


def pages_with_empty_blanks(views: Sequence[PageView], form: Form) -> set[int]:
    """Numbers of the pages with a blank without words. Their pixels decide whether the blank is
    empty.
    """
    return {
        view.number
        for view in views
        for name, blank in form.blanks.items()
        if (filled := locate_blank(view.lines, name, blank)) and not filled.entry
    }


def form_of(views: Sequence[PageView]) -> tuple[Form, float]:
    """The known form of the pages, and a score for this match (0..1), see `identify`."""
    return identify([view.lines for view in views], built_in_forms())


def signing_page(views: Sequence[PageView], form: Form) -> tuple[PageView, LocatedBlock] | None:
    """The page whose labels look most like the form's block, with the block. Of equal pages the
    later one. None when no page has a block.
    """
    blocks = [(view, locate_block(view.lines, form)) for view in views]
    located = [(view, block) for view, block in blocks if block is not None]
    return max(located, key=lambda item: (item[1].score, item[0].number), default=None)


def is_signing(view: PageView, form: Form) -> bool:
    """Whether a page bears the form's whole signing block."""
    block = locate_block(view.lines, form)
    return block is not None and block.score >= MIN_COMPLETE_BLOCK_SCORE


def split_agreements(views: Sequence[PageView], pages: int) -> list[list[PageView]]:
    """The pages of each agreement in a file of `pages` pages. Each agreement has one signing page.
    It is the last page of the agreement, or the first one when the file's first page is a signing
    page.

    Only files that are long enough for two agreements are divided: a single form may bear labels
    like those of its signing block on both of its pages.
    """
    if pages < MIN_PAGES_FOR_TWO_AGREEMENTS:
        return [list(views)]
    form = form_of(views)[0]
    signing = [view.number for view in views if is_signing(view, form)]
    if len(signing) < 2:
        return [list(views)]
    first = views[0].number
    starts = signing if first in signing else [first, *(number + 1 for number in signing[:-1])]
    ends = [*(start - 1 for start in starts[1:]), views[-1].number]
    return [
        [view for view in views if start <= view.number <= end]
        for start, end in zip(starts, ends, strict=True)
    ]
