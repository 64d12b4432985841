"""Where things are: pixels of one raster, pixels of another, points of the page.

The one place that converts between them. A raster knows its resolution and the
homography that leads from its pixels back to those of the page as it was rendered;
pages count from 1 and points from the page's top left corner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
"""A grey raster: shape (height, width), 0 black to 255 white."""
Homography = npt.NDArray[np.float64]
"""A 3 x 3 projective map of pixel coordinates."""
POINTS_PER_INCH = 72.0


class Rect(NamedTuple):
    """A rectangle with sides parallel to the page's: left, top, right, bottom. Which unit, points
    or pixels, says who holds it.
    """

    x0: float
    y0: float
    x1: float
    y1: float

    @classmethod
    def around(cls, rects: Iterable[Rect]) -> Rect:
        """The smallest rectangle around some; raises ValueError when there are none."""
        sides = tuple(zip(*rects, strict=True))
        if not sides:
            raise ValueError("no rectangles")
        left, top, right, bottom = sides
        return cls(min(left), min(top), max(right), max(bottom))

    @property
    def width(self) -> float:
        """From left to right."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Width times height."""
        return (self.x1 - self.x0) * (self.y1 - self.y0)

    def overlap(self, other: Rect) -> float:
        """Area that both share, as a share of the smaller one, 0..1."""
        wide = min(self.x1, other.x1) - max(self.x0, other.x0)
        high = min(self.y1, other.y1) - max(self.y0, other.y0)
        if wide <= 0 or high <= 0:
            return 0.0
        smaller = min(self.area, other.area)
        return wide * high / smaller if smaller > 0 else 0.0


@dataclass(frozen=True)
class Raster:
    """A page as pixels: `to_page` maps its pixels to those of the page as rendered.

    `dpi` is what makes this raster's print its natural size, pixels an inch; `page_dpi`
    is the resolution of the page as rendered. They differ for photographs. `turned`
    (degrees, counter-clockwise) and `notes` say what was done.
    """

    pixels: Grey
    dpi: float
    page: int
    to_page: Homography
    page_dpi: float
    turned: float = 0.0
    notes: tuple[str, ...] = ()
    photographed: bool = False
    """Whether it had a sheet to cut out, or shading to remove: a lamp lit it."""

    @property
    def height(self) -> int:
        """Rows of pixels."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns of pixels."""
        return int(self.pixels.shape[1])

    def points(self, pixels: float) -> float:
        """A length in pixels, in points."""
        return pixels * POINTS_PER_INCH / self.dpi

    def length(self, points: float) -> float:
        """A length in points, in pixels."""
        return points * self.dpi / POINTS_PER_INCH

    def slices(self, rect: Rect) -> tuple[slice, slice]:
        """Rows and columns of the pixels within a rectangle in points."""
        x0, y0, x1, y1 = (max(0, round(self.length(v))) for v in rect)
        return slice(y0, y1), slice(x0, x1)

    def on_page(self, rect: Rect) -> Rect:
        """The bounding rectangle, in points of the page as it came, of a rectangle here."""
        x0, y0, x1, y1 = rect
        corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64)
        mapped = cv2.perspectiveTransform(corners[:, None, :], self.to_page)[:, 0, :]
        low, high = mapped.min(axis=0), mapped.max(axis=0)
        scale = POINTS_PER_INCH / self.page_dpi
        x0, y0, x1, y1 = (float(v * scale) for v in (*low, *high))
        return Rect(x0, y0, x1, y1)

    def warped(
        self, matrix: Homography, size: tuple[int, int], turned: float = 0.0, note: str = ""
    ) -> Raster:
        """The raster under a map of its pixels, `size` = (width, height), white outside."""
        pixels = cv2.warpPerspective(
            self.pixels, matrix, size, flags=cv2.INTER_LINEAR, borderValue=255
        )
        return replace(
            self,
            pixels=np.asarray(pixels, dtype=np.uint8),
            to_page=self.to_page @ np.linalg.inv(matrix),
            turned=self.turned + turned,
            notes=(*self.notes, note) if note else self.notes,
        )

    def magnified(self, factor: float) -> Raster:
        """The same pixels, of print that is `factor` times smaller than was thought."""
        return replace(self, dpi=self.dpi / factor)

    def with_pixels(self, pixels: Grey, note: str = "") -> Raster:
        """The same raster with other grey values of the same shape."""
        notes = (*self.notes, note) if note else self.notes
        return replace(self, pixels=pixels, notes=notes)


def raster_of(pixels: Grey, dpi: float, page: int) -> Raster:
    """A page as rendered: its pixels are the page's."""
    return Raster(pixels=pixels, dpi=dpi, page=page, to_page=np.eye(3), page_dpi=dpi)


def quarter_turned(raster: Raster, turns: int) -> Raster:
    """Turned counter-clockwise by quarter turns, without resampling."""
    turns %= 4
    if not turns:
        return raster
    height, width = raster.pixels.shape
    back = {
        1: np.array([[0, -1, width - 1], [1, 0, 0], [0, 0, 1]], dtype=np.float64),
        2: np.array([[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1]], dtype=np.float64),
        3: np.array([[0, 1, 0], [-1, 0, height - 1], [0, 0, 1]], dtype=np.float64),
    }[turns]
    return replace(
        raster,
        pixels=np.ascontiguousarray(np.rot90(raster.pixels, turns)),
        to_page=raster.to_page @ back,
        turned=raster.turned + 90.0 * turns,
        notes=(*raster.notes, f"turned by {90 * turns} degrees"),
    )


def rotation(width: int, height: int, degrees: float) -> tuple[Homography, tuple[int, int]]:
    """The map that turns by `degrees` counter-clockwise, and the size that holds it all."""
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(height * sin + width * cos), round(height * cos + width * sin)
    matrix[0, 2] += wide / 2 - width / 2
    matrix[1, 2] += high / 2 - height / 2
    return matrix, (wide, high)
