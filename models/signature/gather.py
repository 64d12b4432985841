"""Forms read as the program reads them: what the fit learns from.

python -m models.signature.gather HANDWRITING OUT.pickle [--count N] [--seed S]
"""

from __future__ import annotations

import argparse
import pickle
import random
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.unsigned import forms_of as unsigned_forms
from models.signature.forms import SIGNED_END, SIGNED_LINE, Made, Place, form, strangers
from ocr_extract.extraction import observe_first
from ocr_extract.fields.observations import Observations
from ocr_extract.settings import Settings

SEED = 20261122
COUNT, UNSIGNED = 600, 320
UNSIGNED_SEED = 4242
"""bench.unsigned measures with other seeds."""


Example = tuple[Observations, Place | None, str]
"""A form as it was read, where it is signed, in points of the upright page, and the date
written on it ("" for none)."""


def _example(task: tuple[int, Path]) -> Example:
    seed, folder = task
    return _read(form(random.Random(seed), strangers(folder)))


def _unsigned(made: tuple[bytes, str]) -> Example:
    content, date = made
    return _read(Made(content, None, date))


def _read(made: Made) -> Example:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "form.pdf"
        path.write_bytes(made.content)
        findings = observe_first(path, Settings(year=2025))
    return findings, _on_page(made, findings), made.date


def _on_page(made: Made, findings: Observations) -> Place | None:
    """The signature relative to the label as it was found: scans and photographs shift it."""
    label = findings.labels.get("signature")
    if made.signature is None or label is None:
        return None
    right = label.rect[2] - SIGNED_END
    down = (label.rect[1] + label.rect[3]) / 2 - (SIGNED_LINE - 2.6)
    x0, y0, x1, y1 = made.signature
    return (x0 + right, y0 + down, x1 + right, y1 + down)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("handwriting", type=Path, help="the folder clean/")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--unsigned", type=int, default=UNSIGNED, help="forms of bench.unsigned")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    tasks = [(chosen.seed * 10_000 + i, chosen.handwriting) for i in range(chosen.count)]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        examples = list(pool.map(_example, tasks, chunksize=8))
        examples += pool.map(_unsigned, unsigned_forms(chosen.unsigned, UNSIGNED_SEED))
    chosen.out.write_bytes(pickle.dumps(examples))
    print(f"{len(examples)} forms, {sum(place is not None for _, place, _ in examples)} signed")


if __name__ == "__main__":
    main()
