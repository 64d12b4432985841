"""What reading the PDF's own objects is worth: time against the raster path, and memory.

`python -m bench.evidence --folder DIR [--truth TABLE]` reads every PDF twice in this
process, first as a run does, then with its objects ignored, and prints the median of the
per-document ratios for the documents that the object path can read, and the process's
peak memory after each pass.
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
    """Findings and seconds of each file."""
    results = []
    for path in files:
        started = time.perf_counter()
        findings = observe_first(path, Settings())
        results.append((findings, time.perf_counter() - started))
    return results


def _told(findings: Observations) -> bool:
    """Whether the file's own text told the date, so that tesseract read nothing; ink of a
    signature's size goes to the line networks all the same, for its name.
    """
    readers = {r.reader for m in findings.marks for r in m.readings}
    return bool(findings.labels) and "pdf" in readers and "tesseract" not in readers


def _peak() -> float:
    """Peak memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    files = [p for p in plan([parser.parse_args().folder]) if p.suffix.lower() == ".pdf"]
    observe_first(files[0], Settings())  # imports and caches are paid once a worker
    with_objects = timed(files)
    memory = _peak()
    with mock.patch.object(select, "open_objects", _no_objects):
        without = timed(files)
    told = [
        (a, b) for (found, a), (_, b) in zip(with_objects, without, strict=True) if _told(found)
    ]
    ratios = sorted(a / b for a, b in told)
    print(f"{len(files)} PDFs, {len(told)} whose date their own text tells")
    if ratios:
        print(
            f"time as a ratio to the raster path: median {statistics.median(ratios):.3f},"
            f" worst {ratios[-1]:.3f}"
        )
    total = sum(t for _, t in with_objects) / sum(t for _, t in without)
    print(f"the whole folder: {total:.2f}; peak memory {memory:.0f} MB, raster {_peak():.0f} MB")


if __name__ == "__main__":
    main()
