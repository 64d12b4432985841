"""Scores of what marks read like, and the evidence for or against a signature."""

from dataclasses import replace

import pytest

from ocr_extract.dates.priors import context_of
from ocr_extract.fields.assign import ScoredMark
from ocr_extract.fields.features import ink_evidence, score_marks
from ocr_extract.fields.marks import Mark
from ocr_extract.forms.phrases import holds_label
from ocr_extract.geometry import Rect
from ocr_extract.records import Hypothesis, Reading
from ocr_extract.settings import Settings
from ocr_extract.text import Word

LABELS: dict[str, Rect] = {
    "corresponding_author": Rect(170.0, 418.0, 260.0, 428.0),
    "signature": Rect(185.0, 430.0, 216.0, 440.0),
    "date": Rect(185.0, 442.0, 210.0, 452.0),
}


def _mark(
    rect: Rect, text: str = "", *, date_like: float = 0.0, name_like: float = 0.0
) -> ScoredMark:
    readings = (Reading(reader="pp-ocr", hypotheses=(Hypothesis(text=text, log_likelihood=-0.1),)),)
    mark = Mark("ink", rect, (), 100.0, 5)
    return ScoredMark(replace(mark, readings=readings), text, date_like, name_like, typed=0.3)


def _is_mixed(mark: ScoredMark, *others: ScoredMark) -> bool:
    return ink_evidence(mark, [mark, *others], LABELS).mixed  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["Author: Emil", "Date :", "signed; X", "Corresponding Author:"])
def test_printed_label_is_recognized(text: str) -> None:
    assert holds_label(text)


@pytest.mark.parametrize("text", ["", "Emil Brandt", "Update 7", "The authority"])
def test_other_words_are_not_labels(text: str) -> None:
    assert not holds_label(text)


@pytest.mark.parametrize(
    ("text", "name_like"),
    [("September", 0.1), ("august.", 0.0), ("7 May 2025", 0.0), ("Emil Brandt 7/", 0.9),
     ("Author: Emil Brandt", 0.9)],
)  # fmt: skip
def test_ink_with_other_text_is_mixed(text: str, name_like: float) -> None:
    assert _is_mixed(_mark(Rect(218, 427, 276, 441), text, name_like=name_like))


@pytest.mark.parametrize(
    ("text", "name_like"),
    [("August", 0.9), ("May", 0.0), ("Emil Brandt", 0.95), ("eeeel", 0.0), ("1:Emil Brandt", 0.95),
     (": Emil Brandt", 0.95)],
)  # fmt: skip
def test_ink_without_other_text_is_not_mixed(text: str, name_like: float) -> None:
    assert not _is_mixed(_mark(Rect(218, 427, 276, 441), text, name_like=name_like))


def test_part_of_a_date_reads_less_as_a_date_than_the_whole() -> None:
    def scored(text: str) -> ScoredMark:
        dates = Reading(reader="dates", hypotheses=(Hypothesis(text=text, log_likelihood=-0.4),))
        mark = Mark("ink", Rect(218, 472, 406, 512), (), 100.0, 5, readings=(dates,))
        return score_marks((mark,), {}, None, context_of(2023), Settings())[0]

    assert scored("June 2023").date_like < 0.8 * scored("8 June 2023").date_like


def test_ink_explained_by_name_and_date_is_mixed() -> None:
    whole = _mark(Rect(248, 416, 339, 444), "ORBrand", name_like=0.6)
    name = _mark(Rect(248, 416, 339, 432), "Rafael Brandt", name_like=0.95)
    date = _mark(Rect(205, 428, 339, 444), "1/20/2025", date_like=0.99)
    assert _is_mixed(whole, name, date)
    assert not _is_mixed(whole, name)
    assert not _is_mixed(whole, date)


def test_share_of_ink_on_a_date_and_on_the_name() -> None:
    scrawl = _mark(Rect(230, 426, 330, 446))
    date = _mark(Rect(280, 436, 400, 450), "1/20/2025", date_like=1.0)
    evidence = ink_evidence(scrawl, [scrawl, date], LABELS)  # type: ignore[arg-type]
    assert evidence.on_date == pytest.approx(0.25)
    assert evidence.on_name == 0.0


def test_short_month_inside_a_date_is_part_of_the_date() -> None:
    month = _mark(Rect(265, 440, 297, 452), "Mar")
    date = _mark(Rect(260, 440, 336, 452), "3 Mar 2025", date_like=0.98)
    assert not _is_mixed(month)
    beside = _mark(Rect(265, 446, 340, 462), "3 Mar 2025", date_like=0.98)
    assert _is_mixed(month, beside)
    assert ink_evidence(month, [month, date], LABELS).within_date > 0.9  # type: ignore[arg-type]


def test_ink_is_type_inside_type_that_was_read_and_not_inside_the_file_s_own_text() -> None:
    ink = _mark(Rect(215, 426, 300, 445), "x").mark
    text = Reading(reader="pdf", hypotheses=(Hypothesis(text="Emil Brandt", log_likelihood=-0.01),))
    rect = Rect(214, 432, 301, 442)
    own = Mark("text", rect, (Word("Emil Brandt", rect, 1.0, "pdf"),), readings=(text,))
    read = replace(own, words=(), readings=(text.model_copy(update={"reader": "tesseract"}),))
    typed = [
        score_marks([ink, other], LABELS, None, context_of(2025), Settings())[0].typed  # type: ignore[arg-type]
        for other in (own, read)
    ]
    assert typed[0] == 0.0
    assert typed[1] > 0.9
