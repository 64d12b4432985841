"""Where a form's known print lies on a page: the blank form is aligned with the scan.

Of the print only profiles are known: for each line, how much ink stands in each column and in each
row. The heights of all lines give size and shift together (correlation of profiles over all
sizes). Then pieces of lines are found one by one (normalised cross-correlation; Lewis 1995), and a
homography is fitted to their places (RANSAC; Fischler & Bolles 1981). Ink that the signer added
does not disturb this, because most of the print is where it should be.
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
"""Resolution in pixels per inch at which print is compared (chosen): a letter is 4 to 10 pixels
wide."""
SIZES = (
    tuple(np.geomspace(0.96, 1.04, 17)),
    tuple(np.geomspace(0.72, 1.38, 131)),
    tuple(np.geomspace(0.48, 0.72, 82)),
)
"""Ratios of the print's size to its stated size that are tried, in steps of half a percent
(chosen): first those of most scans, then those of photographs and shrunk copies, then those of two
pages on one sheet."""


@dataclass(frozen=True)
class FitLimits:
    """When a page fits a template's print."""

    min_profile_correlation: float = 0.25
    """Correlation of the profiles of all lines, -1..1, above which a homography is tried
    (chosen)."""
    max_fitted_guesses: int = 3
    """Number of best guesses for which a homography is tried (chosen)."""
    piece_length: float = 46.0
    """Length in points of a piece of a line that is compared as a whole (chosen): about seven
    letters."""
    min_piece_length: float = 14.0
    """Length in points below which a line has no pieces to compare (chosen)."""
    min_piece_correlation: float = 0.45
    """Correlation, -1..1, above which a piece is found (chosen)."""


FIT = FitLimits()


@dataclass(frozen=True)
class Search:
    """One of the searches for all pieces, each from the homography of the one before."""

    reach: float
    """Distance in points around its place in which a piece is searched."""
    max_offset: float
    """Largest distance in points between a piece and the place that the new homography gives it."""
    min_share: float
    """Smallest share of the pieces, 0..1, that must be where they should be."""


FIRST_REACH = 6.0
"""Reach in points of the first search (chosen): how well size and shift are known before it."""
SEARCHES = (
    (Search(FIRST_REACH, 1.2, 0.6), Search(2.5, 1.2, 0.6)),
    (Search(FIRST_REACH, 2.0, 0.2), Search(6.0, 2.0, 0.35), Search(2.5, 1.2, 0.6)),
)
"""The searches of most pages, and those of a page on which the first ones find too little: on a
photograph taken at a slant only the pieces near the middle are found at first. They lead to more,
and at the end most must be found (chosen)."""


@dataclass(frozen=True)
class ComparisonLimits:
    """When a piece of a line looks as printed."""

    window_length: float = 16.0
    """Length in points of a line in which a change of the print must be noticed (chosen):
    three letters."""
    min_same_correlation: float = 0.5
    """Correlation of the columns of three letters, -1..1, from which they are the same print
    (chosen). As measured on real scans and photographs, fewer than 1 in 1,000 of the same
    print are below it, and 4 of 5 of other print."""
    max_window_shift: int = 2
    """Largest shift of letters to the side, in pixels at DPI (chosen)."""


COMPARISON = ComparisonLimits()


