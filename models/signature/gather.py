"""Makes forms and reads them with the program: the training data of the fit.

python -m models.signature.gather HANDWRITING OUT.pickle [--count N] [--seed S]
"""

from __future__ import annotations

import argparse
import pickle
import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ocr_extract.extraction import observe_first
from ocr_extract.fields.observations import Observations
from ocr_extract.settings import Settings
from synthetic.signed_forms import SIGNED_END, SIGNED_LINE, Made, Place, form, strangers
from synthetic.unsigned_forms import CONDITIONS, CROSSED
from synthetic.unsigned_forms import forms_of as unsigned_forms

SEED = 20261122
"""Seed of the forms (chosen); the shipped weights were learned with it."""
COUNT, UNSIGNED = 600, 320
"""Number of forms of `forms.py`, and of unsigned forms of bench.unsigned (chosen)."""
UNSIGNED_SEED = 4242
"""Seed of the unsigned forms (chosen); bench.unsigned measures with other seeds."""
CROSSED_SEED = 27182
"""Seed of the unsigned forms with a stamp and a ruled line (chosen)."""
Example = tuple[Observations, Place | None, str]
"""What was observed of a form, the place of its signature in points of the upright page (None when
it is not signed), and the date written on it ("" for none)."""


def _example(task: tuple[int, Path]) -> Example:
    seed, folder = task
    return _read(form(random.Random(seed), strangers(folder)))


def _unsigned(made: tuple[bytes, str]) -> Example:
    content, date = made
    return _read(Made(content, None, date))


def _crossed(count: int) -> Iterator[tuple[bytes, str]]:
    """Unsigned forms with a stamp and a ruled line, without the digital ones: most have neither."""
    made = unsigned_forms(count, CROSSED_SEED, CROSSED)
    return (one for i, one in enumerate(made) if CONDITIONS[i % len(CONDITIONS)] != "digital")


def _read(made: Made) -> Example:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "form.pdf"
        path.write_bytes(made.content)
        observed = observe_first(path, Settings(year=2025))
    return observed, _on_page(made, observed), made.date


def _on_page(made: Made, observed: Observations) -> Place | None:
    """The place of the signature, shifted as the located label is shifted: scans and photographs
    move both.
    """
    label = observed.labels.get("signature")
    if made.signature is None or label is None:
        return None
    right = label.rect[2] - SIGNED_END
    down = (label.rect[1] + label.rect[3]) / 2 - (SIGNED_LINE - 2.6)
    x0, y0, x1, y1 = made.signature
    return (x0 + right, y0 + down, x1 + right, y1 + down)


def main() -> None:
    """Make and read the forms, and write the examples."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("handwriting", type=Path, help="the folder clean/")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--unsigned", type=int, default=UNSIGNED, help="forms of bench.unsigned")
    parser.add_argument("--unsigned-seed", type=int, default=UNSIGNED_SEED)
    parser.add_argument("--crossed", type=int, default=0, help="unsigned forms with a stamp")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    tasks = [(chosen.seed * 10_000 + i, chosen.handwriting) for i in range(chosen.count)]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        examples = list(pool.map(_example, tasks, chunksize=8))
        examples += pool.map(_unsigned, unsigned_forms(chosen.unsigned, chosen.unsigned_seed))
        examples += pool.map(_unsigned, _crossed(chosen.crossed))
    chosen.out.write_bytes(pickle.dumps(examples))
    print(f"{len(examples)} forms, {sum(place is not None for _, place, _ in examples)} signed")


if __name__ == "__main__":
    main()
