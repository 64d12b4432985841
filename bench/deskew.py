"""Measures the deskew error on sample pages turned by known angles, next to jdeskew's error.

`python -m bench.deskew` prints the mean and the worst error, the share of pages within 0.1
degrees, how many pages became worse than before, and the time as a ratio. jdeskew (arXiv
2603.05942) is compared when it is installed: `pip install --no-deps jdeskew`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from importlib import import_module

import cv2
import numpy as np

from ocr_extract.geometry import Grey, raster_of
from ocr_extract.imaging.binarize import flatten
from ocr_extract.imaging.deskew import measure_skew
from ocr_extract.imaging.upright import make_upright
from synthetic.degrade import scanned
from synthetic.samples import rasters, ways
from synthetic.typeset import typeset

ANGLES = (
    -10.0,
    -7.3,
    -4.1,
    -2.2,
    -1.13,
    -0.6,
    -0.3,
    -0.1,
    0.0,
    0.1,
    0.3,
    0.77,
    1.5,
    2.9,
    5.5,
    10.0,
)
"""Angles of the test pages, in degrees counter-clockwise (chosen)."""
Estimator = Callable[[Grey], float]


def pages() -> Iterator[tuple[Grey, float]]:
    """Scanned pages of samples, one sample per angle, each with its angle in degrees; the same in
    every run.
    """
    rng, noise = random.Random(11), np.random.default_rng(11)
    for number, angle in enumerate(ANGLES):
        way = ways(rng)[number % 5]
        for page in rasters(typeset(way.filling, number)):
            yield scanned(page, noise, angle), angle


def ours(page: Grey) -> float:
    """This program's correction, in degrees counter-clockwise; 0 when the page is not turned."""
    return make_upright(raster_of(page, 200, 1)).turned


def jdeskew() -> Estimator | None:
    """Jdeskew's estimator, None when it is not installed. Its sign is opposite to ours."""
    try:
        get_angle = import_module("jdeskew.estimator").get_angle
    except ImportError:
        return None
    return lambda page: float(get_angle(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR)))


def errors(estimate: Estimator, cases: list[tuple[Grey, float]]) -> tuple[list[float], int, float]:
    """Absolute errors in degrees, number of pages that became worse, and seconds."""
    started = time.perf_counter()
    left = [abs(angle + estimate(page)) for page, angle in cases]
    seconds = time.perf_counter() - started
    worse = sum(
        error > max(0.05, abs(angle)) for error, (_, angle) in zip(left, cases, strict=True)
    )
    return left, worse, seconds


def main() -> None:
    """Print the table."""
    cases = list(pages())
    print(f"{len(cases)} pages, angles {min(ANGLES)} to {max(ANGLES)} degrees")
    flat = [(flatten(raster_of(page, 200, 1)).pixels, angle) for page, angle in cases]
    rows: list[tuple[str, Estimator, list[tuple[Grey, float]]]] = [
        ("ocr_extract, estimate", lambda page: measure_skew(page).degrees, flat),
        ("ocr_extract, upright", ours, cases),
    ]
    if (other := jdeskew()) is not None:
        rows.append(("jdeskew, estimate", other, flat))
    else:
        print("jdeskew is not installed: no comparison")
    base = None
    for name, estimate, input_pages in rows:
        left, worse, seconds = errors(estimate, input_pages)
        base = base or seconds
        print(
            f"{name:24} mean {np.mean(left):.3f}  worst {max(left):.3f}  within 0.1:"
            f" {np.mean(np.array(left) < 0.1):.2f}  made worse {worse}  time {seconds / base:.2f}"
        )


if __name__ == "__main__":
    main()
