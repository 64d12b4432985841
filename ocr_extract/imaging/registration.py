"""Where a form's known print lies on a page: the blank form aligned with what was scanned.

Of the print only profiles are known, for each line how much ink stands in each column and
in each row. The heights of all lines give size and shift at once (correlation of profiles
over all sizes), then pieces of lines are found one by one (normalised cross-correlation;
Lewis 1995), and a homography is fitted to where they are (RANSAC; Fischler & Bolles 1981).
Ink that the signer added has no part in it, since most of the print is where it should be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from ocr_extract.geometry import POINTS_PER_INCH, Grey, Homography, Raster, Rect
from ocr_extract.imaging.binarize import ink_mask
from ocr_extract.imaging.deskew import text_only
from ocr_extract.imaging.resize import scaled

DPI = 100
"""Resolution at which print is compared: a letter is 4 to 10 pixels wide."""
SIZES = (tuple(np.geomspace(0.96, 1.04, 17)), tuple(np.geomspace(0.72, 1.38, 131)))
"""How much larger than its stated size the print may be, in steps of half a percent: as most
scans have it, then as photographs and shrunk copies may.
"""
MIN_ALIKE = 0.25
"""Correlation of the profiles of all lines from which a closer look is taken."""
CLOSER_LOOKS = 3
PIECE = 46.0
"""Points of a line that are compared at once: some seven letters."""
SHORTEST_PIECE = 14.0
REACHES = (6.0, 2.5)
"""Points around its place in which a piece is sought, first and when most is known."""
FOUND = 0.45
"""Correlation of a piece that was found."""
NEAR = 1.2
"""Points from its place that a piece may be found at."""
MIN_FOUND = 0.6
"""Share of the pieces that have to be where they should."""
LETTERS = 16.0
"""Points of a line in which a change of the print must be seen: three letters."""
SAME = 0.5
"""Correlation of so many letters' columns from which they are the same print. Of the print
on real scans and photographs fewer than 1 in 1,000 are less alike, of other print 4 of 5."""
ASIDE = 2
"""Pixels by which letters may stand aside."""

Profile = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PrintedLine:
    """A line of print: its rectangle in points of the blank form, and its ink (0..1) by
    column and by row, at DPI; `clause`: the number of the clause it is a line of, or "".
    """

    rect: Rect
    columns: Profile
    rows: Profile
    clause: str = ""


@dataclass(frozen=True)
class Print:
    """The print of one page of a form."""

    size: tuple[float, float]
    """Width and height in points."""
    lines: tuple[PrintedLine, ...]

    @cached_property
    def picture(self) -> Profile:
        """The page as far as profiles tell, 0..1, at DPI: shape (height, width)."""
        width, height = (round(_pixels(v)) for v in self.size)
        page = np.zeros((height, width), np.float32)
        for line in self.lines:
            x, y = round(_pixels(line.rect.x0)), round(_pixels(line.rect.y0))
            ink = np.outer(line.rows, line.columns) / max(1e-6, float(line.rows.max()))
            room = page[y : y + ink.shape[0], x : x + ink.shape[1]]
            np.maximum(room, ink[: room.shape[0], : room.shape[1]], out=room)
        return page

    @cached_property
    def profiles(self) -> tuple[Profile, Profile]:
        """Ink of the picture by row and by column."""
        return np.asarray(self.picture.sum(axis=1)), np.asarray(self.picture.sum(axis=0))

    @cached_property
    def pieces(self) -> tuple[Rect, ...]:
        """Pieces of all lines, in pixels at DPI."""
        return tuple(piece for line in self.lines for piece in _pieces(line.rect))


@dataclass(frozen=True)
class Alignment:
    """`to_raster` maps points of the form to pixels of the raster; `others` are the numbers of
    the print's lines that do not look as printed: other words, ink across them, a bad copy.
    """

    to_raster: Homography
    others: frozenset[int]

    def on_raster(self, rect: Rect) -> Rect:
        """The rectangle in pixels around a rectangle in points of the form."""
        x0, y0, x1, y1 = rect
        corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float64)
        mapped = cv2.perspectiveTransform(corners[:, None, :], self.to_raster)[:, 0, :]
        low, high = mapped.min(axis=0), mapped.max(axis=0)
        return Rect(float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    @property
    def scale(self) -> float:
        """Pixels of the raster a point of the form, in its middle."""
        left, _, right, _ = self.on_raster(Rect(250.0, 400.0, 350.0, 400.0))
        return (right - left) / 100.0


def align(raster: Raster, prints: Sequence[Print]) -> tuple[int, Alignment] | None:
    """Which print is on an upright page, as its index, and where; None for none of them."""
    scale = DPI / raster.dpi
    small = scaled(raster.pixels, scale)
    ink = text_only(ink_mask(small))
    for sizes in SIZES:
        guesses = sorted(_guesses(prints, ink, sizes), key=lambda guess: -guess.alike)
        for guess in guesses[:CLOSER_LOOKS]:
            found = _fitted(small, prints[guess.index], guess.matrix)
            if found is not None:
                return guess.index, _checked(small, prints[guess.index], found, scale)
    return None


@dataclass(frozen=True)
class _Guess:
    index: int
    alike: float
    matrix: Homography
    """Pixels of the form's picture to pixels of the page, both at DPI."""