Profile = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PrintedLine:
    """A line of print: its rectangle in points of the blank form, and its ink (0..1) by column and
    by row, at DPI. `clause`: the number of the clause that it belongs to, or "".
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
        """The page as its profiles give it, ink 0..1 at DPI, shape (height, width)."""
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
    """`to_raster` maps points of the form to pixels of the raster. `others` are the indexes of the
    print's lines that do not look as printed: other words, ink across them, or a bad copy.
    """

    to_raster: Homography
    others: frozenset[int]

    def on_raster(self, rect: Rect) -> Rect:
        """The rectangle in pixels of the raster around a rectangle in points of the form."""
        x0, y0, x1, y1 = rect
        corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float64)
        mapped = cv2.perspectiveTransform(corners[:, None, :], self.to_raster)[:, 0, :]
        low, high = mapped.min(axis=0), mapped.max(axis=0)
        return Rect(float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    @property
    def scale(self) -> float:
        """Pixels of the raster per point of the form, in the middle of the form."""
        left, _, right, _ = self.on_raster(Rect(250.0, 400.0, 350.0, 400.0))
        return (right - left) / 100.0


def align(raster: Raster, prints: Sequence[Print]) -> tuple[int, Alignment] | None:
    """Which print is on an upright page, as its index in `prints`, and where it lies; None when no
    print fits.
    """
    scale = DPI / raster.dpi
    small = scaled(raster.pixels, scale)
    ink = text_only(ink_mask(small))
    for sizes in SIZES:
        guesses = sorted(_guesses(prints, ink, sizes), key=lambda guess: -guess.correlation)
        for guess in guesses[: FIT.max_fitted_guesses]:
            matrix = _fitted_homography(small, prints[guess.index], guess.matrix)
            if matrix is not None:
                return guess.index, _alignment(small, prints[guess.index], matrix, scale)
    return None


@dataclass(frozen=True)
class _Guess:
    """Size and place that a print may have, and the correlation of its rows there (-1..1)."""

    index: int
    correlation: float
    matrix: Homography
    """Pixels of the form's picture to pixels of the page, both at DPI."""


def _guesses(prints: Sequence[Print], ink: Grey, sizes: Sequence[float]) -> Iterator[_Guess]:
    """For each print that may be on the page: size and vertical shift by the heights of its lines,
    then the horizontal shift.
    """
    page_rows = ink.sum(axis=1, dtype=np.float32)
    profiles = [_resized(page_rows, size) for size in sizes]
    for index, known_print in enumerate(prints):
        rows, columns = known_print.profiles
        shifts = [_shift(rows, profile) for profile in profiles]
        best = max(range(len(sizes)), key=lambda i: shifts[i][0])
        (correlation, down), size = shifts[best], sizes[best]
        if correlation > FIT.min_profile_correlation:
            first, last = round(down * size), round((down + len(rows)) * size)
            page_columns = ink[max(0, first) : max(1, last)].sum(axis=0, dtype=np.float32)
            _, right = _shift(columns, _resized(page_columns, size))
            matrix = np.array([[size, 0, right * size], [0, size, down * size], [0, 0, 1.0]])
            yield _Guess(index, correlation, matrix)


def _resized(profile: Profile, size: float) -> Profile:
    """A profile divided in length by `size`, by linear interpolation."""
    at = np.arange(0, len(profile) / size) * size
    return np.interp(at, np.arange(len(profile)), profile).astype(np.float32)


def _shift(expected: Profile, profile: Profile) -> tuple[float, int]:
    """The best correlation of a profile with the expected one, and the index in it where that
    begins (may be negative).
    """
    first, last = np.flatnonzero(expected)[[0, -1]]
    core = expected[first : last + 1]
    room = len(core) // 3
    padded = np.zeros(len(profile) + 2 * room, np.float32)
    padded[room : room + len(profile)] = profile
    if len(padded) < len(core):
        return 0.0, 0
    correlations = cv2.matchTemplate(padded[None], core[None], cv2.TM_CCOEFF_NORMED)[0]
    at = int(np.argmax(correlations))
    return float(correlations[at]), at - room - int(first)


def _fitted_homography(small: Grey, known_print: Print, matrix: Homography) -> Homography | None:
    """The homography on which most pieces agree, or None."""
    found = _found(small, known_print, matrix, FIRST_REACH)
    fits = (_searched(small, known_print, matrix, found, searches) for searches in SEARCHES)
    return next((fit for fit in fits if fit is not None), None)


def _searched(
    small: Grey,
    known_print: Print,
    matrix: Homography,
    found: tuple[Profile, Profile],
    searches: Sequence[Search],
) -> Homography | None:
    """The homography after these searches, or None when one of them finds too few pieces. `found`
    are the pieces that the first search has found.
    """
    for number, search in enumerate(searches):
        at, to = found if number == 0 else _found(small, known_print, matrix, search.reach)
        enough = max(8, search.min_share * len(known_print.pieces))
        if len(at) < enough:
            return None
        step, inside = cv2.findHomography(at, to, cv2.RANSAC, _pixels(search.max_offset))
        if step is None or inside.sum() < enough:
            return None
        matrix = matrix @ np.asarray(step, np.float64)
    return matrix


