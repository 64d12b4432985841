"""A mark divided into segments: lines of writing that touch, and a date after a signature.

Strokes of a tablet pen cross into the line below, so that a signature and the date under it are
one piece of ink. Which segment is the date is decided later, when all of them were read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey, Raster, Rect


@dataclass(frozen=True)
class CutLimits:
    """Where a mark is cut into segments."""

    tall_mark_height: float = 22.0
    """Height in points from which a mark is divided into lines (chosen). A line of handwriting
    is seldom higher; signatures and two lines are."""
    min_line_height: float = 6.0
    """Smallest height of a line in points (chosen)."""
    wide_mark_width: float = 60.0
    """Width in points from which a mark is divided at gaps (chosen)."""
    min_gap: float = 2.0
    """Smallest width in points of a gap at which a mark is divided (chosen)."""
    smoothing_height: float = 2.0
    """Height in points over which the row profile is smoothed (chosen)."""
    tail_share: float = 0.16
    """Share of a mark's ink, 0..1, that may be tails above and below the line (chosen)."""
    max_valley_share: float = 0.45
    """Largest ink of the emptiest row between two lines, as a share of either line's fullest
    row (chosen)."""
    end_margin: float = 2.0
    """Points of a line's thin ends (tops and tails) that stay with it (chosen)."""
    max_bands: int = 4
    """Largest number of lines in a mark (chosen)."""
    max_gaps: int = 3
    """Largest number of gaps at which a mark is divided (chosen)."""


CUTS = CutLimits()


Profile = npt.NDArray[np.float64]


def segments_of(raster: Raster, ink: Grey, rect: Rect) -> tuple[Rect, ...]:
    """Rectangles in points of the segments that a mark may consist of; () for a simple mark.
    `rect` is the mark in points, `ink` is the mask of the whole page.
    """
    mask = _within(raster, ink, rect)
    if not mask.any():
        return ()
    boxes = [*_line_boxes(mask, raster), *_boxes_beside_gaps(mask, raster)]
    scale = raster.points(1.0)
    return tuple(
        Rect(rect.x0 + a * scale, rect.y0 + b * scale, rect.x0 + c * scale, rect.y0 + d * scale)
        for a, b, c, d in dict.fromkeys(boxes)
    )


def without_tails(raster: Raster, ink: Grey, rect: Rect) -> Rect:
    """The rows that hold nearly all of a mark's ink, in points, without the long tails of a 4 or a
    y. What lies between the tails then fills a crop.
    """
    mask = _within(raster, ink, rect)
    share = np.cumsum(mask.sum(axis=1)) / max(1, int(mask.sum()))
    first, last = np.searchsorted(share, (CUTS.tail_share / 2, 1.0 - CUTS.tail_share / 2))
    edge = raster.length(CUTS.end_margin)
    top, bottom = max(0.0, first - edge), min(float(len(share)), last + edge)
    return Rect(rect.x0, rect.y0 + raster.points(top), rect.x1, rect.y0 + raster.points(bottom))


def _within(raster: Raster, ink: Grey, rect: Rect) -> npt.NDArray[np.bool_]:
    """The part of a mask inside a rectangle in points; True on ink."""
    x0, y0, x1, y1 = (round(raster.length(v)) for v in rect)
    return np.asarray(ink[max(0, y0) : y1, max(0, x0) : x1] > 0)


def _line_boxes(mask: npt.NDArray[np.bool_], raster: Raster) -> Iterator[tuple[int, int, int, int]]:
    """Boxes of each line of a tall mark and of neighbouring lines together, but never of all
    lines.
    """
    if raster.points(mask.shape[0]) < CUTS.tall_mark_height:
        return
    profile = _smooth(mask.sum(axis=1), raster)
    cuts = valleys(profile, raster.length(CUTS.min_line_height))
    bands = _bands(profile, cuts, round(raster.length(CUTS.end_margin)))
    for first in range(len(bands)):
        for last in range(first, min(len(bands), first + 2)):
            if last - first + 1 < len(bands):
                yield from _shrunk_to_ink(mask, (0, bands[first][0], mask.shape[1], bands[last][1]))


