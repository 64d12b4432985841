"""What the signer added: ink apart from the form's print, grouped into marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey, Raster, Rect

# Points; measured on the development pages' signing blocks.
REACH_ACROSS = 7.0
"""Strokes of one word of writing lie nearer than this side by side."""
REACH_DOWN = 1.0
"""... and nearer than this one above the other: lines of 12 points stay apart."""
SPECK = 2.2
"""Ink smaller than this in both directions is a dot of a date, or dust."""
SPECK_REACH = 9.0
"""A speck farther than this from all writing is dust."""
MIN_MARK = 4.0
"""A mark is larger than this in one direction at least."""
RULE_HEIGHT = 3.0
BAR_WIDTH, BAR_HEIGHT = 1.9, 24.0
"""Thin, upright and straight like this is the side of a box, not a 1."""
RULE_WIDTH = 60.0
"""Flat and long like this is a ruled line."""
EDGE = 0.03
"""Share of the page's width in which a scanner's edge lies."""
PRINT_SHARE = 0.6
"""Share of a component within printed words from which it is print."""

Labels = npt.NDArray[np.int32]
Stats = npt.NDArray[np.int32]


@dataclass(frozen=True)
class InkComponent:
    """A group of ink: its rectangle in points of the upright page, ink area in square
    points, and how many strokes (components) it has.
    """

    rect: Rect
    area: float
    strokes: int

    @property
    def width(self) -> float:
        """Points."""
        return self.rect.width

    @property
    def height(self) -> float:
        """Points."""
        return self.rect.height


def find_marks(
    raster: Raster, ink: Grey, region: Rect, printed: Sequence[Rect]
) -> tuple[InkComponent, ...]:
    """Marks inside a region, both in points; `printed` words are not marks, `ink` is the
    whole page's mask.

    Ink over a printed word stays when most of its stroke lies outside of the word.
    """
    x0, y0, x1, y1 = _pixels(raster, region)
    if x1 - x0 < 8 or y1 - y0 < 8:
        return ()
    mask, at = _inked(np.ascontiguousarray(ink[y0:y1, x0:x1]))
    if not mask.size:
        return ()
    origin = (x0 + at[0], y0 + at[1])
    inside = _printed_mask(raster, printed, origin, mask.shape)
    kept = _without_print(mask, inside, raster, _Frame(at, (x1 - x0, y1 - y0)))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(kept)
    components = (np.asarray(labels, np.int32), np.asarray(stats, np.int32))
    groups = _grouped(components, raster)
    marks = [_mark(components[1][group], origin, raster) for group in groups]
    return tuple(sorted((m for m in marks if _is_mark(m)), key=lambda m: (m.rect.y0, m.rect.x0)))


@dataclass(frozen=True)
class _Frame:
    """Where a part of a region begins in it, and the region's width and height; pixels."""

    at: tuple[int, int]
    size: tuple[int, int]


def _inked(mask: Grey) -> tuple[Grey, tuple[int, int]]:
    """The part of a mask that has ink, and where that begins."""
    x, y, width, height = (int(v) for v in cv2.boundingRect(mask))
    return np.ascontiguousarray(mask[y : y + height, x : x + width]), (x, y)


def _pixels(raster: Raster, rect: Rect) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (round(raster.length(v)) for v in rect)
    return max(0, x0), max(0, y0), min(raster.width, x1), min(raster.height, y1)


def _printed_mask(
    raster: Raster, printed: Sequence[Rect], origin: tuple[int, int], shape: tuple[int, ...]
) -> Grey:
    mask = np.zeros(shape, np.uint8)
    margin = round(raster.length(0.8))
    for rect in printed:
        x0, y0, x1, y1 = _pixels(raster, rect)
        low = (x0 - origin[0] - margin, y0 - origin[1] - margin)
        high = (x1 - origin[0] + margin, y1 - origin[1] + margin)
        cv2.rectangle(mask, low, high, 255, cv2.FILLED)
    return mask


def _without_print(mask: Grey, printed: Grey, raster: Raster, frame: _Frame) -> Grey:
    """Components that are print, rules or borders taken out; overlapping ink kept."""
    count, labels, raw, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return mask
    stats, pieces = np.asarray(raw, dtype=np.int32), np.asarray(labels, dtype=np.int32)
    area = np.maximum(1, stats[:, cv2.CC_STAT_AREA])
    within = np.bincount(pieces[printed > 0], minlength=count)
    keep = within / area < PRINT_SHARE
    keep &= ~_is_rule(stats, raster)
    keep &= ~_is_border(stats, frame)
    keep[0] = False
    grey: Grey = np.where(keep, np.uint8(255), np.uint8(0))[pieces]
    return grey


