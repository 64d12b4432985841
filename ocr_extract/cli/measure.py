"""`ocr-extract evaluate` and `calibrate`: compare results with known dates."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

from ocr_extract.calibration.evaluate import figures, read_records, read_truth
from ocr_extract.calibration.fit import MIN, Label, fit, labels_of
from ocr_extract.calibration.model import NEVER, Calibration, load_calibration
from ocr_extract.errors import BadSettings, BadTruth, UnsafeOutput, UsageError
from ocr_extract.reports.files import replace_file
from ocr_extract.reports.plain import counted, plain
from ocr_extract.reports.plots import draw_reliability, draw_risk_coverage
from ocr_extract.review.labels import decided_labels
from ocr_extract.review.queue import ledger_url
from ocr_extract.settings import Settings
from ocr_extract.volume.ledger import read_ledger
from ocr_extract.volume.plan import check_output


def evaluate(results: Path, truth: Path, out: Path) -> None:
    """Print the figures, and draw reliability.png and risk-coverage.png into `out`.

    Raises BadTruth when the results or the known dates cannot be read or have no document
    in common, and UnsafeOutput when `out` cannot be written.
    """
    check_output(out, [truth])
    evaluation = figures(read_records(results), read_truth(truth))
    for line in evaluation.lines:
        sys.stdout.write(f"{line}\n")
    draw_reliability(evaluation.shown, out / "reliability.png")
    draw_risk_coverage(evaluation.shown, out / "risk-coverage.png")
    sys.stdout.write(plain(f"Plots: {out}/reliability.png, risk-coverage.png") + "\n")


def calibrate(results: Path, truth: Path | None, out: Path, decided: str | Path | None) -> None:
    """Fit a calibration on the dates in the table `truth`, or on what people decided in the ledger
    `decided` (its URL, or the folder of its results). Write it to the file `out`, and print the
    thresholds.

    Raises UsageError unless one of the two is given. Raises BadTruth, and writes nothing, when
    there are too few labels. Raises UnsafeOutput when `out` cannot be replaced.
    """
    if (truth is None) == (decided is None):
        advice = "Give a table of true dates, or --decisions for what people decided."
        raise UsageError("The true dates are to come from one source.", advice)
    _check_target(out)
    if truth is not None:
        labels = labels_of(read_records(results), read_truth(truth))
        provenance = f"{len(labels)} dates of {results}, truth {truth}"
    else:
        labels = _labels_in(decided or results)
        provenance = f"{len(labels)} dates of {results}, decided by people"
    fitted = fit(labels, provenance)
    counts = Counter(label.kind for label in labels)
    if not fitted.maps:
        raise BadTruth(
            _too_few_labels(counts), "Nothing was written: check more dates, and try again."
        )
    check_output(out.parent, [truth] if truth else [])
    replace_file(out, fitted.model_dump_json(indent=1) + "\n")
    _print_fitted(fitted, counts, out)


def _labels_in(where: str | Path) -> tuple[Label, ...]:
    """The dates that people checked in a ledger."""
    with read_ledger(ledger_url(where)) as ledger:
        return decided_labels(ledger)


def _print_fitted(fitted: Calibration, counts: Counter[str], out: Path) -> None:
    """Print a line for each kind of evidence, and how many labels there were."""
    for kind, count in sorted(counts.items()):
        line = f"{kind}: {counted(count, 'label')}, {_threshold_in_words(fitted, kind)}"
        sys.stdout.write(plain(line) + "\n")
    kinds = ", ".join(sorted(fitted.maps))
    total = counted(counts.total(), "label")
    sys.stdout.write(plain(f"{total}; maps fitted for {kinds}. Written: {out}") + "\n")


def _check_target(out: Path) -> None:
    """Raises UnsafeOutput when `out` is a folder, or a file other than a calibration."""
    if out.is_dir():
        raise UnsafeOutput(f"{out} is a folder.", "Give --out a file, as calibration.json.")
    try:
        if os.path.lexists(out):
            load_calibration(out)
    except BadSettings as error:
        message = f"{out} is there, and is no calibration: it is not replaced."
        raise UnsafeOutput(message, "Give another --out.") from error


def _too_few_labels(counts: Counter[str]) -> str:
    """Message with the number of labels of each kind, and the number that is needed."""
    label_counts = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())) or "none"
    return (
        f"Too few labels ({label_counts}): nothing is fitted for a kind with fewer than {MIN}"
        " beside those that are kept to measure it (one in three)."
    )


def _threshold_in_words(fitted: Calibration, kind: str) -> str:
    """Sentence with the confidence (0..1) above which dates of that kind are accepted."""
    target_error = Settings().target_error
    if kind not in fitted.maps:
        return "too few: no map, never accepted"
    threshold = fitted.threshold(target_error, kind)
    if threshold >= NEVER:
        return f"never accepted: too few to show that no more than {target_error:.1%} are wrong"
    return f"accepted from a confidence of {threshold:.3f} (no more than {target_error:.1%} wrong)"
