"""Counts the labels that are read on samples: by skew, segmentation mode and resolution.

`python -m bench.labels` makes new samples (with a seed that nothing was tuned on), turns them,
imitates photographs of them, and counts the labels that were read.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from unittest import mock

import numpy as np

from ocr_extract.extraction import observe_first
from ocr_extract.fields.observations import Observations
from ocr_extract.recognition import tesseract
from ocr_extract.settings import Settings
from synthetic.degrade import as_pdf, photographed, scanned, turned
from synthetic.samples import DPI, rasters, ways
from synthetic.typeset import typeset

SEED = 2024
"""Seed of the samples (chosen); nothing was tuned on it."""
CONDITIONS = ("digital", "-10", "-5", "5", "10", "90", "180", "270", "photo")
LABELS = 3
"""Labels of one form, given by the layout of the form."""


def make_files(folder: Path) -> dict[str, list[Path]]:
    """The five ways of filling in under each condition, as PDFs, by condition."""
    rng = random.Random(SEED)
    files: dict[str, list[Path]] = {}
    for condition in CONDITIONS:
        for number, way in enumerate(ways(rng)):
            pdf = typeset(way.filling, SEED + number)
            path = folder / f"{condition}-{number}.pdf"
            path.write_bytes(_under(pdf, condition, number))
            files.setdefault(condition, []).append(path)
    return files


def _under(pdf: bytes, condition: str, number: int) -> bytes:
    if condition == "digital":
        return pdf
    rng = np.random.default_rng(number)
    pages = rasters(pdf)
    if condition == "photo":
        return as_pdf([photographed(page, rng) for page in pages], DPI)
    angle = float(condition)
    if angle % 90 == 0:
        return as_pdf([turned(page, angle) for page in pages], DPI)
    return as_pdf([scanned(page, rng, angle) for page in pages], DPI)


def read_labels(observed: Observations) -> int:
    """Number of labels that were read, not inferred from other labels."""
    return sum(not label.inferred for label in observed.labels.values())


def main() -> None:
    """Print the number of labels by condition, then by mode and resolution."""
    with tempfile.TemporaryDirectory() as folder:
        files = make_files(Path(folder))
        for condition, paths in files.items():
            count = sum(read_labels(observe_first(path, Settings())) for path in paths)
            print(f"{condition:8} labels read {count} of {LABELS * len(paths)}")
        some = [path for paths in files.values() for path in paths[:2]]
        base = None
        for mode in (3, 6, 11):
            for dpi in (150, 200, 300):
                with mock.patch.object(tesseract, "SPARSE_TEXT", mode):
                    started = time.perf_counter()
                    settings = Settings(locate_dpi=dpi)
                    count = sum(read_labels(observe_first(path, settings)) for path in some)
                    seconds = time.perf_counter() - started
                base = base or seconds
                total = LABELS * len(some)
                print(f"mode {mode:2} at {dpi} dpi: {count} of {total}, time {seconds / base:.2f}")


if __name__ == "__main__":
    main()