def _is_rule(stats: Stats, raster: Raster) -> npt.NDArray[np.bool_]:
    height = stats[:, cv2.CC_STAT_HEIGHT]
    width = stats[:, cv2.CC_STAT_WIDTH]
    flat = (height < raster.length(RULE_HEIGHT)) & (width > raster.length(RULE_WIDTH))
    upright = (width < raster.length(RULE_HEIGHT)) & (height > raster.length(RULE_WIDTH))
    solid = stats[:, cv2.CC_STAT_AREA] > 0.7 * np.maximum(1, width * height)
    bar = (width < raster.length(BAR_WIDTH)) & (height > raster.length(BAR_HEIGHT)) & solid
    return np.asarray(flat | upright | bar)


def _is_border(stats: Stats, frame: _Frame) -> npt.NDArray[np.bool_]:
    """Scanner edges: at a side of the page, and as long as a third of it. A page made
    upright has them a little inside.
    """
    width, height = frame.size
    near = max(2, round(EDGE * width))
    first = stats[:, 0] + frame.at[0]
    left, right = first <= near, first + stats[:, 2] >= width - near
    long = (stats[:, 3] > height / 3) | (stats[:, 2] > width / 3)
    return np.asarray((left | right) & long)


def _grouped(components: tuple[Labels, Stats], raster: Raster) -> list[Labels]:
    """Component numbers that belong together, as arrays; dust left out."""
    labels, stats = components
    count = len(stats)
    if count < 2:
        return []
    ink = labels > 0
    speck = np.maximum(stats[:, 2], stats[:, 3]) < raster.length(SPECK)
    speck[0] = False
    writing = np.where(ink & ~speck[labels], np.uint8(255), np.uint8(0))
    near = _dilated(writing, raster, SPECK_REACH, 4.0)
    dots = np.where(speck[labels] & (near > 0), np.uint8(255), np.uint8(0))
    joined = _dilated(np.maximum(writing, dots), raster, REACH_ACROSS / 2, REACH_DOWN / 2)
    groups, of_pixel = cv2.connectedComponents(joined)
    owner = np.zeros(count, np.int32)
    owner[labels[ink]] = of_pixel[ink]
    far = speck & (np.bincount(labels[dots > 0].ravel(), minlength=count) == 0)
    owner[far] = 0
    return [np.flatnonzero(owner == g).astype(np.int32) for g in range(1, groups)]


def _dilated(mask: Grey, raster: Raster, across: float, down: float) -> Grey:
    size = (2 * round(raster.length(across)) + 1, 2 * round(raster.length(down)) + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, size)
    return np.asarray(cv2.dilate(mask, kernel), dtype=np.uint8)


def _mark(own: Stats, origin: tuple[int, int], raster: Raster) -> InkComponent:
    """The mark that some components make; their stats in pixels, shape (n, 5)."""
    if not len(own):
        return InkComponent(Rect(0, 0, 0, 0), 0.0, 0)
    box = Rect.around(
        Rect(float(s[0]), float(s[1]), float(s[0] + s[2]), float(s[1] + s[3])) for s in own
    )
    x, y = origin
    rect = Rect(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y)
    scale = raster.points(1.0)
    return InkComponent(
        rect=Rect(rect.x0 * scale, rect.y0 * scale, rect.x1 * scale, rect.y1 * scale),
        area=float(sum(int(s[4]) for s in own)) * scale * scale,
        strokes=len(own),
    )


def _is_mark(mark: InkComponent) -> bool:
    return mark.strokes > 0 and max(mark.width, mark.height) > MIN_MARK


def crop_of(raster: Raster, rect: Rect, margin: float = 3.0) -> Grey:
    """The pixels of a rectangle in points with a margin in points, on white at the edges."""
    x0, y0, x1, y1 = _pixels(
        raster, Rect(rect.x0 - margin, rect.y0 - margin, rect.x1 + margin, rect.y1 + margin)
    )
    crop = raster.pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    pad = round(raster.length(4.0))
    padded = cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(padded, dtype=np.uint8)


FAINTEST = 225
"""Grey level from which a pixel is paper."""
DARK_SHARE = 0.45
"""Of the range from the darkest ink to paper, the part that counts as dark: type is
black where pens, tablets and pasted signatures are mostly paler or thinner."""


def darkest_of(crop: Grey) -> Grey:
    """The crop with only its darkest ink left: type under a paler signature."""
    ink = crop[crop < FAINTEST]
    if not ink.size:
        return crop
    dark = float(np.percentile(ink, 5))
    level = dark + DARK_SHARE * (255.0 - dark)
    return np.where(crop <= level, crop, np.uint8(255)).astype(np.uint8)
