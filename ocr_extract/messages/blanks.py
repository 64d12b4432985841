"""Finds the blanks of an empty form: where a title or a name may be written on its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_extract.errors import UsageError
from ocr_extract.forms.definition import Blank, FieldName, Form, built_in_forms
from ocr_extract.forms.locate import (
    LINE_HEIGHT,
    LocatedLabel,
    identify,
    locate_blank,
    locate_block,
)
from ocr_extract.forms.phrases import find_phrase, flat
from ocr_extract.geometry import Rect
from ocr_extract.messages.lettering import Band, Space
from ocr_extract.pages.page import PageView, object_view
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_objects import open_objects
from ocr_extract.text import Word

MAX_PAGES = 10
"""Pages of a form in which blanks are sought, at most (chosen)."""
MARGIN = 36.0
"""Points of the page's edge that stay empty (chosen: half an inch, printers leave it out)."""
GAP = 6.0
"""Points between a label and its entry (chosen)."""
RULE_HEIGHT = 3.0
"""Height in points up to which a drawn path is a ruled line (chosen)."""
CLEARANCE = 0.6
"""Points between an entry and the print beside it (chosen)."""
MIN_BAND = 6.0
"""Height in points from which a strip is written on (chosen: one line of the smallest size)."""
MIN_WIDTH = 80.0
"""Width in points from which a space is written on (chosen: a short name)."""
DESCENDERS = frozenset("gjpqy,;()[]{}|/Q_@")
"""Characters that reach below the baseline."""


@dataclass(frozen=True)
class BlankForm:
    """An empty form: how many pages it has, its page sizes in points as displayed, and the space of
    each field that can be written on. `filled` are the fields that have an entry already.
    """

    sizes: tuple[tuple[float, float], ...]
    spaces: dict[FieldName, Space]
    filled: tuple[FieldName, ...]


def find_spaces(path: Path) -> BlankForm:
    """The blanks for title, author and corresponding author of a form. Raises UsageError when it is
    no PDF, or has no text.
    """
    with open_objects(path, Settings()) as objects:
        if objects is None:
            raise UsageError(f"{path} cannot be opened as a PDF.", "Give the blank form as a PDF.")
        sizes = objects.sizes()[:MAX_PAGES]
        views = [object_view(objects.page(n)) for n in range(1, len(sizes) + 1)]
    if not any(view.words for view in views):
        message = f"{path} has no text: it is a scan, or a form that only its own program draws."
        raise UsageError(message, "Give the publisher's own PDF.")
    form, _ = identify([view.lines for view in views], built_in_forms())
    spaces: dict[FieldName, Space] = {}
    filled: list[FieldName] = []
    for view, size in zip(views, sizes, strict=True):
        for name, space in _spaces_of(view, form, size):
            if space is None:
                filled.append(name)
            else:
                spaces.setdefault(name, space)
    return BlankForm(tuple(sizes), spaces, tuple(filled))


def _spaces_of(
    view: PageView, form: Form, size: tuple[float, float]
) -> Iterator[tuple[FieldName, Space | None]]:
    """The spaces of a page by field; None for a blank that has an entry."""
    for name, blank in form.blanks.items():
        found = locate_blank(view.lines, name, blank)
        if found is None:
            continue
        if found.entry:
            if form.phrases:  # without them it may be running text
                yield name, None
        elif found.region is not None:
            yield from _named(name, _between_lines(view, found.region, size))
        elif not blank.before:
            yield from _named(name, _after_phrase(view, blank, size))
    block = locate_block(view.lines, form)
    label = block.labels.get("corresponding_author") if block else None
    if label is not None and not label.inferred and _is_whole(view, label):
        yield from _named("corresponding_author", _after(view, label.words, size))


def _named(name: FieldName, space: Space | None) -> Iterator[tuple[FieldName, Space]]:
    if space is not None and space.bands and space.right - space.left >= MIN_WIDTH:
        yield name, space


