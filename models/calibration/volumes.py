"""Fits the map of handwriting anew on real volumes whose dates were read by eye.

    python -m models.calibration.volumes RESULTS TRUTH VOLUME...

RESULTS/VOLUME holds the results of `ocr-extract run`, TRUTH/VOLUME.tsv the true dates: a table with
the columns file, iso and note; a note `slip:DATE` gives the date that was meant, `alt:DATE` the
other order of day and month where the text does not settle it. The map that is stored is fitted on
all volumes; the calibration error that is printed comes from maps that were fitted without the
volume (cross-validation). The other kinds of evidence stay as they are.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from models.calibration.fit import STORED, report
from ocr_extract.calibration.evaluate import read_records, risk_coverage
from ocr_extract.calibration.fit import MIN, Label, monotone, upper_bound
from ocr_extract.calibration.model import Calibration, Risk, calibration_kind, load_calibration
from ocr_extract.records import Record

KIND = "hand"
TARGET = 0.005
"""Share (0..1) of accepted dates that may be wrong: the default of `--target-error`."""
Shown = tuple[float, bool]
"""A confidence (0..1), and whether the date was right."""


def true_dates(table: Path) -> dict[str, frozenset[str]]:
    """The dates (ISO 8601) that are right for each file of a volume; only full dates."""
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {row["file"]: _right(row["iso"], row["note"]) for row in rows if len(row["iso"]) == 10}


def _right(iso: str, note: str) -> frozenset[str]:
    notes = [part.strip().partition(":") for part in note.split(",")]
    meant = [date for name, _, date in notes if name == "slip"]
    return frozenset([*(meant[:1] or [iso]), *(date for name, _, date in notes if name == "alt")])


def labels_of(records: Sequence[Record], truth: dict[str, frozenset[str]]) -> list[Label]:
    """A label for every full date by hand whose truth is known."""
    return [
        Label(name, KIND, date.posterior, date.value in truth[name])
        for record in records
        if (name := Path(record.document.path).name) in truth
        and (date := record.fields.date).precision == "day"
        and calibration_kind(date.written, date.evidence) == KIND
    ]


def cross_validated(volumes: dict[str, list[Label]]) -> list[Shown]:
    """The confidence of each date by a map that was fitted on the other volumes."""
    shown: list[Shown] = []
    for name, own in volumes.items():
        others = [label for other, some in volumes.items() if other != name for label in some]
        fitted = Calibration(provenance="", maps={KIND: monotone(others)})
        shown += [(fitted.confidence(label.raw, KIND), label.right) for label in own]
    return shown


def curve(labels: Sequence[Label], fitted: Calibration) -> tuple[Risk, ...]:
    """The expected share of wrong dates at each confidence: the larger one of two estimates. One is
    the rule of succession (Laplace 1814): no wrong date among 200 is no proof that there is none.
    The other is the mean of what the map itself says. Dates are ranked by the posterior before the
    map, to which no label was fitted. The share does not fall as the confidence falls.
    """
    wrong, by_map, points = 0.0, 0.0, []
    ranked = sorted((label.raw for label in labels), reverse=True)
    doubts = list(accumulate(1.0 - fitted.confidence(raw, KIND) for raw in ranked))
    for point in risk_coverage([(label.raw, label.right) for label in labels]):
        wrong = max(wrong, point.error * point.count)
        by_map = max(by_map, doubts[point.count - 1] / point.count)
        threshold = math.floor(1e4 * fitted.confidence(point.threshold, KIND)) / 1e4
        error = max(by_map, (wrong + 1) / (point.count + 2))
        points.append(Risk(threshold=threshold, error=round(error, 5), count=point.count))
    return tuple(p for p in points if p.count >= MIN)


def main() -> None:
    """Fit, store the calibration, and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("volumes", nargs="+")
    parser.add_argument("--out", type=Path, default=STORED)
    chosen = parser.parse_args()
    volumes = {
        name: labels_of(
            read_records(chosen.results / name), true_dates(chosen.truth / f"{name}.tsv")
        )
        for name in chosen.volumes
    }
    labels = [label for some in volumes.values() for label in some]
    before = load_calibration(STORED)
    mapped = before.model_copy(update={"maps": {**before.maps, KIND: monotone(labels)}})
    risk = {**before.risk, KIND: curve(labels, mapped)}
    fitted = mapped.model_copy(update={"risk": risk})
    chosen.out.write_text(fitted.model_dump_json(indent=1) + "\n", "utf-8")
    report(f"{KIND}, cross-validated", cross_validated(volumes))
    report(f"{KIND}, before the map", [(label.raw, label.right) for label in labels])
    print_threshold(labels, fitted)


def print_threshold(labels: Sequence[Label], fitted: Calibration) -> None:
    """Print from where dates are accepted, and how many of them are wrong."""
    at = fitted.threshold(TARGET, KIND)
    over = [label.right for label in labels if fitted.confidence(label.raw, KIND) >= at]
    wrong = over.count(False)
    print(
        f"  error {TARGET}: accepted from {at}, {len(over)} of {len(labels)}, {wrong} wrong,"
        f" at most {upper_bound(wrong, len(over)):.4f} with 95 % confidence"
    )


if __name__ == "__main__":
    main()
