"""Measures the gain from reading a PDF's own objects: time as a ratio to pixels, and memory.

`python -m bench.evidence --folder DIR` reads every PDF twice in this process: first as a run does,
then without its objects. It prints the median of the ratios of the documents whose date is
born-digital text, and the peak memory of the process after each pass.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from ocr_extract.extraction import observe_first
from ocr_extract.fields.observations import Observations
from ocr_extract.pages import select
from ocr_extract.settings import Settings
from ocr_extract.volume.plan import plan


@contextmanager
def _no_objects(*_: object) -> Iterator[None]:
    yield None


def timed(files: Sequence[Path]) -> list[tuple[Observations, float]]:
    """Observations and seconds of each file."""
    results = []
    for path in files:
        started = time.perf_counter()
        observed = observe_first(path, Settings())
        results.append((observed, time.perf_counter() - started))
    return results


def _is_born_digital(observed: Observations) -> bool:
    """Whether the file's own text gave the date, so that tesseract read nothing. Ink of a
    signature's size is still read by the line networks, for the name in it.
    """
    recognizers = {r.reader for m in observed.marks for r in m.readings}
    return bool(observed.labels) and "pdf" in recognizers and "tesseract" not in recognizers


def _peak() -> float:
    """Peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the ratios and the memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    files = [p for p in plan([parser.parse_args().folder]) if p.suffix.lower() == ".pdf"]
    observe_first(files[0], Settings())  # fills caches, as once per worker process
    with_objects = timed(files)
    memory = _peak()
    with mock.patch.object(select, "open_objects", _no_objects):
        without = timed(files)
    seconds = [
        (a, b)
        for (observed, a), (_, b) in zip(with_objects, without, strict=True)
        if _is_born_digital(observed)
    ]
    ratios = sorted(a / b for a, b in seconds)
    print(f"{len(files)} PDFs, {len(seconds)} whose date their own text tells")
    if ratios:
        print(
            f"time as a ratio to the raster path: median {statistics.median(ratios):.3f},"
            f" worst {ratios[-1]:.3f}"
        )
    total = sum(t for _, t in with_objects) / sum(t for _, t in without)
    print(f"the whole folder: {total:.2f}; peak memory {memory:.0f} MB, raster {_peak():.0f} MB")


if __name__ == "__main__":
    main()
