"""A page that can be searched: its words, its lines, and their places on paper."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from ocr_extract.forms.glued import all_without_glue, without_glue
from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.records import Box, DocumentKind
from ocr_extract.sources.pdf_annotations import Annotation
from ocr_extract.sources.pdf_objects import ObjectPage
from ocr_extract.sources.text import plain_lines
from ocr_extract.text import Line, Word, group_lines

MIN_LEGIBLE_WORDS = 25
"""Well-read words from which a page is the right way up (chosen). A page of the form has 200."""
MIN_WELL_READ_SCORE = 0.6
"""Word score (0..1) from which a word is well read (chosen)."""
MIN_INK_SHARE = 0.0004
"""Share (0..1) of ink pixels below which a page is blank (chosen; a page with only a page number
has 0.00005)."""
ANNOTATION_RANK = {"image": 1, "path": 2}
"""Order in which kinds of annotations are preferred, smaller first (chosen). All other kinds
have 0."""
MIN_INSIDE_SHARE = 0.6
"""Share (0..1) of the smaller area from which a mark lies in an annotation (chosen)."""
COLUMN_WIDTH, ROW_HEIGHT, CHARACTER_HEIGHT = 6.0, 15.0, 10.0
"""Points per column and per row, and the height of a character in points, for text without a
page (chosen). Text is laid out so that the same code handles text and pages."""


@dataclass(frozen=True)
class PageView:
    """A page that can be searched. Pages count from 1.

    `raster` is None for text. It is also None for a page that was read from the file's own objects,
    until its pixels are needed. `exact`: words and places come from the file's own objects, in
    points of the page. `hidden` are words of the file that do not show.
    """

    number: int
    raster: Raster | None
    words: tuple[Word, ...]
    lines: tuple[Line, ...]
    exact: bool = False
    annotations: tuple[Annotation, ...] = ()
    hidden: tuple[Word, ...] = ()
    fonts: dict[Word, str] = field(default_factory=dict)
    clauses: frozenset[tuple[str, str]] = frozenset()
    """Pairs of (variant of the form, clause) whose print is on the page according to its pixels."""


def text_view(text: str) -> PageView:
    """Plain text laid out like a typed page: one column per character, one row per line."""
    lines = []
    for row, content in enumerate(plain_lines(text)):
        column = 0
        words: list[Word] = []
        for part in content.split(" "):
            if part:
                x, y = column * COLUMN_WIDTH, row * ROW_HEIGHT
                rect = Rect(x, y, x + len(part) * COLUMN_WIDTH, y + CHARACTER_HEIGHT)
                words += without_glue(Word(part, rect, 1.0, "text"))
            column += len(part) + 1
        if words:
            lines.append(Line(tuple(words)))
    return PageView(1, None, tuple(w for line in lines for w in line.words), tuple(lines))


def annotation_at(view: PageView, rect: Rect) -> Annotation | None:
    """The annotation that a mark is, or lies in. None when the mark is part of the page. `rect` is
    in points.
    """
    annotations = [a for a in view.annotations if a.rect.overlap(rect) >= MIN_INSIDE_SHARE]
    # An annotation tells more than an image. An image tells more than the paths under it.
    return min(annotations, key=lambda a: ANNOTATION_RANK.get(a.kind, 0), default=None)


def object_view(page: ObjectPage) -> PageView:
    """A page as its own file describes it, with the words that show."""
    words = all_without_glue(page.shown)
    fonts = {
        part: font
        for word, font in zip(page.shown, page.fonts, strict=True)
        for part in without_glue(word)
    }
    lines = group_lines(words)
    return PageView(page.number, None, words, lines, True, page.annotations, page.hidden, fonts)


def page_order(pages: int, max_pages: int) -> list[int]:
    """Page numbers (from 1) in the order of reading: last, first, then inwards. At most `max_pages`
    numbers.
    """
    forward, backward = list(range(1, pages + 1)), list(range(pages, 0, -1))
    alternating = [page for pair in zip(backward, forward, strict=True) for page in pair]
    return list(dict.fromkeys(alternating))[:max_pages]


def legible_words(words: Sequence[Word]) -> int:
    """Number of well-read words with three letters or more."""
    return sum(
        w.score >= MIN_WELL_READ_SCORE and sum(c.isalpha() for c in w.text) >= 3 for w in words
    )


def ink_share(pixels: Grey) -> float:
    """Share (0..1) of pixels that are ink. `pixels` has shape (height, width); every second row and
    column is counted.
    """
    return float((pixels[::2, ::2] < 150).mean())


def kind_of(views: Sequence[PageView], pictures: Container[int] = ()) -> DocumentKind:
    """Whether the document is digital, a scan or a photo, from what its pages are made of: "mixed"
    when pages differ, "unknown" without pages that show it. `pictures` are the numbers of pages
    that are images as a whole.
    """
    kinds = {
        _kind_of_raster(view.raster, is_picture=view.number in pictures)
        for view in views
        if view.raster is not None and not view.exact
    }
    if any(view.exact for view in views):
        kinds.add("digital")
    if not kinds:
        return "unknown"
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _kind_of_raster(raster: Raster, *, is_picture: bool) -> DocumentKind:
    """The kind of one page that was read from pixels. A scan may have a ground that was made white;
    a page that is no image is digital when more than 0.75 of its pixels are exactly white.
    """
    if raster.photographed:
        return "photo"
    if is_picture:
        return "scan"
    white_share = float((raster.pixels[::3, ::3] == 255).mean())
    return "digital" if white_share > 0.75 else "scan"


def place_of(view: PageView, rect: Rect) -> Box | None:
    """Where a rectangle, in points of the view, lies on its page. None for text."""
    if view.exact:
        x0, y0, x1, y1 = rect
        return Box(
            page=view.number, x0=round(x0, 1), y0=round(y0, 1), x1=round(x1, 1), y1=round(y1, 1)
        )
    if view.raster is None:
        return None
    pixels = [view.raster.length(v) for v in rect]
    x0, y0, x1, y1 = view.raster.on_page(Rect(pixels[0], pixels[1], pixels[2], pixels[3]))
    return Box(page=view.number, x0=round(x0, 1), y0=round(y0, 1), x1=round(x1, 1), y1=round(y1, 1))
