"""Measures handwriting: every recognizer alone and combined, on sets that nothing was tuned on.

    python -m bench.hands --handwriting DIR [--most N]

Dates: the best free reading through dateparser (as other programs do), and all dates scored
against the CTC output, without a context and with the volume's year. A date is right when it is
one of the meanings of the true text, because the volume decides the order of day and month.
Numbers and months: free readings, compared letter by letter in lower case without accents.
Months are also read as a closed vocabulary.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import dateparser
import numpy as np
import pytesseract

from ocr_extract.calibration.confidence import hand_quality
from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.grammar import interpret
from ocr_extract.dates.priors import Context
from ocr_extract.dates.recover import ReadText, RecoveredDate, recover_scored
from ocr_extract.geometry import Grey
from ocr_extract.recognition.ctc_output import SYMBOLS, CtcOutput, column_of
from ocr_extract.recognition.date_automaton import written_dates
from ocr_extract.recognition.date_recognizer import WEIGHTS, DateRecognizer
from ocr_extract.recognition.handwriting import handwriting
from ocr_extract.recognition.pp_ocr import pp_ocr
from ocr_extract.recognition.tesseract import Tesseract, one_thread
from ocr_extract.records import Reading
from tests.recognition.forward_algorithm import log_likelihood

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")
SEED = 77
"""Seed of the samples (chosen)."""
CONFIDENT = 0.9
"""Confidence (0..1) from which a date counts as confident (chosen)."""
MONTHS = tuple(
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()
)
MAX_LINES = 400
"""Default for the largest number of lines per set (chosen)."""


@dataclass(frozen=True)
class Line:
    """A crop and its true text."""

    crop: Grey
    text: str


@dataclass(frozen=True)
class LineResults:
    """A line with the result of every recognizer."""

    line: Line
    tesseract: Reading
    pp_ocr: CtcOutput
    own: CtcOutput


def table(path: Path, most: int, wanted: Callable[[dict[str, str]], bool]) -> list[Line]:
    """At most `most` lines of a folder with labels.tsv: a random choice of the wanted rows."""
    with (path / "labels.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    chosen = [row for row in rows if wanted(row)]
    if len(chosen) > most:
        chosen = random.Random(SEED).sample(chosen, most)
    return [Line(_grey(path / row["file"]), row["text"]) for row in chosen]


def _grey(path: Path) -> Grey:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert image is not None, path
    return np.asarray(image, np.uint8)


def composed(folder: Path, most: int) -> list[Line]:
    """`most` new lines of writers and fonts that were never used for the training."""
    from models.handwriting.compose import Composer, load_sources  # noqa: PLC0415

    composer = Composer(load_sources(folder, "test"), random.Random(SEED))
    lines = (Line(*composer.line()) for _ in range(10 * most))
    return list(islice((line for line in lines if meanings(line.text)), most))


def meanings(text: str) -> set[PartialDate]:
    """The days that a text may mean, of the years 1900 to 2199, which are scored."""
    days = {i.parts for i in interpret(text, LANGUAGES) if i.parts.precision == "day"}
    return {parts for parts in days if parts.year and 1900 <= parts.year < 2200}


def read(lines: Sequence[Line]) -> list[LineResults]:
    """The result of every recognizer for every line."""
    crops = [line.crop for line in lines]
    typed = Tesseract().read(crops)
    general, own = pp_ocr().frames(crops), handwriting().frames(crops)
    return [LineResults(*row) for row in zip(lines, typed, general, own, strict=True)]


def parsed(text: str) -> set[PartialDate]:
    """The dates that dateparser reads in a text, with either order of day and month."""
    days = set()
    for order in ("DMY", "MDY"):
        settings = {"DATE_ORDER": order, "REQUIRE_PARTS": ["day", "month", "year"]}
        day = dateparser.parse(text, languages=list(LANGUAGES), settings=settings)  # type: ignore[arg-type]
        if day is not None:
            days.add(PartialDate(day.year, day.month, day.day))
    return days


def scored(results: LineResults, names: Sequence[str], context: Context) -> RecoveredDate:
    """The date recovered by the named recognizers together."""
    outputs = {"pp-ocr": results.pp_ocr, "handwriting": results.own}
    weights = [WEIGHTS[name] if len(names) > 1 else 1.0 for name in names if name in outputs]
    dates = written_dates([outputs[n] for n in names if n in outputs], weights, LANGUAGES)
    texts = [ReadText(results.tesseract.best, 1.0)] if "tesseract" in names else []
    quality = hand_quality(dates[0].log_likelihood, dates[0].text)
    return recover_scored(dates, quality, context, LANGUAGES, texts)


FREE = (
    ("tesseract + dateparser", lambda s: s.tesseract.best),
    ("RapidOCR + dateparser", lambda s: s.pp_ocr.text),
    ("own network + dateparser", lambda s: s.own.text),
)
SCORED = (
    ("PP-OCRv6 scored", ("pp-ocr",)),
    ("own network scored", ("handwriting",)),
    ("both scored", ("pp-ocr", "handwriting")),
    ("both and tesseract", ("pp-ocr", "handwriting", "tesseract")),
)


def report_dates(name: str, lines: Iterable[Line]) -> None:
    """Print a table for one set: exact dates, right dates among the first three candidates, and
    confident dates that are wrong.
    """
    rows = read([line for line in lines if meanings(line.text)])
    print(f"\n{name}: {len(rows)} dates")
    for label, text_of in FREE:
        right = sum(bool(parsed(text_of(s)) & meanings(s.line.text)) for s in rows)
        print(f"  {label:26} exact {right / len(rows):6.1%}")
    for label, names in SCORED:
        for window in ("no window", "year known"):
            print(f"  {label:26} {_measured(rows, names, window)}")


def _measured(rows: Sequence[LineResults], names: Sequence[str], window: str) -> str:
    exact = three = confident = wrong = 0
    for row in rows:
        truth = meanings(row.line.text)
        year = next(iter(truth)).year
        result = scored(row, names, Context(year=year) if window == "year known" else Context())
        best = result.as_written in truth
        exact += best
        three += any(c.parts in truth for c in result.candidates[:3])
        sure = result.confidence >= CONFIDENT and result.precision == "day"
        confident += sure
        wrong += sure and not best
    n = len(rows)
    return (
        f"exact {exact / n:6.1%}  first three {three / n:6.1%}  at 0.9 or more {confident / n:6.1%}"
        f"  wrong among these {wrong}  ({window})"
    )


def report_texts(name: str, lines: Sequence[Line]) -> None:
    """Print a row for one set of numbers or words: free readings, compared letter by letter."""
    rows = read(lines)
    parts = []
    for label, text_of in FREE:
        right = sum(_normalized(text_of(s)) == _normalized(s.line.text) for s in rows)
        parts.append(f"{label.removesuffix(' + dateparser')} {right / len(rows):6.1%}")
    print(f"\n{name}: {len(rows)}\n  free: " + "   ".join(parts))


def report_months(name: str, lines: Sequence[Line]) -> None:
    """Print a row for French months as a closed vocabulary: the most likely of twelve words."""
    rows = read([line for line in lines if _normalized(line.text) in MONTHS])
    parts = []
    for label, weights in (("PP-OCRv6", (1.0, 0.0)), ("own", (0.0, 1.0)), ("both", (0.5, 0.5))):
        right = 0
        for row in rows:
            scores = {
                month: weights[0] * log_likelihood(row.pp_ocr, month)
                + weights[1] * log_likelihood(row.own, month)
                for month in MONTHS
            }
            right += max(scores, key=lambda m: scores[m]) == _normalized(row.line.text)
        parts.append(f"{label} {right / len(rows):6.1%}")
    print(f"  of twelve ({len(rows)}, {name}): " + "   ".join(parts))


def _normalized(text: str) -> str:
    """The letters and digits of a text, in one case, without accents."""
    symbols = [SYMBOLS[c - 1] for c in map(column_of, text) if 0 < c <= len(SYMBOLS)]
    return "".join(c for c in symbols if c.isalnum())


def report_cost(lines: Sequence[Line]) -> None:
    """Print the time of all recognizers together per crop, also as a ratio to one pytesseract call
    per crop.
    """
    crops = [line.crop for line in lines]
    recognizer = DateRecognizer(LANGUAGES)
    recognizer.readings(crops[:1])
    started = time.perf_counter()
    Tesseract().read(crops)
    recognizer.readings(crops)
    ours = time.perf_counter() - started
    started = time.perf_counter()
    with one_thread():
        for crop in crops:
            pytesseract.image_to_string(crop, config="--psm 7")
    theirs = time.perf_counter() - started
    each = 1000 * ours / len(crops)
    print(f"\nall readers: {each:.0f} ms a crop; to one pytesseract call {ours / theirs:.2f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--handwriting", type=Path, required=True)
    parser.add_argument("--most", type=int, default=MAX_LINES)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    folder, most = chosen.handwriting, chosen.most
    ccby, others = folder / "ccby", folder / "evaluation_only"
    test = lambda row: row.get("split", "test") == "test"  # noqa: E731
    lines = composed(folder, most)
    report_dates("composed, writers and fonts never learned from", lines)
    report_dates("Copiste, French dates", table(ccby / "dates_copiste", most, test))
    numeric = table(ccby / "dates_numeric_composite", most, test)
    report_dates("Copiste, numeric composites", numeric)
    report_dates(
        "SSBI, one writer", table(others / "dates_ssbi", most, lambda row: row["kind"] == "date")
    )
    months = table(ccby / "months_copiste", most, test)
    report_texts("Copiste, French months", months)
    report_months("Copiste", months)
    report_texts("Copiste, numbers", table(ccby / "numbers_copiste", most, test))
    report_texts("CROHME, numbers", table(others / "numbers_crohme", most, lambda _: True))
    report_texts("ORAND-CAR-A, amounts", table(others / "numbers_orand_car_a", most, test))
    english = table(others / "months_mgr", most, lambda row: row["same_in_english"] == "1")
    report_texts("parish registers, months spelled as in English", english)
    report_cost(numeric[:40])


if __name__ == "__main__":
    main()
