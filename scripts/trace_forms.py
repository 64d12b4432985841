"""Make the data about blank forms in `ocr_extract/forms`.

`terms.json` holds fingerprints of the clauses, `layouts.json` the positions of the print.

    python scripts/trace_forms.py FORM VARIANT BLANK.pdf [FORM VARIANT BLANK.pdf ...]

Without an argument only the form of the samples is traced. The text is divided at the numbers
of the clauses. Text before the first clause, in footnotes and in the signing block belongs to
no clause. The words of the clauses are not stored, see `ocr_extract/forms/clauses.py` and
`ocr_extract/forms/template.py`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr_extract.forms.clauses import fingerprints
from ocr_extract.forms.definition import Form, built_in_forms
from ocr_extract.forms.phrases import find_phrases, flat
from ocr_extract.forms.template import as_text
from ocr_extract.geometry import POINTS_PER_INCH, Raster, Rect
from ocr_extract.imaging.registration import DPI
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_objects import PdfObjects, open_objects
from ocr_extract.text import Line, Word, group_lines
from synthetic.typeset import Filling, typeset

FORMS = Path(__file__).parent.parent / "ocr_extract" / "forms"
TERMS, LAYOUTS = FORMS / "terms.json", FORMS / "layouts.json"
OVERSAMPLING = 4
"""Factor by which a blank form is rendered finer than its stored profiles (chosen)."""
SIGNING_BLOCK_START = ("I", "HAVE", "READ")
"""First words of the line at which the last clause ends."""
MIN_PHRASE_SIMILARITY = 0.99
"""Similarity, 0..1, above which a phrase of the form counts as found (chosen)."""


def traced(path: Path, form: Form) -> tuple[dict[str, list[str]], list[dict[str, Any]]]:
    """The fingerprints of a blank form by clause, and its two pages as `layouts.json` has them.

    Raises SystemExit when the file cannot be opened or rendered.
    """
    with open_objects(path, Settings()) as objects:
        if objects is None:
            raise SystemExit(f"{path} cannot be opened")
        lines = [group_lines(objects.page(number).shown) for number in (1, 2)]
        first = _clauses(lines[0])
        names = [first, _clauses(lines[1], next((n for n in reversed(first) if n), ""))]
        pages = [
            _page(objects, number, form, lines[number - 1], names[number - 1]) for number in (1, 2)
        ]
    return _terms([*zip(flat(lines[0] + lines[1]), _by_word(lines, names), strict=True)]), pages


def _clauses(lines: Sequence[Line], before: str = "") -> list[str]:
    """The clause of each line; "6.1" is clause 1 inside clause 6, "" means no clause. `before`: the
    last clause of the page before, which may go on.
    """
    clauses: list[str] = []
    outer, name = before.partition(".")[0], before
    ended = False
    for line in lines:
        texts = [word.text for word in line.words]
        footnote = texts[0].lstrip("0123456789") == "The" != texts[0]
        ended = ended or footnote or tuple(texts[:3]) == SIGNING_BLOCK_START
        if not ended and texts[0].endswith(".") and texts[0][:-1].isdigit():
            number = texts[0][:-1]
            inner = outer and int(number) != int(outer) + 1
            outer = outer if inner else number
            name = f"{outer}.{number}" if inner else number
        page_number = len(texts) == 1 and texts[0].isdigit()
        clauses.append("" if ended or page_number else name)
    return clauses


def _by_word(pages: Sequence[Sequence[Line]], names: Sequence[Sequence[str]]) -> Iterator[str]:
    for lines, clauses in zip(pages, names, strict=True):
        for line, clause in zip(lines, clauses, strict=True):
            yield from (clause for _ in line.words)


def _terms(words: Sequence[tuple[Word, str]]) -> dict[str, list[str]]:
    """The fingerprints of each clause, without the clause's number."""
    texts: dict[str, list[str]] = defaultdict(list)
    for word, clause in words:
        if clause:
            texts[clause].append(word.text)
    return {clause: fingerprints(clause_words[1:]) for clause, clause_words in texts.items()}


def _page(
    objects: PdfObjects, number: int, form: Form, lines: Sequence[Line], clauses: Sequence[str]
) -> dict[str, Any]:
    raster = objects.raster(number, OVERSAMPLING * DPI)
    if raster is None:
        raise SystemExit(f"page {number} cannot be rendered")
    stored_words = _phrase_words(flat(lines), form)
    return {
        "size": [raster.points(raster.width), raster.points(raster.height)],
        "lines": [_line(*pair, raster, stored_words) for pair in zip(lines, clauses, strict=True)],
    }


def _phrase_words(words: tuple[Word, ...], form: Form) -> set[Word]:
    """The words of the phrases that identify the form, and of its labels and blanks."""
    phrases = [*form.phrases, *form.block.after]
    phrases += [text for blank in form.blanks.values() for text in (*blank.after, *blank.before)]
    phrases += [text for label in form.block.labels.values() for text in label.texts]
    places = [place for phrase in phrases for place in find_phrases(words, phrase)]
    places = [place for place in places if place.similarity > MIN_PHRASE_SIMILARITY]
    return {word for place in places for word in words[place.start : place.end]}


def _line(line: Line, clause: str, raster: Raster, stored_words: set[Word]) -> dict[str, Any]:
    x0, y0, x1, y1 = _in_pixels(line.rect)
    fine = raster.pixels[
        OVERSAMPLING * y0 : OVERSAMPLING * y1, OVERSAMPLING * x0 : OVERSAMPLING * x1
    ]
    ink = cv2.resize(255 - fine, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA) / 255.0
    return {
        "rect": [round(v * POINTS_PER_INCH / DPI, 2) for v in (x0, y0, x1, y1)],
        "columns": as_text(ink.mean(axis=0).astype(np.float32)),
        "rows": as_text(ink.mean(axis=1).astype(np.float32)),
        "clause": clause,
        "words": [list(_word(word, stored_words)) for word in line.words],
    }


def _in_pixels(rect: Rect) -> tuple[int, int, int, int]:
    low = [int(np.floor(v * DPI / POINTS_PER_INCH)) for v in rect[:2]]
    high = [int(np.ceil(v * DPI / POINTS_PER_INCH)) for v in rect[2:]]
    return low[0], low[1], high[0], high[1]


def _word(word: Word, stored_words: set[Word]) -> Iterator[float | str]:
    yield from (round(v, 1) for v in word.rect)
    yield word.text if word in stored_words else ""


def main() -> None:
    """Trace the blank forms given on the command line, and write terms.json and layouts.json."""
    forms = {form.name: form for form in built_in_forms()}
    terms, layouts = (json.loads(p.read_text()) for p in (TERMS, LAYOUTS))
    blanks = [*zip(*[iter(sys.argv[1:])] * 3, strict=True)]
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        Path(file.name).write_bytes(typeset(Filling(None, None, None, None, None), seed=0))
        for name, variant, blank in [*blanks, (built_in_forms()[0].name, "samples", file.name)]:
            clauses, pages = traced(Path(blank), forms[name])
            terms.setdefault(name, {})[variant] = clauses
            layouts.setdefault(name, {})[variant] = pages
            print(name, variant, {clause: len(runs) for clause, runs in clauses.items()})
    TERMS.write_text(json.dumps(terms, indent=0, sort_keys=True) + "\n")
    LAYOUTS.write_text(json.dumps(layouts, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