def _found(
    small: Grey, known_print: Print, matrix: Homography, reach: float
) -> tuple[Profile, Profile]:
    """The pieces that are near where a homography has them, see `_matched_pieces`."""
    return _matched_pieces(_unwarped(small, known_print, matrix), known_print, reach)


def _unwarped(small: Grey, known_print: Print, matrix: Homography) -> Profile:
    """The page's ink, 0..1, moved to where the form's picture has it."""
    height, width = known_print.picture.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    page = cv2.warpPerspective(small, matrix, (width, height), flags=flags, borderValue=255)
    return ((255.0 - np.asarray(page, np.float32)) / 255.0).astype(np.float32)


def _matched_pieces(page: Profile, known_print: Print, reach: float) -> tuple[Profile, Profile]:
    """Centres of pieces, and where they were found: shapes (n, 2), in pixels at DPI."""
    margin = round(_pixels(reach))
    padded = np.pad(page, margin)
    at, to = [], []
    for x0, y0, x1, y1 in known_print.pieces:
        piece = _cut(known_print.picture, Rect(x0, y0, x1, y1))
        room = padded[round(y0) : round(y1) + 2 * margin, round(x0) : round(x1) + 2 * margin]
        scores = cv2.matchTemplate(room, piece, cv2.TM_CCOEFF_NORMED)
        _, best, _, place = cv2.minMaxLoc(scores)
        if best > FIT.min_piece_correlation:
            at.append(((x0 + x1) / 2, (y0 + y1) / 2))
            to.append((at[-1][0] + place[0] - margin, at[-1][1] + place[1] - margin))
    return np.array(at, np.float32).reshape(-1, 2), np.array(to, np.float32).reshape(-1, 2)


def _alignment(small: Grey, known_print: Print, matrix: Homography, scale: float) -> Alignment:
    """Where the print lies, and which of its lines do not look as printed."""
    page = _unwarped(small, known_print, matrix)
    changed_lines = frozenset(
        number
        for number, line in enumerate(known_print.lines)
        if not _is_same(page, known_print.picture, line.rect)
    )
    points = np.diag([_pixels(1.0), _pixels(1.0), 1.0])
    return Alignment(np.diag([1 / scale, 1 / scale, 1.0]) @ matrix @ points, changed_lines)


def _is_same(page: Profile, picture: Profile, line: Rect) -> bool:
    """Whether the columns of all letters of a line match the print."""
    x0, y0, x1, y1 = (round(_pixels(v)) for v in line)
    expected = picture[y0:y1, x0:x1].sum(axis=0)
    own = np.pad(page[y0:y1].sum(axis=0), COMPARISON.max_window_shift)[
        x0 : x1 + 2 * COMPARISON.max_window_shift
    ]
    size = round(_pixels(COMPARISON.window_length))
    return all(
        _best_correlation(
            own[at : at + size + 2 * COMPARISON.max_window_shift], expected[at : at + size]
        )
        >= COMPARISON.min_same_correlation
        for at in range(0, max(1, len(expected) - size + 1), size // 2)
    )


def _best_correlation(own: Profile, expected: Profile) -> float:
    """The best correlation, -1..1, of some columns with the expected ones."""
    return float(cv2.matchTemplate(own[None], expected[None], cv2.TM_CCOEFF_NORMED).max())


def _cut(picture: Profile, piece: Rect) -> Profile:
    """The part of a picture within a rectangle in its pixels."""
    x0, y0, x1, y1 = (round(v) for v in piece)
    return np.ascontiguousarray(picture[y0:y1, x0:x1])


def _pieces(rect: Rect) -> list[Rect]:
    """A line cut into pieces of equal width, in pixels at DPI; [] for a short line."""
    x0, y0, x1, y1 = (_pixels(v) for v in rect)
    if x1 - x0 < _pixels(FIT.min_piece_length):
        return []
    edges = np.linspace(x0, x1, max(1, round((x1 - x0) / _pixels(FIT.piece_length))) + 1)
    return [Rect(float(a), y0, float(b), y1) for a, b in pairwise(edges)]


def _pixels(points: float) -> float:
    """A length in points as pixels at DPI."""
    return points * DPI / POINTS_PER_INCH
