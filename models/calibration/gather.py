"""Labelled dates with their raw posterior, as the program recovers them.

    python -m models.calibration.gather HANDWRITING OUT.tsv [--lines N] [--table DIR]...
        [--forms EXAMPLES.pickle] [--simulated N]

Lines composed of writers and fonts that the network never learned from, and folders with
labels.tsv (of those the training writers); forms that models.signature.gather has read; and
text that a file tells, in simulated volumes, where what goes wrong is orders and slips.
Each date is seen in the light of a made-up volume that it may belong to.
"""

from __future__ import annotations

import argparse
import csv
import math
import pickle
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from bench.simulate import END, START, simulated
from models.handwriting.compose import Composer, load_sources
from models.signature.gather import Example
from ocr_extract.calibration.model import calibration_kind
from ocr_extract.dates.grammar import interpret
from ocr_extract.dates.priors import Context, context_of
from ocr_extract.decision.date import recovered
from ocr_extract.decision.record import decide
from ocr_extract.geometry import Grey
from ocr_extract.recognition.date_recognizer import DateRecognizer
from ocr_extract.recognition.tesseract import Tesseract
from ocr_extract.settings import Settings
from ocr_extract.volume.second_look import second_look

SEED = 4711
SETTINGS = Settings(accept_at=0.9)
LANGUAGES = SETTINGS.languages
BATCH = 40
Row = tuple[str, str, float, bool]
"""Where from, kind, raw confidence, and whether the date was right."""


def volume_of(day: date, rng: random.Random) -> Context:
    """A conference that an agreement of that day may belong to: two months before it,
    mostly; one in two hundred is months late.
    """
    away = rng.randint(-240, -60) if rng.random() < 0.005 else rng.triangular(-20, 60, 18)
    start = day + timedelta(round(away))
    return context_of(start.year, start, start + timedelta(3))


def hand_rows(lines: Sequence[tuple[Grey, str]], source: str) -> Iterator[Row]:
    """Lines of handwriting: a date is right when it is what the string says; where day and
    month can be exchanged, one of the two was meant.
    """
    rng, hands, typed = random.Random(SEED), DateRecognizer(LANGUAGES), Tesseract()
    for first in range(0, len(lines), BATCH):
        part = lines[first : first + BATCH]
        crops = [crop for crop, _ in part]
        read = zip(part, hands.readings(crops), typed.read(crops), strict=True)
        for (_, text), by_hand, by_tesseract in read:
            meant = meanings(text)
            day = rng.choices(list(meant), list(meant.values()))[0]
            found = recovered(
                (*by_hand, by_tesseract),
                typed=False,
                placed=True,
                context=volume_of(day, rng),
                settings=SETTINGS,
            )
            if found.value is not None and found.precision == "day":
                yield source, "hand", found.confidence, found.value.full() == day


def meanings(text: str) -> dict[date, float]:
    """The days that a string may mean, of years that the networks score, with how usual it
    is to mean them by it.
    """
    found = [(i.parts.full(), math.exp(i.log_weight)) for i in interpret(text, LANGUAGES)]
    return {day: usual for day, usual in reversed(found) if day and 1901 <= day.year <= 2190}


def composed(folder: Path, count: int) -> list[tuple[Grey, str]]:
    """Lines of the held-out tenth of writers and fonts."""
    composer = Composer(load_sources(folder, "held"), random.Random(SEED))
    made = (composer.line() for _ in range(20 * count))
    return list(islice(((crop, text) for crop, text in made if meanings(text)), count))


def table(folder: Path) -> list[tuple[Grey, str]]:
    """Lines of a folder with labels.tsv; of its training writers, where it tells writers apart."""
    with (folder / "labels.tsv").open(encoding="utf-8") as file:
        every = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = [row for row in every if row.get("split", "train") == "train"]
    crops = [cv2.imread(str(folder / row["file"]), cv2.IMREAD_GRAYSCALE) for row in rows]
    lines = [(np.asarray(c, np.uint8), r["text"]) for c, r in zip(crops, rows, strict=True)]
    return [(crop, text) for crop, text in lines if meanings(text)]


def form_rows(examples: Sequence[Example]) -> Iterator[Row]:
    """Dates of whole forms, as the program finds and reads them."""
    rng = random.Random(SEED)
    for findings, _, text in examples:
        meant = meanings(text)
        if not meant:
            continue
        day = rng.choices(list(meant), list(meant.values()))[0]
        found = decide(findings, volume_of(day, rng), SETTINGS).fields.date
        if found.precision == "day":
            kind = calibration_kind(found.written, found.evidence)
            yield "forms", kind, found.posterior, found.value == day.isoformat()


def told_rows(count: int) -> Iterator[Row]:
    """Text that a file tells, after the second look, in volumes with and without a roster."""
    for number, context in enumerate((context_of(2025, START, END), Context())):
        first, truths = simulated(count // 2, SEED + number, context)
        for record, truth in zip(second_look(first, context, SETTINGS), truths, strict=True):
            found = record.fields.date
            kind = calibration_kind(found.written, found.evidence)
            if kind == "born_digital" and found.precision == "day":
                yield "simulated", kind, found.posterior, found.value == truth.meant.isoformat()


def write(rows: Sequence[Row], path: Path) -> None:
    """A table of rows."""
    lines = [f"{s}\t{kind}\t{raw:.5f}\t{int(right)}" for s, kind, raw, right in rows]
    path.write_text("\n".join(["source\tkind\traw\tright", *lines]) + "\n", "utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("handwriting", type=Path, help="the folder that holds clean/")
    parser.add_argument("out", type=Path)
    parser.add_argument("--lines", type=int, default=1500)
    parser.add_argument("--table", type=Path, action="append", default=[])
    parser.add_argument("--forms", type=Path)
    parser.add_argument("--simulated", type=int, default=6000)
    chosen = parser.parse_args()
    rows = list(hand_rows(composed(chosen.handwriting, chosen.lines), "composed"))
    for folder in chosen.table:
        rows += hand_rows(table(folder), folder.name)
    if chosen.forms:
        rows += form_rows(pickle.loads(chosen.forms.read_bytes()))  # noqa: S301  our own file
    rows += told_rows(chosen.simulated)
    write(rows, chosen.out)


if __name__ == "__main__":
    main()
