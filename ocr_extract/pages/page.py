"""A page, ready to be searched: its words and lines, and where they are on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ocr_extract.geometry import Grey, Raster, Rect
from ocr_extract.records import Box, DocumentKind
from ocr_extract.sources.pdf_objects import Annotation, ObjectPage
from ocr_extract.sources.text import plain_lines
from ocr_extract.text import Line, Word, group_lines

LEGIBLE = 25
"""Well-read words from which a page is the right way up; a form's page has 200."""
WELL_READ = 0.6
BLANK = 0.0004
"""Share of ink under which a page is blank: a page number alone is 0.00005."""
LESS_TELLING = {"image": 1, "path": 2}
MOSTLY_INSIDE = 0.6
"""Share of the smaller area from which a mark lies in an annotation."""
COLUMN, ROW, CHARACTER = 6.0, 15.0, 10.0
"""Points by which text without a page is laid out, so that one code serves both."""


@dataclass(frozen=True)
class PageView:
    """A page, ready to be searched; `raster` is None for text, and for a page that was
    read from the file's own objects until its pixels are asked for (`exact`: its points
    are those of the page).
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
    """Variants of the form and their clauses whose print is on it, as far as pixels tell."""


def text_view(text: str) -> PageView:
    """Text as if typed on a page: a column a character, a row a line."""
    lines = []
    for row, content in enumerate(plain_lines(text)):
        words, column = [], 0
        for part in content.split(" "):
            if part:
                x, y = column * COLUMN, row * ROW
                rect = Rect(x, y, x + len(part) * COLUMN, y + CHARACTER)
                words.append(Word(part, rect, 1.0, "text"))
            column += len(part) + 1
        if words:
            lines.append(Line(tuple(words)))
    return PageView(1, None, tuple(w for line in lines for w in line.words), tuple(lines))


def annotation_at(view: PageView, rect: Rect) -> Annotation | None:
    """The annotation that a mark is, or lies in; None when it is part of the page."""
    inside = [a for a in view.annotations if a.rect.overlap(rect) >= MOSTLY_INSIDE]
    # An annotation says more than an image, an image more than the paths under it.
    return min(inside, key=lambda a: LESS_TELLING.get(a.kind, 0), default=None)


def object_view(page: ObjectPage) -> PageView:
    """A page as its own file describes it: the words that show."""
    fonts = dict(zip(page.shown, page.fonts, strict=True))
    lines = group_lines(page.shown)
    return PageView(
        page.number, None, page.shown, lines, True, page.annotations, page.hidden, fonts
    )


def page_order(pages: int, most: int) -> list[int]:
    """Pages in the order in which they are looked at: last, first, then inwards."""
    front, back = list(range(1, pages + 1)), list(range(pages, 0, -1))
    mixed = [page for pair in zip(back, front, strict=True) for page in pair]
    return list(dict.fromkeys(mixed))[:most]


def legible_words(words: Sequence[Word]) -> int:
    """How many words of three letters or more were surely read."""
    return sum(w.score >= WELL_READ and sum(c.isalpha() for c in w.text) >= 3 for w in words)


def ink_share(pixels: Grey) -> float:
    """Share of pixels that are ink, 0..1."""
    return float((pixels[::2, ::2] < 150).mean())


def kind_of(views: Sequence[PageView]) -> DocumentKind:
    """Digital, scan or photo, by the paper: drawn white, scanned, or lit by a lamp."""
    kinds = {_kind(v.raster) for v in views if v.raster is not None and not v.exact}
    if any(view.exact for view in views):
        kinds.add("digital")
    if not kinds:
        return "unknown"
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _kind(raster: Raster) -> DocumentKind:
    if raster.photographed:
        return "photo"
    exact = float((raster.pixels[::3, ::3] == 255).mean())
    return "digital" if exact > 0.75 else "scan"


def place_of(view: PageView, rect: Rect) -> Box | None:
    """Where a rectangle in points of the view lies on its page; None for text."""
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
