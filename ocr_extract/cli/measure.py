"""`ocr-extract evaluate` and `calibrate`: results against a truth."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

from ocr_extract.calibration.evaluate import figures, read_records, read_truth
from ocr_extract.calibration.fit import MIN, fit, labels_of
from ocr_extract.calibration.model import NEVER, Calibration, load_calibration
from ocr_extract.errors import BadSettings, BadTruth, UnsafeOutput
from ocr_extract.reports.files import replace_file
from ocr_extract.reports.plain import counted, plain
from ocr_extract.reports.plots import draw_reliability, draw_risk_coverage
from ocr_extract.settings import Settings
from ocr_extract.volume.plan import check_output


def evaluate(results: Path, truth: Path, out: Path) -> None:
    """Print the figures, draw the plots."""
    check_output(out, [truth])
    found = figures(read_records(results), read_truth(truth))
    for line in found.lines:
        sys.stdout.write(f"{line}\n")
    draw_reliability(found.shown, out / "reliability.png")
    draw_risk_coverage(found.shown, out / "risk-coverage.png")
    sys.stdout.write(plain(f"Plots: {out}/reliability.png, risk-coverage.png") + "\n")


def calibrate(results: Path, truth: Path, out: Path) -> None:
    """Fit, write, and say what came of it; raises BadTruth, and writes nothing, when the
    labels are too few.
    """
    _check_target(out)
    labels = labels_of(read_records(results), read_truth(truth))
    fitted = fit(labels, f"{len(labels)} dates of {results}, truth {truth}")
    counts = Counter(label.kind for label in labels)
    if not fitted.maps:
        raise BadTruth(_too_few(counts), "Nothing was written: check more dates, and try again.")
    check_output(out.parent, [truth])
    replace_file(out, fitted.model_dump_json(indent=1) + "\n")
    for kind, count in sorted(counts.items()):
        line = f"{kind}: {counted(count, 'label')}, {_threshold(fitted, kind)}"
        sys.stdout.write(plain(line) + "\n")
    told = ", ".join(sorted(fitted.maps))
    said = f"{counted(len(labels), 'label')}; maps fitted for {told}. Written: {out}"
    sys.stdout.write(plain(said) + "\n")


def _check_target(out: Path) -> None:
    """Raises UnsafeOutput where something else than a calibration would be replaced."""
    if out.is_dir():
        raise UnsafeOutput(f"{out} is a folder.", "Give --out a file, as calibration.json.")
    try:
        if os.path.lexists(out):
            load_calibration(out)
    except BadSettings as error:
        message = f"{out} is there, and is no calibration: it is not replaced."
        raise UnsafeOutput(message, "Give another --out.") from error


def _too_few(counts: Counter[str]) -> str:
    """What labels there are, and how many it takes."""
    some = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())) or "none"
    return (
        f"Too few labels ({some}): nothing is fitted for a kind with fewer than {MIN}"
        " beside those that are kept to measure it (one in three)."
    )


def _threshold(fitted: Calibration, kind: str) -> str:
    """From which confidence that kind is accepted, in words."""
    wanted = Settings().target_error
    if kind not in fitted.maps:
        return "too few: no map, never accepted"
    threshold = fitted.threshold(wanted, kind)
    if threshold >= NEVER:
        return f"never accepted: too few to show that no more than {wanted:.1%} are wrong"
    return f"accepted from a confidence of {threshold:.3f} (no more than {wanted:.1%} wrong)"
