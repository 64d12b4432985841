"""Converts between pixels of a raster and points of the page.

No other module does this. A raster knows its resolution, and the homography that maps its pixels
to those of the page as it was rendered. Pages count from 1. Points count from the page's top
left corner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
"""Grey values: shape (height, width), from 0 (black) to 255 (white)."""
Homography = npt.NDArray[np.float64]
"""A projective map of pixel coordinates: shape (3, 3)."""
POINTS_PER_INCH = 72.0
"""PDF points per inch, as defined by the PDF standard."""


class Rect(NamedTuple):
    """A rectangle with sides parallel to those of the page: left, top, right, bottom. The owner of
    a rectangle says whether its unit is points or pixels.
    """

    x0: float
    y0: float
    x1: float
    y1: float

    @classmethod
    def around(cls, rects: Iterable[Rect]) -> Rect:
        """The smallest rectangle around the given ones. Raises ValueError when there are none."""
        sides = tuple(zip(*rects, strict=True))
        if not sides:
            raise ValueError("no rectangles")
        left, top, right, bottom = sides
        return cls(min(left), min(top), max(right), max(bottom))

    @property
    def width(self) -> float:
        """Distance from left to right."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Distance from top to bottom."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Width times height, in the square of the unit."""
        return (self.x1 - self.x0) * (self.y1 - self.y0)

    def overlap(self, other: Rect) -> float:
        """Area of the intersection as a share (0..1) of the smaller rectangle's area."""
        wide = min(self.x1, other.x1) - max(self.x0, other.x0)
        high = min(self.y1, other.y1) - max(self.y0, other.y0)
        if wide <= 0 or high <= 0:
            return 0.0
        smaller = min(self.area, other.area)
        return wide * high / smaller if smaller > 0 else 0.0


@dataclass(frozen=True)
class Raster:
    """A page as pixels. `to_page` maps its pixels to those of the page as rendered.

    `dpi` is the resolution, in pixels per inch, at which the print of this raster has its true
    size; `page_dpi` is the resolution of the page as rendered. The two differ for photographs.
    `turned` is the total rotation so far, in degrees counter-clockwise; `notes` lists the changes
    in words.
    """

    pixels: Grey
    dpi: float
    page: int
    to_page: Homography
    page_dpi: float
    turned: float = 0.0
    notes: tuple[str, ...] = ()
    photographed: bool = False
    """Whether the page is a photograph: a sheet was cut out of it, or shading was removed."""

    @property
    def height(self) -> int:
        """Number of rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.pixels.shape[1])

    def points(self, pixels: float) -> float:
        """Converts a length from pixels to points."""
        return pixels * POINTS_PER_INCH / self.dpi

    def length(self, points: float) -> float:
        """Converts a length from points to pixels."""
        return points * self.dpi / POINTS_PER_INCH

    def slices(self, rect: Rect) -> tuple[slice, slice]:
        """Row and column slices of the pixels in a rectangle, which is given in points."""
        x0, y0, x1, y1 = (max(0, round(self.length(v))) for v in rect)
        return slice(y0, y1), slice(x0, x1)

    def on_page(self, rect: Rect) -> Rect:
        """Maps a rectangle in pixels of this raster to points of the page as rendered: the bounding
        rectangle of its mapped corners.
        """
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
        """The raster after a map of its pixels. `size` is the new (width, height) in pixels; pixels
        from outside are white. `turned` is the rotation of the map in degrees counter-clockwise.
        """
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
        """The same pixels with a `factor` times lower resolution: lengths in points become
        `factor` times larger.
        """
        return replace(self, dpi=self.dpi / factor)

    def with_pixels(self, pixels: Grey, note: str = "") -> Raster:
        """The same raster with other grey values; their shape must be the same."""
        notes = (*self.notes, note) if note else self.notes
        return replace(self, pixels=pixels, notes=notes)


def raster_of(pixels: Grey, dpi: float, page: int) -> Raster:
    """The raster of a page as rendered at `dpi` pixels per inch. `page` counts from 1."""
    return Raster(pixels=pixels, dpi=dpi, page=page, to_page=np.eye(3), page_dpi=dpi)


def quarter_turned(raster: Raster, turns: int) -> Raster:
    """The raster turned counter-clockwise by `turns` times 90 degrees, without resampling."""
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
    """The map that turns by `degrees` counter-clockwise, and the (width, height) in pixels that
    holds the whole turned image.
    """
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(height * sin + width * cos), round(height * cos + width * sin)
    matrix[0, 2] += wide / 2 - width / 2
    matrix[1, 2] += high / 2 - height / 2
    return matrix, (wide, high)
