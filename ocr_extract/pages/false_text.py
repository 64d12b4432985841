"""Text of a file that is not what its page shows.

A font's map to Unicode may be missing or wrong: the page shows "27 May 2025", and the text says
"38!Nbz!3136". Where the signing block's text has no date, its entries are read from the pixels. An
entry that clearly reads otherwise is false, and so is all text in its font. False words are left
out; their ink is then read like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from ocr_extract.calibration.confidence import word_score
from ocr_extract.dates.recover import date_similarity
from ocr_extract.forms.locate import LocatedBlock
from ocr_extract.forms.phrases import letters_and_digits
from ocr_extract.geometry import Raster
from ocr_extract.imaging.components import crop_of
from ocr_extract.pages.page import PageView
from ocr_extract.recognition.base import Engines, RecognizerTrouble
from ocr_extract.records import Reading
from ocr_extract.text import Line, Word, group_lines, split_at_gaps

MIN_FULL_DATE_SIMILARITY = 0.99
"""Date similarity (0..1) from which a text is a full date (chosen)."""
MAX_SAME_RATIO = 40.0
"""Similarity (rapidfuzz ratio, 0..100) of a text and its pixels below which the text is false
(chosen; another shift of all letters gives 15 to 35, a misread script font more than 50)."""
MIN_SURE_SCORE = 0.8
"""Word score (0..1) from which the pixels were surely read (chosen)."""
MIN_LETTERS = 4
"""Letters and digits from which two texts can be compared (chosen)."""
MAX_GAP = 16.0
"""Points between words of one entry, at most (chosen)."""
MAX_ENTRIES = 8
"""Entries of a block that are read, from the top (chosen); a form has three."""


def without_false_text(
    views: Sequence[PageView], page: int, block: LocatedBlock, raster: Raster, engines: Engines
) -> list[PageView]:
    """The pages of one file without false words. `block` is the signing block of the page with
    the number `page`, and `raster` shows that page.
    """
    signing = next(view for view in views if view.number == page)
    entries = list(_entries(signing, block))[:MAX_ENTRIES]
    if not entries or any(_is_full_date(entry.text) for entry in entries):
        return list(views)
    false = [word for entry in _false_entries(entries, raster, engines) for word in entry.words]
    label_words = {word for label in block.labels.values() for word in label.words}
    fonts = _fonts_of(signing, false) - _fonts_of(signing, label_words)
    return [_without(view, set(false), fonts) for view in views] if false else list(views)


def _entries(view: PageView, block: LocatedBlock) -> Iterator[Line]:
    """What stands in the block beside its labels: runs of words with a letter or a digit."""
    top, bottom = block.extent
    label_words = {word for label in block.labels.values() for word in label.words}
    for line in view.lines:
        if top <= line.rect.y0 <= bottom:
            words = [w for w in line.words if w not in label_words and any(map(_is_text, w.text))]
            yield from split_at_gaps(Line(tuple(words)), MAX_GAP) if words else ()


def _is_text(character: str) -> bool:
    return character.isalnum()


def _false_entries(entries: Sequence[Line], raster: Raster, engines: Engines) -> Iterator[Line]:
    """The entries whose pixels are surely another text; none when a recognizer fails. Tesseract is
    not started where PP-OCR reads the very text of the file.
    """
    crops = [crop_of(raster, entry.rect) for entry in entries]
    try:
        read = engines.handwriting.free(crops)
        doubtful = [i for i, own in enumerate(read) if not _is_shown(entries[i].text, own)]
        typed = engines.pages.read([crops[i] for i in doubtful]) if doubtful else ()
    except RecognizerTrouble:
        return
    for index, reading in zip(doubtful, typed, strict=True):
        text = entries[index].text
        if word_score(reading) >= MIN_SURE_SCORE and _is_other(text, reading.best):
            yield entries[index]


def _is_shown(text: str, readings: Sequence[Reading]) -> bool:
    """Whether one of the readings is the text."""
    own = letters_and_digits(text)
    shown = [letters_and_digits(reading.best) for reading in readings]
    return len(own) >= MIN_LETTERS and any(fuzz.ratio(own, s) >= MAX_SAME_RATIO for s in shown)


def _is_other(text: str, read: str) -> bool:
    """Whether a text and what was read in its place are not the same. A date is not any text."""
    if _is_full_date(read):
        return True
    own, shown = letters_and_digits(text), letters_and_digits(read)
    if min(len(own), len(shown)) < MIN_LETTERS:
        return False
    return fuzz.ratio(own, shown) < MAX_SAME_RATIO


def _is_full_date(text: str) -> bool:
    return date_similarity(text) >= MIN_FULL_DATE_SIMILARITY


def _fonts_of(view: PageView, words: Iterable[Word]) -> set[str]:
    return {view.fonts[word] for word in words if view.fonts.get(word)}


def _without(view: PageView, words: set[Word], fonts: set[str]) -> PageView:
    """The page without these words and without the words of these fonts."""
    kept = tuple(w for w in view.words if w not in words and view.fonts.get(w, "") not in fonts)
    return replace(view, words=kept, lines=group_lines(kept)) if kept != view.words else view
