"""TIFF (several frames), PNG and JPEG: one frame, one page."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ocr_extract.errors import raise_if_no_room
from ocr_extract.geometry import Raster, raster_of
from ocr_extract.settings import Settings
from ocr_extract.sources.source import Damaged

LETTER_LONG_SIDE = 11.0
"""Inches assumed for the longer side when the file states no believable resolution."""
BELIEVABLE_DPI = (100.0, 1200.0)
"""Cameras write 72 or 96 whatever they took; scanners write what they used."""
FORMATS = ("PNG", "JPEG", "TIFF")
MAX_FRAMES = 1_000
"""Frames of one picture that are counted; a file with more is no agreement."""
MAX_DECODED = 10
"""Times `max_pixels` that are decoded of one file, all frames and resolutions together: a
real scan of three pages takes one."""
_TROUBLE = (
    OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, OverflowError,
    ZeroDivisionError, AttributeError, RuntimeError, struct.error, zlib.error,
    Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow raises on pictures that are none; found by fuzzing and in public test files."""


def open_image(content: bytes, settings: Settings) -> tuple[int, Callable[[int, int], Raster]]:
    """The number of frames, and a function that renders one; raises Damaged."""
    try:
        with _opened(content) as image:
            frames = _frames(image)
    except UnidentifiedImageError as error:
        raise Damaged("open", "broken", "Not an image that can be decoded.") from error
    except Image.DecompressionBombError as error:
        raise Damaged("open", "too_large", "An image of that size is not decoded.") from error
    except _TROUBLE as error:
        raise Damaged("open", "broken", f"The image cannot be opened: {error}.") from error

    left = [MAX_DECODED * settings.max_pixels]

    def render(page: int, dpi: int) -> Raster:
        return _frame(content, page, dpi, settings, left)

    return frames, render


def _frames(image: Image.Image) -> int:
    """How many frames there are; raises Damaged for more than MAX_FRAMES. One that cannot be
    found is one, and its own trouble: those before it are read.
    """
    for frame in range(1, MAX_FRAMES + 1):
        try:
            image.seek(frame)
        except EOFError:
            return frame
        except _TROUBLE:
            return frame + 1
    raise Damaged("open", "too_large", f"More than {MAX_FRAMES} frames: not read.")


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    """A picture without Pillow's warnings: of broken metadata, which cost nothing, and of
    many pixels, which are bounded by our own settings before anything is decoded.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            yield image


def _frame(content: bytes, page: int, dpi: int, settings: Settings, left: list[int]) -> Raster:
    """One frame at a resolution; `left` is what may still be decoded, in pixels."""
    try:
        with _opened(content) as image:
            image.seek(page - 1)
            _check_size(image, page, settings)
            _spend(image, page, left)
            own = _resolution(image)
            upright = ImageOps.exif_transpose(image) or image
            grey = _scaled(_on_white(upright), dpi / own)
    except Damaged:
        raise
    except MemoryError as error:
        raise Damaged("render", "too_large", "Decoding it takes too much memory.", page) from error
    except _TROUBLE as error:
        raise_if_no_room(error)
        raise Damaged("render", "broken", f"The image cannot be decoded: {error}.", page) from error
    return raster_of(np.asarray(grey, dtype=np.uint8), dpi, page)


def _check_size(image: Image.Image, page: int, settings: Settings) -> None:
    width, height = image.size
    if max(width, height) > settings.max_side or width * height > settings.max_pixels:
        effect = f"{width} x {height} pixels: not decoded."
        raise Damaged("render", "too_large", effect, page)


def _spend(image: Image.Image, page: int, left: list[int]) -> None:
    left[0] -= image.width * image.height
    if left[0] < 0:
        raise Damaged("render", "too_large", "The file has too many pixels: not decoded.", page)


def _resolution(image: Image.Image) -> float:
    """Pixels an inch: as the file states, if that is believable; else of a letter page."""
    stated = image.info.get("dpi")
    if isinstance(stated, tuple) and stated:
        own = float(stated[0])
        if BELIEVABLE_DPI[0] <= own <= BELIEVABLE_DPI[1]:
            return own
    return max(36.0, max(image.size) / LETTER_LONG_SIDE)


def _on_white(image: Image.Image) -> Image.Image:
    """Grey, transparent parts as paper."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(paper, rgba).convert("L")
    if image.mode.startswith("I") or image.mode == "F":
        return _narrowed(image)
    return image.convert("L")


def _narrowed(image: Image.Image) -> Image.Image:
    """16-bit and float pixels to 8 bits over the range that occurs."""
    values = np.asarray(image, dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    span = high - low or 1.0
    return Image.fromarray(((values - low) * (255.0 / span)).astype(np.uint8))


def _scaled(image: Image.Image, factor: float) -> Image.Image:
    """At the asked resolution; never enlarged more than threefold."""
    factor = min(factor, 3.0)
    if abs(factor - 1.0) < 0.02:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS)
