"""What befalls paper: a scanner's skew and noise, a telephone's perspective and light."""

from __future__ import annotations

import io

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Grey = npt.NDArray[np.uint8]
"""A page: shape (height, width), 0 black to 255 white."""


def turned(page: Grey, degrees: float, *, paper: int = 255) -> Grey:
    """Turned counter-clockwise by any angle, nothing cut off."""
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(height * sin + width * cos), round(height * cos + width * sin)
    matrix[0, 2] += wide / 2 - width / 2
    matrix[1, 2] += high / 2 - height / 2
    out = cv2.warpAffine(page, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderValue=paper)
    return np.asarray(out, dtype=np.uint8)


def scanned(page: Grey, rng: np.random.Generator, degrees: float) -> Grey:
    """As a flat-bed scanner gives it: skewed, slightly soft, noisy, with dust."""
    soft = cv2.GaussianBlur(turned(page, degrees), (0, 0), 0.6)
    noisy = soft.astype(np.float32) * 0.96 + 6 + rng.normal(0, 5, soft.shape)
    dusty = np.clip(noisy, 0, 255).astype(np.uint8)
    for _ in range(25):
        x, y = int(rng.integers(0, page.shape[1])), int(rng.integers(0, page.shape[0]))
        cv2.circle(dusty, (x, y), int(rng.integers(1, 3)), int(rng.integers(60, 180)), cv2.FILLED)
    return dusty


def bordered(page: Grey, wide: int, right: int, top: int) -> Grey:
    """As a scanner leaves a page that is too small: dark at its right and at its top, `wide`
    pixels, in those greys; and holes punched.
    """
    page[:, -wide:] = right
    page[:wide] = top
    for y in (0.25, 0.7):
        cv2.circle(page, (60, round(page.shape[0] * y)), 22, 30, cv2.FILLED)
    return page


def photographed(page: Grey, rng: np.random.Generator) -> Grey:
    """As a telephone gives it: on a table, aslant, unevenly lit, soft, compressed."""
    height, width = page.shape
    edge = 0.07 * width
    jitter = rng.uniform(-0.022, 0.022, (4, 2)) * width
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    size = (round(width + 2 * edge), round(height + 2 * edge))
    target = (source + edge + jitter).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    table = int(rng.integers(60, 120))
    scene = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA, borderValue=table)
    lit = scene.astype(np.float32) * _light(size, rng)
    soft = cv2.GaussianBlur(lit, (0, 0), 0.8) + rng.normal(0, 4, lit.shape)
    return np.clip(soft, 0, 255).astype(np.uint8)


def _light(size: tuple[int, int], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Brightness over the scene: a slope and a soft shadow, 0.55 to 0.95."""
    width, height = size
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    slope = (xs / width - 0.5) * np.cos(angle) + (ys / height - 0.5) * np.sin(angle)
    away = (xs / width - rng.uniform(0, 1)) ** 2 + (ys / height - rng.uniform(0, 1)) ** 2
    return (0.78 + 0.2 * slope - 0.12 * np.exp(-6 * away)).astype(np.float32)


def as_pdf(pages: list[Grey], dpi: int, quality: int = 60) -> bytes:
    """Pages as JPEGs in a PDF, as scanner and telephone programs make it."""
    images = [Image.fromarray(page) for page in pages]
    buffer = io.BytesIO()
    images[0].save(
        buffer, "PDF", save_all=True, append_images=images[1:], resolution=dpi, quality=quality
    )
    return buffer.getvalue()


def as_tiff(pages: list[Grey], dpi: int) -> bytes:
    """Pages as frames of a bilevel fax-compressed TIFF, as office scanners make it."""
    images = [
        Image.fromarray(page).point(lambda v: 255 if v > 140 else 0).convert("1") for page in pages
    ]
    buffer = io.BytesIO()
    images[0].save(
        buffer,
        "TIFF",
        save_all=True,
        append_images=images[1:],
        compression="group4",
        dpi=(dpi, dpi),
    )
    return buffer.getvalue()
