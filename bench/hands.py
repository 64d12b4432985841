"""Handwriting: every reader alone and combined, on sets that nothing was tuned on.

    python -m bench.hands [--handwriting DIR] [--most N]

Dates: the best free reading through dateparser (as the peers do), and all dates scored
against the frames, with no window and with the volume's year known. A date is right when
it is one of the meanings of the true string: day and month order is left to the volume.
Numbers and months: free readings, letter for letter in lower case without accents;
months also as a closed vocabulary. Without DIR only lines composed here are read.
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

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")
SEED = 77
CONFIDENT = 0.9
MONTHS = tuple(
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()
)
MAX = 400


@dataclass(frozen=True)
class Line:
    """A crop and what stands on it."""

    crop: Grey
    text: str


@dataclass(frozen=True)
class Seen:
    """A line with what every reader made of it."""

    line: Line
    tesseract: Reading
    pp_ocr: CtcOutput
    own: CtcOutput


def table(path: Path, most: int, wanted: Callable[[dict[str, str]], bool]) -> list[Line]:
    """Lines of a folder with labels.tsv."""
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
    """Fresh lines of writers and fonts that were never learned from."""
    from models.handwriting.compose import Composer, load_sources  # noqa: PLC0415

    composer = Composer(load_sources(folder, "test"), random.Random(SEED))
    made = (Line(*composer.line()) for _ in range(10 * most))
    return list(islice((line for line in made if meanings(line.text)), most))


def meanings(text: str) -> set[PartialDate]:
    """The days that a string may mean, of years that are scored."""
    found = {i.parts for i in interpret(text, LANGUAGES) if i.parts.precision == "day"}
    return {parts for parts in found if parts.year and 1900 <= parts.year < 2200}


def read(lines: Sequence[Line]) -> list[Seen]:
    """Every reader on every line."""
    crops = [line.crop for line in lines]
    typed = Tesseract().read(crops)
    general, own = pp_ocr().frames(crops), handwriting().frames(crops)
    return [Seen(*row) for row in zip(lines, typed, general, own, strict=True)]


def parsed(text: str) -> set[PartialDate]:
    """What dateparser makes of a string, in either order of day and month."""
    found = set()
    for order in ("DMY", "MDY"):
        settings = {"DATE_ORDER": order, "REQUIRE_PARTS": ["day", "month", "year"]}
        day = dateparser.parse(text, languages=list(LANGUAGES), settings=settings)  # type: ignore[arg-type]
        if day is not None:
            found.add(PartialDate(day.year, day.month, day.day))
    return found


def scored(seen: Seen, names: Sequence[str], context: Context) -> RecoveredDate:
    """The date by the networks of those names together."""
    frames = {"pp-ocr": seen.pp_ocr, "handwriting": seen.own}
    weights = [WEIGHTS[name] if len(names) > 1 else 1.0 for name in names if name in frames]
    found = written_dates([frames[n] for n in names if n in frames], weights, LANGUAGES)
    texts = [ReadText(seen.tesseract.best, 1.0)] if "tesseract" in names else []
    quality = hand_quality(found[0].log_likelihood, found[0].text)
    return recover_scored(found, quality, context, LANGUAGES, texts)


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
    """A table of one set: exact, in the first three, wrong but confident."""
    rows = read([line for line in lines if meanings(line.text)])
    print(f"\n{name}: {len(rows)} dates")
    for label, text_of in FREE:
        right = sum(bool(parsed(text_of(s)) & meanings(s.line.text)) for s in rows)
        print(f"  {label:26} exact {right / len(rows):6.1%}")
    for label, names in SCORED:
        for window in ("no window", "year known"):
            print(f"  {label:26} {_measured(rows, names, window)}")


def _measured(rows: Sequence[Seen], names: Sequence[str], window: str) -> str:
    exact = three = confident = wrong = 0
    for seen in rows:
        truth = meanings(seen.line.text)
        year = next(iter(truth)).year
        found = scored(seen, names, Context(year=year) if window == "year known" else Context())
        best = found.as_written in truth
        exact += best
        three += any(c.parts in truth for c in found.candidates[:3])
        sure = found.confidence >= CONFIDENT and found.precision == "day"
        confident += sure
        wrong += sure and not best
    n = len(rows)
    return (
        f"exact {exact / n:6.1%}  first three {three / n:6.1%}  at 0.9 or more {confident / n:6.1%}"
        f"  wrong among these {wrong}  ({window})"
    )


def report_texts(name: str, lines: Sequence[Line]) -> None:
    """A row of one set of numbers or words: free readings, letter for letter."""
    rows = read(lines)
    parts = []
    for label, text_of in FREE:
        right = sum(_folded(text_of(s)) == _folded(s.line.text) for s in rows)
        parts.append(f"{label.removesuffix(' + dateparser')} {right / len(rows):6.1%}")
    print(f"\n{name}: {len(rows)}\n  free: " + "   ".join(parts))


def report_months(name: str, lines: Sequence[Line]) -> None:
    """French months as a closed vocabulary: the likeliest of twelve words."""
    rows = read([line for line in lines if _folded(line.text) in MONTHS])
    parts = []
    for label, weights in (("PP-OCRv6", (1.0, 0.0)), ("own", (0.0, 1.0)), ("both", (0.5, 0.5))):
        right = 0
        for seen in rows:
            scores = {
                month: weights[0] * seen.pp_ocr.log_likelihood(month)
                + weights[1] * seen.own.log_likelihood(month)
                for month in MONTHS
            }
            right += max(scores, key=lambda m: scores[m]) == _folded(seen.line.text)
        parts.append(f"{label} {right / len(rows):6.1%}")
    print(f"  of twelve ({len(rows)}, {name}): " + "   ".join(parts))


def _folded(text: str) -> str:
    """Letters and digits only, in one case, without accents."""
    known = [SYMBOLS[c - 1] for c in map(column_of, text) if 0 < c <= len(SYMBOLS)]
    return "".join(c for c in known if c.isalnum())


def report_cost(lines: Sequence[Line]) -> None:
    """Time a crop for all readers together, as a ratio to a pytesseract call on it."""
    crops = [line.crop for line in lines]
    hands = DateRecognizer(LANGUAGES)
    hands.readings(crops[:1])
    started = time.perf_counter()
    Tesseract().read(crops)
    hands.readings(crops)
    ours = time.perf_counter() - started
    started = time.perf_counter()
    with one_thread():
        for crop in crops:
            pytesseract.image_to_string(crop, config="--psm 7")
    theirs = time.perf_counter() - started
    each = 1000 * ours / len(crops)
    print(f"\nall readers: {each:.0f} ms a crop; to one pytesseract call {ours / theirs:.2f}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--handwriting", type=Path, required=True)
    parser.add_argument("--most", type=int, default=MAX)
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