def _guesses(prints: Sequence[Print], ink: Grey, sizes: Sequence[float]) -> Iterator[_Guess]:
    """Of each print that may be there: size and shift by the heights of its lines, then the
    shift to the side.
    """
    own = ink.sum(axis=1, dtype=np.float32)
    profiles = [_resized(own, size) for size in sizes]
    for index, wanted in enumerate(prints):
        rows, columns = wanted.profiles
        shifts = [_shift(rows, profile) for profile in profiles]
        best = max(range(len(sizes)), key=lambda i: shifts[i][0])
        (alike, down), size = shifts[best], sizes[best]
        if alike > MIN_ALIKE:
            first, last = round(down * size), round((down + len(rows)) * size)
            beside = ink[max(0, first) : max(1, last)].sum(axis=0, dtype=np.float32)
            _, right = _shift(columns, _resized(beside, size))
            matrix = np.array([[size, 0, right * size], [0, size, down * size], [0, 0, 1.0]])
            yield _Guess(index, alike, matrix)


def _resized(profile: Profile, size: float) -> Profile:
    at = np.arange(0, len(profile) / size) * size
    return np.interp(at, np.arange(len(profile)), profile).astype(np.float32)


def _shift(wanted: Profile, profile: Profile) -> tuple[float, int]:
    """The best correlation of a profile with what is wanted, and where that begins in it."""
    first, last = np.flatnonzero(wanted)[[0, -1]]
    core = wanted[first : last + 1]
    room = len(core) // 3
    padded = np.zeros(len(profile) + 2 * room, np.float32)
    padded[room : room + len(profile)] = profile
    if len(padded) < len(core):
        return 0.0, 0
    found = cv2.matchTemplate(padded[None], core[None], cv2.TM_CCOEFF_NORMED)[0]
    at = int(np.argmax(found))
    return float(found[at]), at - room - int(first)


def _fitted(small: Grey, wanted: Print, matrix: Homography) -> Homography | None:
    """The homography on which most pieces agree, or None."""
    for reach in REACHES:
        page = _unwarped(small, wanted, matrix)
        at, to = _matched(page, wanted, reach)
        if len(at) < max(8, MIN_FOUND * len(wanted.pieces)):
            return None
        step, inside = cv2.findHomography(at, to, cv2.RANSAC, _pixels(NEAR))
        if step is None or inside.sum() < MIN_FOUND * len(wanted.pieces):
            return None
        matrix = matrix @ np.asarray(step, np.float64)
    return matrix


def _unwarped(small: Grey, wanted: Print, matrix: Homography) -> Profile:
    """The page's ink, 0..1, where the form's picture has it."""
    height, width = wanted.picture.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    page = cv2.warpPerspective(small, matrix, (width, height), flags=flags, borderValue=255)
    return ((255.0 - np.asarray(page, np.float32)) / 255.0).astype(np.float32)


def _matched(page: Profile, wanted: Print, reach: float) -> tuple[Profile, Profile]:
    """Middles of pieces, and where they were found: shapes (n, 2), in pixels at DPI."""
    far = round(_pixels(reach))
    padded = np.pad(page, far)
    at, to = [], []
    for x0, y0, x1, y1 in wanted.pieces:
        piece = _cut(wanted.picture, Rect(x0, y0, x1, y1))
        room = padded[round(y0) : round(y1) + 2 * far, round(x0) : round(x1) + 2 * far]
        scores = cv2.matchTemplate(room, piece, cv2.TM_CCOEFF_NORMED)
        _, best, _, place = cv2.minMaxLoc(scores)
        if best > FOUND:
            at.append(((x0 + x1) / 2, (y0 + y1) / 2))
            to.append((at[-1][0] + place[0] - far, at[-1][1] + place[1] - far))
    return np.array(at, np.float32).reshape(-1, 2), np.array(to, np.float32).reshape(-1, 2)


def _checked(small: Grey, wanted: Print, matrix: Homography, scale: float) -> Alignment:
    """Where the print lies, and which of its lines do not look as they should."""
    page = _unwarped(small, wanted, matrix)
    others = frozenset(
        number
        for number, line in enumerate(wanted.lines)
        if not _is_same(page, wanted.picture, line.rect)
    )
    points = np.diag([_pixels(1.0), _pixels(1.0), 1.0])
    return Alignment(np.diag([1 / scale, 1 / scale, 1.0]) @ matrix @ points, others)


def _is_same(page: Profile, picture: Profile, line: Rect) -> bool:
    """Whether the columns of all letters of a line are those of the print."""
    x0, y0, x1, y1 = (round(_pixels(v)) for v in line)
    wanted = picture[y0:y1, x0:x1].sum(axis=0)
    own = np.pad(page[y0:y1].sum(axis=0), ASIDE)[x0 : x1 + 2 * ASIDE]
    size = round(_pixels(LETTERS))
    return all(
        _alike(own[at : at + size + 2 * ASIDE], wanted[at : at + size]) >= SAME
        for at in range(0, max(1, len(wanted) - size + 1), size // 2)
    )


def _alike(own: Profile, wanted: Profile) -> float:
    """The best correlation of some columns with what is wanted."""
    return float(cv2.matchTemplate(own[None], wanted[None], cv2.TM_CCOEFF_NORMED).max())


def _cut(picture: Profile, piece: Rect) -> Profile:
    x0, y0, x1, y1 = (round(v) for v in piece)
    return np.ascontiguousarray(picture[y0:y1, x0:x1])


def _pieces(rect: Rect) -> list[Rect]:
    """A line cut into pieces of like width, in pixels at DPI."""
    x0, y0, x1, y1 = (_pixels(v) for v in rect)
    if x1 - x0 < _pixels(SHORTEST_PIECE):
        return []
    edges = np.linspace(x0, x1, max(1, round((x1 - x0) / _pixels(PIECE))) + 1)
    return [Rect(float(a), y0, float(b), y1) for a, b in pairwise(edges)]


def _pixels(points: float) -> float:
    return points * DPI / POINTS_PER_INCH
