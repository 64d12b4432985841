"""Counts false signatures: forms without a signature, but with other ink that may look like one.

    python -m bench.unsigned [--count N] [--jobs N] [--form BLANK.pdf]

The forms have typed and handwritten dates in every usual place, stamps, dust, ruled lines, punch
holes and scanner borders, as PDF objects, scans and photographs. No form may be called signed,
and neither may the blank form.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from ocr_extract.settings import Settings
from ocr_extract.volume.run import run
from synthetic.unsigned_forms import forms

SEED = 737475
"""Default seed (chosen)."""


def main() -> None:
    """Print the counts, and the forms that were called signed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    used = (
        "4242, 5151, 6161, 7171, 8181, 9191, 31313, 60606, 77777, 112911, 140911, 291506, 291507,"
        " 291523, 291777,"
        " 424243, 515253, 626364, 848586, 909192, and 31415 for a fit"
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"{used} were measured before")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--form", type=lambda v: Path(v) if v else None)
    parser.add_argument("--keep", type=Path, help="folder for the forms, to look at them")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        files = [*forms(folder, chosen.count, chosen.seed), *([chosen.form] if chosen.form else [])]
        records = run(files, Settings(year=2025), jobs=chosen.jobs)
    counted = Counter(record.fields.signature.present for record in records)
    print(
        f"{len(records)} unsigned forms: "
        + ", ".join(f"{k} {v}" for k, v in sorted(counted.items()))
    )
    for record in records:
        if record.fields.signature.present == "yes":
            signature = record.fields.signature
            print(
                f"  {record.document.name}: {signature.written} {signature.value} {signature.place}"
            )


if __name__ == "__main__":
    main()