def _is_whole(view: PageView, label: LocatedLabel) -> bool:
    """Whether nothing is printed on the label's line behind it: in running text it is no label."""
    end = label.rect.x1
    return not any(
        word.rect.x0 > end and _share_height(word.rect, label.rect) for word in view.words
    )


def _after_phrase(view: PageView, blank: Blank, size: tuple[float, float]) -> Space | None:
    """The space behind the phrase of a blank that ends with its line."""
    words = flat(view.lines)
    for phrase in blank.after:
        place = find_phrase(words, phrase)
        if place is not None:
            return _after(view, words[place.start : place.end], size)
    return None


def _after(view: PageView, label: Sequence[Word], size: tuple[float, float]) -> Space | None:
    """The space behind a label, on its line and as far down as nothing is printed."""
    baseline, left = _baseline(label), Rect.around(w.rect for w in label).x1 + GAP
    right = max(w.rect.x1 for w in view.words)
    wide = max(right, size[0] - MARGIN)
    beside = [w for w in view.words if w.rect.x0 > left - GAP and w not in label]
    top = max((w.rect.y1 for w in beside if w.rect.y1 < baseline), default=0.0)
    under = [w.rect for w in view.words if w.rect.y0 > baseline and w.rect.x1 > left]
    bottom = min((rect.y0 for rect in under), default=baseline + LINE_HEIGHT)
    band = Band(
        max(top + CLEARANCE, baseline - LINE_HEIGHT),
        min(bottom - CLEARANCE, baseline + LINE_HEIGHT / 4),
        "below",
    )
    return Space(view.number, left, right, (band,), (left, wide), max_lines=1)


def _baseline(words: Sequence[Word]) -> float:
    """The baseline of printed words, in points: the bottom of those without a letter that reaches
    below it.
    """
    flat_words = [w.rect.y1 for w in words if not DESCENDERS & set(w.text)]
    if flat_words:
        return max(flat_words)
    return max(w.rect.y1 - 0.22 * w.height for w in words)


def _between_lines(view: PageView, region: Rect, size: tuple[float, float]) -> Space:
    """The space of a blank between two printed lines: the strips above and below its ruled line."""
    around = Rect(MARGIN, region.y0, max(region.x1, size[0] - MARGIN), region.y1)
    drawn = [a.rect for a in view.annotations if a.kind in ("path", "image")]
    inside = [r for r in drawn if _touches(r, region) and not _encloses(r, region)]
    in_margins = [r for r in drawn if _touches(r, around) and not _encloses(r, region)]
    free = len(inside) == len(in_margins)
    rules = [r for r in inside if r.height <= RULE_HEIGHT]
    centre = (rules[0].x0 + rules[0].x1) / 2 if rules else (region.x0 + region.x1) / 2
    wide = (min(region.x0, around.x0), around.x1) if free else (region.x0, region.x1)
    return Space(view.number, region.x0, region.x1, tuple(_bands(region, inside)), wide, centre)


def _bands(region: Rect, drawn: Sequence[Rect]) -> Iterator[Band]:
    """The strips of a region without what is drawn in it, from top to bottom."""
    top, above = region.y0, False
    for rect in sorted(drawn, key=lambda r: r.y0):
        if rect.y0 - CLEARANCE - top >= MIN_BAND:
            yield Band(top, rect.y0 - CLEARANCE, "below")
        top, above = max(top, rect.y1 + CLEARANCE), True
    if region.y1 - top >= MIN_BAND:
        yield Band(top, region.y1, "above" if above else "none")


def _touches(a: Rect, b: Rect) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1


def _encloses(outer: Rect, inner: Rect) -> bool:
    """Whether a rectangle is a frame or a ground around another one."""
    return outer.y0 <= inner.y0 and outer.y1 >= inner.y1 and outer.x0 <= inner.x0 + GAP


def _share_height(a: Rect, b: Rect) -> bool:
    return min(a.y1, b.y1) - max(a.y0, b.y0) > 0
