"""Learn each network's weight: `python -m models.handwriting.weigh DIR`.

Lines of the held-out tenth of writers and fonts, which the network never learned from, and
as many of the training writers of ccby/, whom it never saw either: composed lines are too
like its own lessons to say how much it is to be believed of strangers. Two numbers are
chosen by them; no weight of a network is.
The weights are those under which the true date gets the most probability on average
(log-linear pooling; Hinton 2002): their ratio says whom to believe, their sum how sharply.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from itertools import islice, product
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from models.handwriting.compose import Composer, load_sources
from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.grammar import interpret
from ocr_extract.recognition.ctc_output import CtcOutput
from ocr_extract.recognition.date_automaton import written_dates
from ocr_extract.recognition.handwriting import handwriting
from ocr_extract.recognition.pp_ocr import pp_ocr

SEED = 909
LANGUAGES = ("en", "fr")
GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
MIN = 1e-6
"""Probability that a date outside the kept strings is given."""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=200)
    chosen = parser.parse_args()
    composer = Composer(load_sources(chosen.folder, "held"), random.Random(SEED))
    made = (composer.line() for _ in range(20 * chosen.lines))
    dated = ((crop, meanings(text)) for crop, text in made)
    lines = list(islice(((crop, days) for crop, days in dated if days), chosen.lines))
    seen = [
        pp_ocr().frames([crop for crop, _ in lines]),
        handwriting().frames([c for c, _ in lines]),
    ]
    table = []
    for general, own in product(GRID, GRID):
        if general + own > 0:
            gains = [
                log_share((a, b), (general, own), days)
                for a, b, (_, days) in zip(*seen, lines, strict=True)
            ]
            table.append((sum(gains) / len(gains), general, own))
    for gain, general, own in sorted(table, reverse=True)[:8]:
        print(f"pp-ocr {general:.2f} handwriting {own:.2f}: mean log-probability {gain:.3f}")


def strangers(folder: Path, count: int) -> list[tuple[npt.NDArray[np.uint8], set[PartialDate]]]:
    """Dates by the training writers of ccby/: half in French words, half in numbers."""
    found = []
    for name in ("dates_copiste", "dates_numeric_composite"):
        with (folder / "ccby" / name / "labels.tsv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        usable = [r for r in rows if r["split"] == "train" and meanings(r["text"])]
        for row in random.Random(SEED).sample(usable, count // 2):
            image = cv2.imread(str(folder / "ccby" / name / row["file"]), cv2.IMREAD_GRAYSCALE)
            found.append((np.asarray(image, np.uint8), meanings(row["text"])))
    return found


def meanings(text: str) -> set[PartialDate]:
    """Days of scored years that a text may mean."""
    days = {i.parts for i in interpret(text, LANGUAGES) if i.parts.precision == "day"}
    return {d for d in days if d.year and 1900 <= d.year < 2200}


def log_share(
    frames: tuple[CtcOutput, CtcOutput], weights: tuple[float, float], days: set[PartialDate]
) -> float:
    """Log of the share of probability that falls on the true date."""
    used = [(f, w) for f, w in zip(frames, weights, strict=True) if w > 0]
    found = written_dates([f for f, _ in used], [w for _, w in used], LANGUAGES, keep=300)
    top = found[0].log_likelihood
    shares = [(math.exp(w.log_likelihood - top), w.text) for w in found]
    right = sum(share for share, text in shares if meanings(text) & days)
    return math.log(max(MIN, right / sum(share for share, _ in shares)))


if __name__ == "__main__":
    main()
