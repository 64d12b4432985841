"""A mark taken apart: lines of writing that touch, and a date that follows a signature.

Strokes of a tablet cross into the line below, so that a signature and the date under it
are one piece of ink. Which of the parts is the date is decided later, by reading all.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import Grey, Raster, Rect

# Points.
TALL = 22.0
"""A line of handwriting is seldom higher; signatures and two lines are."""
THINNEST_BAND = 6.0
WIDE = 60.0
MIN_GAP = 2.0
SMOOTHING = 2.0
TAILS = 0.16
"""Share of a mark's ink that may be tails above and below the line."""
VALLEY = 0.45
"""Ink of the emptiest row between two lines, as a share of either line's fullest row."""
LEFT_OVER = 2.0
"""Points of a line's thin ends, tops and tails, that stay with it."""
MAX_BANDS = 4
MAX_GAPS = 3

Profile = npt.NDArray[np.float64]


def parts_of(raster: Raster, ink: Grey, rect: Rect) -> tuple[Rect, ...]:
    """Rectangles in points of what a mark may be made of; () for a simple one. `ink` is the
    whole page's mask.
    """
    mask = _within(raster, ink, rect)
    if not mask.any():
        return ()
    found = [*_lines(mask, raster), *_sides(mask, raster)]
    scale = raster.points(1.0)
    return tuple(
        Rect(rect.x0 + a * scale, rect.y0 + b * scale, rect.x0 + c * scale, rect.y0 + d * scale)
        for a, b, c, d in dict.fromkeys(found)
    )


def core_of(raster: Raster, ink: Grey, rect: Rect) -> Rect:
    """The rows that hold nearly all of a mark's ink, without the long tails of a 4 or of a
    y, so that what is between them fills a crop.
    """
    mask = _within(raster, ink, rect)
    share = np.cumsum(mask.sum(axis=1)) / max(1, int(mask.sum()))
    first, last = np.searchsorted(share, (TAILS / 2, 1.0 - TAILS / 2))
    edge = raster.length(LEFT_OVER)
    top, bottom = max(0.0, first - edge), min(float(len(share)), last + edge)
    return Rect(rect.x0, rect.y0 + raster.points(top), rect.x1, rect.y0 + raster.points(bottom))


def _within(raster: Raster, ink: Grey, rect: Rect) -> npt.NDArray[np.bool_]:
    x0, y0, x1, y1 = (round(raster.length(v)) for v in rect)
    return np.asarray(ink[max(0, y0) : y1, max(0, x0) : x1] > 0)


def _lines(mask: npt.NDArray[np.bool_], raster: Raster) -> Iterator[tuple[int, int, int, int]]:
    """Each line of a tall mark, and neighbouring lines together, but never all of them."""
    if raster.points(mask.shape[0]) < TALL:
        return
    profile = _smooth(mask.sum(axis=1), raster)
    cuts = valleys(profile, raster.length(THINNEST_BAND))
    bands = _bands(profile, cuts, round(raster.length(LEFT_OVER)))
    for first in range(len(bands)):
        for last in range(first, min(len(bands), first + 2)):
            if last - first + 1 < len(bands):
                yield from _tight(mask, (0, bands[first][0], mask.shape[1], bands[last][1]))


def _bands(profile: Profile, cuts: list[int], left: int) -> list[tuple[int, int]]:
    """Rows from..to of each line, without the thin strokes that cross between lines."""
    edges = [(0, 0), *(_emptiness(profile, cut) for cut in cuts), (len(profile), len(profile))]
    return [
        (max(above[0], above[1] - left), min(below[1], below[0] + left))
        for above, below in pairwise(edges)
    ]


def _emptiness(profile: Profile, cut: int) -> tuple[int, int]:
    """The rows around a cut that are nearly as empty."""
    limit = VALLEY * min(profile[:cut].max(), profile[cut:].max())
    full = np.flatnonzero(profile > limit)
    return int(full[full < cut].max()) + 1, int(full[full > cut].min())


def _sides(mask: npt.NDArray[np.bool_], raster: Raster) -> Iterator[tuple[int, int, int, int]]:
    """Left and right of the widest gaps of a wide mark."""
    if raster.points(mask.shape[1]) < WIDE:
        return
    for start, end in widest_gaps(np.asarray(mask.any(axis=0)), raster.length(MIN_GAP)):
        yield from _tight(mask, (0, 0, start, mask.shape[0]))
        yield from _tight(mask, (end, 0, mask.shape[1], mask.shape[0]))


def _smooth(profile: npt.NDArray[np.int_], raster: Raster) -> Profile:
    size = max(1, round(raster.length(SMOOTHING)))
    return np.convolve(profile, np.ones(size) / size, mode="same")


def valleys(profile: Profile, nearest: float) -> list[int]:
    """Rows between two lines of writing: emptier than both, `nearest` pixels apart."""
    found: list[int] = []
    for row in np.argsort(profile, kind="stable"):
        above, below = profile[:row], profile[row:]
        if row < nearest or len(profile) - row < nearest:
            continue
        if profile[row] > VALLEY * min(above.max(), below.max()):
            continue
        if all(_is_apart(profile, row, other, nearest) for other in found):
            found.append(int(row))
        if len(found) == MAX_BANDS - 1:
            break
    return sorted(found)


def _is_apart(profile: Profile, a: int, b: int, nearest: float) -> bool:
    """Whether a line of writing lies between two rows."""
    low, high = sorted((int(a), int(b)))
    if high - low < nearest:
        return False
    return bool(max(profile[low], profile[high]) <= VALLEY * profile[low:high].max())


def widest_gaps(filled: npt.NDArray[np.bool_], least: float) -> list[tuple[int, int]]:
    """Empty columns inside, widest first, as (start, end)."""
    edges = np.flatnonzero(np.diff(filled.astype(np.int8)))
    gaps = [
        (int(a) + 1, int(b) + 1) for a, b in pairwise(edges) if not filled[a + 1] and b - a >= least
    ]
    return sorted(gaps, key=lambda gap: (gap[0] - gap[1], gap[0]))[:MAX_GAPS]


def _tight(
    mask: npt.NDArray[np.bool_], box: tuple[int, int, int, int]
) -> Iterator[tuple[int, int, int, int]]:
    """The box shrunk to its ink; nothing when there is hardly any."""
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
