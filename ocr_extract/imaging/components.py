"""What the signer added: ink apart from the form's print, grouped into marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey, Raster, Rect


@dataclass(frozen=True)
class MarkSizes:
    """Which groups of ink are marks."""

    max_gap_across: float = 7.0
    """Largest gap in points between strokes of one mark that stand side by side (measured on
    the development pages' signing blocks)."""
    max_gap_down: float = 1.0
    """Largest gap in points between strokes of one mark above each other (measured on the
    development pages' signing blocks): lines set 12 points apart stay apart."""
    max_speck: float = 2.2
    """Size in points below which, in both directions, ink is a dot of a date or dust (measured
    on the development pages' signing blocks)."""
    max_speck_distance: float = 9.0
    """Distance in points from all writing beyond which a speck is dust (measured on the
    development pages' signing blocks)."""
    min_mark_size: float = 4.0
    """Size in points that a mark exceeds in at least one direction (measured on the
    development pages' signing blocks)."""
    max_ruled_line_height: float = 3.0
    """Thickness in points below which a long component is a ruled line (measured on the
    development pages' signing blocks)."""
    max_bar_width: float = 1.9
    min_bar_height: float = 24.0
    """Width in points below which, and height above which, a solid upright component is the
    side of a box and not a 1 (measured on the development pages' signing blocks)."""
    min_ruled_line_width: float = 60.0
    """Length in points above which a thin component is a ruled line (measured on the
    development pages' signing blocks)."""
    edge_share: float = 0.03
    """Share of the region's width, 0..1, at its left and right in which a scanner's edge lies
    (chosen)."""


SIZES = MarkSizes()

MIN_PRINT_SHARE = 0.6
"""Share of a component's area inside printed words, 0..1, from which it is print (chosen)."""

Labels = npt.NDArray[np.int32]
Stats = npt.NDArray[np.int32]


@dataclass(frozen=True)
class InkComponent:
    """A group of ink: its rectangle in points of the upright page, its ink area in square points,
    and how many strokes (connected components) it has.
    """

    rect: Rect
    area: float
    strokes: int

    @property
    def width(self) -> float:
        """Width in points."""
        return self.rect.width

    @property
    def height(self) -> float:
        """Height in points."""
        return self.rect.height


def find_marks(
    raster: Raster, ink: Grey, region: Rect, printed: Sequence[Rect]
) -> tuple[InkComponent, ...]:
    """Marks inside a region, from top to bottom, then from left to right.

    `region` and `printed` (rectangles of printed words, which are not marks) are in points. `ink`
    is the mask of the whole page, shape of the raster. Ink over a printed word stays when most of
    its stroke lies outside of the word. () when the region has no ink, or a side under 8 pixels.
    """
    x0, y0, x1, y1 = _pixels(raster, region)
    if x1 - x0 < 8 or y1 - y0 < 8:
        return ()
    mask, offset = _inked_part(np.ascontiguousarray(ink[y0:y1, x0:x1]))
    if not mask.size:
        return ()
    origin = (x0 + offset[0], y0 + offset[1])
    print_mask = _printed_mask(raster, printed, origin, mask.shape)
    added = _without_print(mask, print_mask, raster, _RegionPart(offset, (x1 - x0, y1 - y0)))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(added)
    components = (np.asarray(labels, np.int32), np.asarray(stats, np.int32))
    groups = _grouped(components, raster)
    marks = [_mark(components[1][group], origin, raster) for group in groups]
    return tuple(sorted((m for m in marks if _is_mark(m)), key=lambda m: (m.rect.y0, m.rect.x0)))


@dataclass(frozen=True)
class _RegionPart:
    """A part of a region: where it begins in the region, and the region's width and height, in
    pixels.
    """

    at: tuple[int, int]
    size: tuple[int, int]


def _inked_part(mask: Grey) -> tuple[Grey, tuple[int, int]]:
    """The smallest part of a mask that holds all its ink, and the pixel (x, y) where it begins."""
    x, y, width, height = (int(v) for v in cv2.boundingRect(mask))
    return np.ascontiguousarray(mask[y : y + height, x : x + width]), (x, y)


def _pixels(raster: Raster, rect: Rect) -> tuple[int, int, int, int]:
    """A rectangle in points as pixels (x0, y0, x1, y1), limited to the raster."""
    x0, y0, x1, y1 = (round(raster.length(v)) for v in rect)
    return max(0, x0), max(0, y0), min(raster.width, x1), min(raster.height, y1)


def _printed_mask(
    raster: Raster, printed: Sequence[Rect], origin: tuple[int, int], shape: tuple[int, ...]
) -> Grey:
    """255 on printed words with a margin of 0.8 points; `origin` is the mask's first pixel on the
    page.
    """
    mask = np.zeros(shape, np.uint8)
    margin = round(raster.length(0.8))
    for rect in printed:
        x0, y0, x1, y1 = _pixels(raster, rect)
        low = (x0 - origin[0] - margin, y0 - origin[1] - margin)
        high = (x1 - origin[0] + margin, y1 - origin[1] + margin)
        cv2.rectangle(mask, low, high, 255, cv2.FILLED)
    return mask


def _without_print(mask: Grey, printed: Grey, raster: Raster, region_part: _RegionPart) -> Grey:
    """The mask without components that are print, ruled lines or borders. Ink that only overlaps
    print stays.
    """
    count, labels, raw, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return mask
    stats, pieces = np.asarray(raw, dtype=np.int32), np.asarray(labels, dtype=np.int32)
    area = np.maximum(1, stats[:, cv2.CC_STAT_AREA])
    printed_area = np.bincount(pieces[printed > 0], minlength=count)
    keep = printed_area / area < MIN_PRINT_SHARE
    keep &= ~_is_ruled_line(stats, raster)
    keep &= ~_is_border(stats, region_part)
    keep[0] = False
    grey: Grey = np.where(keep, np.uint8(255), np.uint8(0))[pieces]
    return grey


def _is_ruled_line(stats: Stats, raster: Raster) -> npt.NDArray[np.bool_]:
    """By component: whether it is a level or upright ruled line, or the side of a box."""
    height = stats[:, cv2.CC_STAT_HEIGHT]
    width = stats[:, cv2.CC_STAT_WIDTH]
    flat = (height < raster.length(SIZES.max_ruled_line_height)) & (
        width > raster.length(SIZES.min_ruled_line_width)
    )
    upright = (width < raster.length(SIZES.max_ruled_line_height)) & (
        height > raster.length(SIZES.min_ruled_line_width)
    )
    solid = stats[:, cv2.CC_STAT_AREA] > 0.7 * np.maximum(1, width * height)
    bar = (
        (width < raster.length(SIZES.max_bar_width))
        & (height > raster.length(SIZES.min_bar_height))
        & solid
    )
    return np.asarray(flat | upright | bar)


def _is_border(stats: Stats, region_part: _RegionPart) -> npt.NDArray[np.bool_]:
    """By component: whether it is a scanner's edge, at a side and longer than a third of the
    region. On a page that was made upright the edges lie a little inside.
    """
    width, height = region_part.size
    near = max(2, round(SIZES.edge_share * width))
    first = stats[:, 0] + region_part.at[0]
    left, right = first <= near, first + stats[:, 2] >= width - near
    long = (stats[:, 3] > height / 3) | (stats[:, 2] > width / 3)
    return np.asarray((left | right) & long)


def _grouped(components: tuple[Labels, Stats], raster: Raster) -> list[Labels]:
    """Component numbers that belong together, one array per mark; dust is left out."""
    labels, stats = components
    count = len(stats)
    if count < 2:
        return []
    ink = labels > 0
    speck = np.maximum(stats[:, 2], stats[:, 3]) < raster.length(SIZES.max_speck)
    speck[0] = False
    writing = np.where(ink & ~speck[labels], np.uint8(255), np.uint8(0))
    near = _dilated(writing, raster, SIZES.max_speck_distance, 4.0)
    dots = np.where(speck[labels] & (near > 0), np.uint8(255), np.uint8(0))
    joined = _dilated(
        np.maximum(writing, dots), raster, SIZES.max_gap_across / 2, SIZES.max_gap_down / 2
    )
    groups, of_pixel = cv2.connectedComponents(joined)
    owner = np.zeros(count, np.int32)
    owner[labels[ink]] = of_pixel[ink]
    dust = speck & (np.bincount(labels[dots > 0].ravel(), minlength=count) == 0)
    owner[dust] = 0
    return [np.flatnonzero(owner == g).astype(np.int32) for g in range(1, groups)]


def _dilated(mask: Grey, raster: Raster, across: float, down: float) -> Grey:
    """The mask grown by distances in points to the sides, and up and down."""
    size = (2 * round(raster.length(across)) + 1, 2 * round(raster.length(down)) + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, size)
    return np.asarray(cv2.dilate(mask, kernel), dtype=np.uint8)


def _mark(own: Stats, origin: tuple[int, int], raster: Raster) -> InkComponent:
    """The mark that some components make; their statistics are in pixels, shape (n, 5)."""
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
    """Whether a group of ink is large enough for a mark."""
    return mark.strokes > 0 and max(mark.width, mark.height) > SIZES.min_mark_size


def crop_of(raster: Raster, rect: Rect, margin: float = 3.0) -> Grey:
    """The pixels of a rectangle with a margin, both in points; 4 points of white around them."""
    x0, y0, x1, y1 = _pixels(
        raster, Rect(rect.x0 - margin, rect.y0 - margin, rect.x1 + margin, rect.y1 + margin)
    )
    crop = raster.pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    pad = round(raster.length(4.0))
    padded = cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(padded, dtype=np.uint8)


MIN_PAPER_GREY = 225
"""Grey level (0..255) from which a pixel is paper (chosen)."""
DARK_SHARE = 0.45
"""Part of the range from the darkest ink to paper that counts as dark, 0..1 (chosen). Type is
black; pens, tablets and pasted signatures are mostly paler or thinner."""


def darkest_of(crop: Grey) -> Grey:
    """The crop with its darkest ink only, such as type under a paler signature; shape as given."""
    ink = crop[crop < MIN_PAPER_GREY]
    if not ink.size:
        return crop
    dark = float(np.percentile(ink, 5))
    level = dark + DARK_SHARE * (255.0 - dark)
    return np.where(crop <= level, crop, np.uint8(255)).astype(np.uint8)
