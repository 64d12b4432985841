"""Fits models/calibration/dates.json: `python -m models.calibration.fit LABELS.tsv`.

`gather` writes the labels. One in three is held out from the fit.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

from ocr_extract.calibration.evaluate import brier, calibration_error, chance_band
from ocr_extract.calibration.fit import Label, fit

STORED = Path(__file__).parent / "dates.json"
KINDS = ("born_digital", "typed", "hand")


def labels_in(path: Path) -> tuple[Label, ...]:
    """Every row of a table that `gather` wrote."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return tuple(
        Label(f"{r['source']}{i}", r["kind"], float(r["raw"]), r["right"] == "1")
        for i, r in enumerate(rows)
    )


def main() -> None:
    """Fit, store the calibration, and print figures for the held-out labels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--out", type=Path, default=STORED)
    chosen = parser.parse_args()
    labels = labels_in(chosen.labels)
    fitted = fit(labels, "models/calibration/CARD.md")
    chosen.out.write_text(fitted.model_dump_json(indent=1) + "\n", "utf-8")
    for kind in KINDS:
        held_out = [x for x in labels if x.held_out and x.kind == kind]
        report(kind, [(fitted.confidence(x.raw, kind), x.right) for x in held_out])
        report(f"{kind}, before the map", [(x.raw, x.right) for x in held_out])
        for wanted in (0.002, 0.005, 0.01, 0.02):
            at = fitted.threshold(wanted, kind)
            share = sum(fitted.confidence(x.raw, kind) >= at for x in held_out) / max(
                1, len(held_out)
            )
            print(f"  error {wanted}: accepted from {at}, {share:.1%}")


def report(name: str, shown: Sequence[tuple[float, bool]]) -> None:
    """Print one line of figures; `shown` holds a confidence (0..1) and whether it was right."""
    band = chance_band([c for c, _ in shown])
    right = sum(ok for _, ok in shown)
    print(
        f"{name}: {right} of {len(shown)} right, calibration error {calibration_error(shown):.3f}"
        f" (by chance {band:.3f}), Brier {brier(shown):.4f}"
    )


if __name__ == "__main__":
    main()