def _bands(profile: Profile, cuts: list[int], margin: int) -> list[tuple[int, int]]:
    """First row and end row of each line, without the thin strokes that cross between lines."""
    edges = [(0, 0), *(_empty_rows(profile, cut) for cut in cuts), (len(profile), len(profile))]
    return [
        (max(above[0], above[1] - margin), min(below[1], below[0] + margin))
        for above, below in pairwise(edges)
    ]


def _empty_rows(profile: Profile, cut: int) -> tuple[int, int]:
    """First row and end row of the nearly empty rows around a cut."""
    limit = CUTS.max_valley_share * min(profile[:cut].max(), profile[cut:].max())
    full = np.flatnonzero(profile > limit)
    return int(full[full < cut].max()) + 1, int(full[full > cut].min())


def _boxes_beside_gaps(
    mask: npt.NDArray[np.bool_], raster: Raster
) -> Iterator[tuple[int, int, int, int]]:
    """Boxes left and right of the widest gaps of a wide mark."""
    if raster.points(mask.shape[1]) < CUTS.wide_mark_width:
        return
    for start, end in widest_gaps(np.asarray(mask.any(axis=0)), raster.length(CUTS.min_gap)):
        yield from _shrunk_to_ink(mask, (0, 0, start, mask.shape[0]))
        yield from _shrunk_to_ink(mask, (end, 0, mask.shape[1], mask.shape[0]))


def _smooth(profile: npt.NDArray[np.int_], raster: Raster) -> Profile:
    """The profile as a moving average over CUTS.smoothing_height."""
    size = max(1, round(raster.length(CUTS.smoothing_height)))
    return np.convolve(profile, np.ones(size) / size, mode="same")


def valleys(profile: Profile, nearest: float) -> list[int]:
    """Rows between two lines of writing, in rising order: emptier than both lines, and at least
    `nearest` pixels apart.
    """
    cuts: list[int] = []
    for row in np.argsort(profile, kind="stable"):
        above, below = profile[:row], profile[row:]
        if row < nearest or len(profile) - row < nearest:
            continue
        if profile[row] > CUTS.max_valley_share * min(above.max(), below.max()):
            continue
        if all(_is_apart(profile, row, other, nearest) for other in cuts):
            cuts.append(int(row))
        if len(cuts) == CUTS.max_bands - 1:
            break
    return sorted(cuts)


def _is_apart(profile: Profile, a: int, b: int, nearest: float) -> bool:
    """Whether a line of writing lies between two rows."""
    low, high = sorted((int(a), int(b)))
    if high - low < nearest:
        return False
    return bool(max(profile[low], profile[high]) <= CUTS.max_valley_share * profile[low:high].max())


def widest_gaps(filled: npt.NDArray[np.bool_], least: float) -> list[tuple[int, int]]:
    """Runs of at least `least` empty columns between filled ones, as (start, end): the widest
    first, at most CUTS.max_gaps.
    """
    edges = np.flatnonzero(np.diff(filled.astype(np.int8)))
    gaps = [
        (int(a) + 1, int(b) + 1) for a, b in pairwise(edges) if not filled[a + 1] and b - a >= least
    ]
    return sorted(gaps, key=lambda gap: (gap[0] - gap[1], gap[0]))[: CUTS.max_gaps]


def _shrunk_to_ink(
    mask: npt.NDArray[np.bool_], box: tuple[int, int, int, int]
) -> Iterator[tuple[int, int, int, int]]:
    """The box (x0, y0, x1, y1) in pixels shrunk to its ink; nothing when it has hardly any."""
    part = mask[box[1] : box[3], box[0] : box[2]]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if len(rows) < 4 or len(columns) < 4:
        return
    yield (
        box[0] + int(columns[0]),
        box[1] + int(rows[0]),
        box[0] + int(columns[-1]) + 1,
        box[1] + int(rows[-1]) + 1,
    )
