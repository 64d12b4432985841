"""Compares results with known true dates: exact dates, wrong accepted dates, and calibration.

Measures: expected calibration error over bins of equal count (Nixon et al. 2019); the range of
that error when every confidence is right (consistency resampling: Broecker & Smith 2007);
Brier score (1950); the risk-coverage curve (El-Yaniv & Wiener 2010).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from ocr_extract.errors import BadTruth
from ocr_extract.records import Record, Verdict

BINS = 15
"""Bins of equal count for the calibration error (chosen)."""
RESAMPLES = 1000
"""Volumes that are drawn for the chance band (chosen)."""
BAND_QUANTILE = 0.95
"""Share (0..1) of the drawn volumes whose calibration error lies below the band (chosen)."""
RESAMPLING_SEED = 0
"""Seed of the draws, fixed so that the band is the same in every run (chosen)."""
ISO = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
ADVICE = "A CSV or TSV with the columns `file` (or `key`) and `date` (ISO, empty for none)."
Shown = tuple[float, bool]
"""The confidence of a date (0..1), and whether the date was right."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Risk:
    """One point of a risk-coverage curve: `coverage` is the share (0..1) of all dates with a
    confidence of `threshold` or more, `count` their number, `error` the share (0..1) of them that
    is wrong.
    """

    threshold: float
    coverage: float
    error: float
    count: int


@dataclass(frozen=True)
class Figures:
    """The result of an evaluation. Counts are documents with a known date; `calibration_error`,
    `band` and `brier` are 0..1, 0 is best. `decided` documents with a known date are in no other
    count: a person set their dates.
    """

    count: int
    exact: int
    given_wrong: int
    """Wrong full dates, with or without a flag."""
    accepted: int
    accepted_wrong: int
    calibration_error: float
    band: float
    """Calibration error that is still explained by chance alone (see `chance_band`)."""
    brier: float
    shown: tuple[Shown, ...]
    decided: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        """The figures in words, one per line."""
        share = f"{self.accepted / self.count:.1%}" if self.count else "-"
        return (
            f"documents with a known date: {self.count}",
            f"exact: {self.exact} ({self.exact / self.count:.1%})" if self.count else "exact: 0",
            f"given but wrong: {self.given_wrong}",
            f"accepted: {self.accepted} ({share}), wrong among them: {self.accepted_wrong}",
            f"expected calibration error: {self.calibration_error:.4f}, {self._by_chance}",
            f"Brier score: {self.brier:.4f}",
            *self._left_out,
        )

    @property
    def _left_out(self) -> tuple[str, ...]:
        """The line about dates that are not the program's; () without any."""
        return (f"not counted, a person set the date: {self.decided}",) if self.decided else ()

    @property
    def _by_chance(self) -> str:
        return f"by chance alone up to {self.band:.4f} (n = {len(self.shown)})"


def read_records(results: Path) -> tuple[Record, ...]:
    """The records of an output folder or of a records.jsonl file. Raises BadTruth when the file
    cannot be read or a line is not a record.
    """
    path = results / "records.jsonl" if results.is_dir() else results
    advice = "Give the --out folder of `ocr-extract run`."
    lines = _text_of(path, "results", advice).splitlines()
    records = []
    for number, line in enumerate(lines, 1):
        try:
            records += [Record.model_validate_json(line)] if line.strip() else []
        except ValidationError as error:
            raise BadTruth(f"Line {number} of {path} is no record.", advice) from error
    return tuple(records)


def read_truth(path: Path) -> dict[str, str]:
    """True dates (ISO, "" for none) by file name without its ending. Raises BadTruth when the table
    cannot be read, with the number of the wrong line.
    """
    text = _text_of(path, "the truth", ADVICE)
    numbered = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    if not numbered:
        raise BadTruth(f"The truth {path} lacks a column.", ADVICE)
    delimiter = "\t" if "\t" in numbered[0][1] else ","
    reader = csv.DictReader((line + "\n" for _, line in numbered), delimiter=delimiter)
    dates: dict[str, str] = {}
    try:
        names = reader.fieldnames or ()
        key = next((name for name in ("file", "key") if name in names), None)
        if key is None or "date" not in names:
            raise BadTruth(f"The truth {path} lacks a column.", ADVICE)
        for row in reader:
            line = numbered[reader.line_num - 1][0]
            dates[stem_of(row[key] or "")] = _date(row["date"], f"line {line} of {path}")
    except csv.Error as error:
        line = numbered[min(reader.line_num, len(numbered) - 1)][0]
        raise BadTruth(f"Line {line} of {path} is no row of a table ({error}).", ADVICE) from error
    return dates


def _text_of(path: Path, what: str, advice: str) -> str:
    """A file's text. Raises BadTruth when the file cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise BadTruth(f"Cannot read {what} from {path}: {why}.", advice) from error


def stem_of(name: str) -> str:
    """A file's name without its ending (.pdf or .txt); a key stays as it is."""
    return Path(name).stem if Path(name).suffix.lower() in (".pdf", ".txt") else name


