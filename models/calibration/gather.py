"""Gathers labelled dates with their raw posterior, as the program recovers them.

    python -m models.calibration.gather HANDWRITING OUT.tsv [--lines N] [--table DIR]...
        [--forms EXAMPLES.pickle] [--simulated N]

Sources: lines composed of writers and fonts that the network was not trained on; the training
writers of folders with labels.tsv; forms that models.signature.gather has read; born-digital
text in simulated volumes, where orders of day and month and slips of the signer cause the
errors. Each date is recovered with a made-up volume that it may belong to.
"""

from __future__ import annotations

import argparse
import csv
import math
import pickle
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

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
from ocr_extract.volume.consensus import consensus_pass
from synthetic.volume import END, START, simulated

SEED = 4711
"""Seed of all draws (chosen); the shipped labels were made with it."""
SETTINGS = Settings(accept_at=0.9)
LANGUAGES = SETTINGS.languages
BATCH = 40
"""Lines that the recognizers get at once (chosen)."""
Row = tuple[str, str, float, bool]
"""Source, kind of evidence, raw posterior (0..1), and whether the date was right."""


def volume_of(day: date, rng: random.Random) -> Context:
    """The context of a conference that an agreement of that day may belong to. Most agreements are
    signed in the two months before the conference; one in two hundred is signed months later.
    """
    away = rng.randint(-240, -60) if rng.random() < 0.005 else rng.triangular(-20, 60, 18)
    start = day + timedelta(round(away))
    return context_of(start.year, start, start + timedelta(3))


def hand_rows(lines: Sequence[tuple[Grey, str]], source: str) -> Iterator[Row]:
    """Rows for lines of handwriting: crops and their true text. A date is right when it is the
    meaning of the text. When day and month can be exchanged, one of the two meanings is drawn.
    """
    rng, handwriting, typed = random.Random(SEED), DateRecognizer(LANGUAGES), Tesseract()
    for first in range(0, len(lines), BATCH):
        batch = lines[first : first + BATCH]
        crops = [crop for crop, _ in batch]
        read = zip(batch, handwriting.readings(crops), typed.read(crops), strict=True)
        for (_, text), by_networks, by_tesseract in read:
            days = meanings(text)
            day = rng.choices(list(days), list(days.values()))[0]
            date_found = recovered(
                (*by_networks, by_tesseract),
                typed=False,
                placed=True,
                context=volume_of(day, rng),
                settings=SETTINGS,
            )
            if date_found.value is not None and date_found.precision == "day":
                yield source, "hand", date_found.confidence, date_found.value.full() == day


def meanings(text: str) -> dict[date, float]:
    """The days that a text may mean, each with the weight of that meaning (0..1). Only days of the
    years that the networks score.
    """
    days = [(i.parts.full(), math.exp(i.log_weight)) for i in interpret(text, LANGUAGES)]
    return {day: weight for day, weight in reversed(days) if day and 1901 <= day.year <= 2190}


def composed(folder: Path, count: int) -> list[tuple[Grey, str]]:
    """`count` lines of the held-out tenth of writers and fonts, with their text."""
    composer = Composer(load_sources(folder, "held"), random.Random(SEED))
    lines = (composer.line() for _ in range(20 * count))
    return list(islice(((crop, text) for crop, text in lines if meanings(text)), count))


def table(folder: Path) -> list[tuple[Grey, str]]:
    """Dates of a folder with labels.tsv. When the table has a column `split`, only its training
    writers.
    """
    with (folder / "labels.tsv").open(encoding="utf-8") as file:
        all_rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = [row for row in all_rows if row.get("split", "train") == "train"]
    crops = [cv2.imread(str(folder / row["file"]), cv2.IMREAD_GRAYSCALE) for row in rows]
    lines = [(np.asarray(c, np.uint8), r["text"]) for c, r in zip(crops, rows, strict=True)]
    return [(crop, text) for crop, text in lines if meanings(text)]


def form_rows(examples: Sequence[Example]) -> Iterator[Row]:
    """Rows for the dates of whole forms, as the program finds and reads them."""
    rng = random.Random(SEED)
    for observed, _, text in examples:
        days = meanings(text)
        if not days:
            continue
        day = rng.choices(list(days), list(days.values()))[0]
        result = decide(observed, volume_of(day, rng), SETTINGS).fields.date
        if result.precision == "day":
            kind = calibration_kind(result.written, result.evidence)
            yield "forms", kind, result.posterior, result.value == day.isoformat()


def told_rows(count: int) -> Iterator[Row]:
    """Rows for born-digital dates after the consensus pass, half of them in a volume with a roster
    and half without one.
    """
    for number, context in enumerate((context_of(2025, START, END), Context())):
        first, truths = simulated(count // 2, SEED + number, context)
        redated = consensus_pass(partial(enumerate, first), context, SETTINGS)
        for (_, record), truth in zip(redated, truths, strict=True):
            result = record.fields.date
            kind = calibration_kind(result.written, result.evidence)
            if kind == "born_digital" and result.precision == "day":
                yield "simulated", kind, result.posterior, result.value == truth.meant.isoformat()


def write(rows: Sequence[Row], path: Path) -> None:
    """Write the rows as a table with tabs."""
    lines = [f"{s}\t{kind}\t{raw:.5f}\t{int(right)}" for s, kind, raw, right in rows]
    path.write_text("\n".join(["source\tkind\traw\tright", *lines]) + "\n", "utf-8")


def main() -> None:
    """Gather all rows and write the table."""
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