def _date(text: str | None, where: str) -> str:
    """An ISO day, month or year that exists in the calendar, or "". Raises BadTruth for other
    text.
    """
    plain = (text or "").strip().strip("-")
    try:
        if plain:
            date.fromisoformat(f"{plain}-01-01"[:10])
    except ValueError:
        plain = "?"
    if plain and not ISO.fullmatch(plain):
        raise BadTruth(f"“{(text or '').strip()[:40]}” in {where} is no ISO date.", ADVICE)
    return plain


def is_decided(record: Record) -> bool:
    """Whether a person set the date of a record."""
    return any(d.field == "date" and d.action == "set" and not d.void for d in record.decisions)


def figures(records: Sequence[Record], truth: dict[str, str]) -> Figures:
    """Compares every record whose true date is known, but for dates that a person set. Raises
    BadTruth when there is no such record.
    """
    known = [
        (r, truth[stem_of(r.document.name)]) for r in records if stem_of(r.document.name) in truth
    ]
    pairs = [(r, day) for r, day in known if not is_decided(r)]
    if not pairs:
        raise BadTruth(*_nothing_to_compare(len(known)))
    shown = tuple(
        (r.fields.date.confidence, r.fields.date.value == day)
        for r, day in pairs
        if r.fields.date.precision == "day" and r.fields.date.value
    )
    accepted = [(r, day) for r, day in pairs if r.verdict is Verdict.ACCEPTED]
    return Figures(
        count=len(pairs),
        exact=sum((r.fields.date.value or "") == day for r, day in pairs),
        given_wrong=sum(not right for _, right in shown),
        accepted=len(accepted),
        accepted_wrong=sum((r.fields.date.value or "") != day for r, day in accepted),
        calibration_error=calibration_error(shown),
        band=chance_band([c for c, _ in shown]),
        brier=brier(shown),
        shown=shown,
        decided=len(known) - len(pairs),
    )


def _nothing_to_compare(decided: int) -> tuple[str, str]:
    """Message and advice when no date of the program has a known truth."""
    if decided:
        message = f"People set all {decided} dates that are named in the truth."
        return message, "Run the program over the files into another --out."
    return "No document of the results is named in the truth.", ADVICE


def calibration_error(shown: Sequence[Shown], bins: int = BINS) -> float:
    """Expected calibration error, 0..1: the mean distance between the confidence and the share of
    right dates, over bins of equal count. 0 without dates.
    """
    if not shown:
        return 0.0
    table = np.array([[c, float(ok)] for c, ok in sorted(shown)])
    return _error_of(table, min(bins, len(shown)))


def _error_of(table: Array, bins: int) -> float:
    chunks = np.array_split(table, bins)
    gaps = [abs(float(chunk[:, 0].mean() - chunk[:, 1].mean())) * len(chunk) for chunk in chunks]
    return sum(gaps) / len(table)


def chance_band(confidences: Sequence[float], bins: int = BINS) -> float:
    """The calibration error (0..1) that 95 of 100 volumes do not exceed when all confidences are
    right. Outcomes are drawn from the confidences themselves, with a fixed seed. 0 without dates.
    """
    if not confidences:
        return 0.0
    rng = np.random.default_rng(RESAMPLING_SEED)
    sure = np.sort(np.asarray(confidences, dtype=np.float64))
    draws = rng.random((RESAMPLES, len(sure))) < sure
    errors = [
        _error_of(np.column_stack((sure, drawn.astype(np.float64))), min(bins, len(sure)))
        for drawn in draws
    ]
    return float(np.quantile(errors, BAND_QUANTILE))


def brier(shown: Sequence[Shown]) -> float:
    """Brier score, 0..1, 0 is best: the mean squared distance between confidence and outcome."""
    return sum((c - ok) ** 2 for c, ok in shown) / len(shown) if shown else 0.0


def reliability(shown: Sequence[Shown], bins: int = BINS) -> Iterator[tuple[float, float, int]]:
    """For each bin of equal count: mean confidence (0..1), share of right dates (0..1), and number
    of dates.
    """
    if shown:
        table = np.array([[c, float(ok)] for c, ok in sorted(shown)])
        for chunk in np.array_split(table, min(bins, len(shown))):
            yield float(chunk[:, 0].mean()), float(chunk[:, 1].mean()), len(chunk)


def risk_coverage(shown: Sequence[Shown]) -> tuple[Risk, ...]:
    """The risk-coverage curve, from the highest confidence down; one point for each confidence that
    occurs.
    """
    ordered = sorted(shown, key=lambda s: -s[0])
    points: list[Risk] = []
    wrong = 0
    for place, (confidence, right) in enumerate(ordered, 1):
        wrong += not right
        if place == len(ordered) or ordered[place][0] < confidence:
            points.append(Risk(confidence, place / len(ordered), wrong / place, place))
    return tuple(points)
