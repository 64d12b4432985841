"""A chosen mark is described: how it was written, its surest reading, and its evidence."""

import pytest

from ocr_extract.decision.evidence import (
    MAX_STRINGS,
    TYPED_THRESHOLD,
    evidence_of,
    how_written,
    surest_reading,
)
from ocr_extract.fields.marks import MarkKind
from ocr_extract.fields.observations import Observations
from ocr_extract.records import Hypothesis, Reading
from tests.decision_factory import DOCUMENT, PLACE, reading, scored

PAGE = Observations(DOCUMENT, has_ink=True)


def _many(reader: str) -> Reading:
    """A reading with more strings than a record keeps."""
    texts = [f"{day} May 2025" for day in range(1, MAX_STRINGS + 3)]
    hypotheses = tuple(Hypothesis(text=text, log_likelihood=-1.0) for text in texts)
    return Reading(reader=reader, hypotheses=hypotheses)


@pytest.mark.parametrize(
    ("typed", "expected"), [(TYPED_THRESHOLD, "typed"), (TYPED_THRESHOLD - 0.01, "hand")]
)
def test_print_score_decides_between_type_and_handwriting(typed: float, expected: str) -> None:
    assert how_written(scored(typed=typed), PAGE) == expected
    assert how_written(scored(typed=typed), Observations(DOCUMENT)) == "unknown"


def test_surest_reading_of_handwriting_may_come_from_a_recognizer_of_ink() -> None:
    scrawl, name = reading("l\\/l/ F", 0.3), reading("Mira Feldmann", 0.9, "pp-ocr")
    assert surest_reading((scrawl, name)) == name


def test_surest_reading_of_type_keeps_its_spaces() -> None:
    """A recognizer of ink has the higher score here, but lost the space."""
    typed, joined = reading("Mira Feldmann", 0.9), reading("MiraFeldmann", 0.99, "pp-ocr")
    assert surest_reading((joined, typed)) == typed


@pytest.mark.parametrize("reader", ["dates", "handwriting"])
def test_scored_dates_and_the_handwriting_network_never_give_the_text(reader: str) -> None:
    scrawl = reading("oXw", 0.2)
    assert surest_reading((reading("3 May 2025", 0.99, reader), scrawl)) == scrawl
    assert surest_reading((reading("3 May 2025", 0.99, reader),)).best == ""
    assert surest_reading(()).best == ""


@pytest.mark.parametrize(
    ("kind", "place", "reader", "expected"),
    [
        ("ink", PLACE, "tesseract", "ink"),
        ("ink", PLACE, "pdf", "ink"),
        ("text", PLACE, "pdf", "pdf_text"),
        ("text", PLACE, "tesseract", "ocr"),
        ("strip", PLACE, "tesseract", "ocr"),
        ("text", None, "none", "text"),
    ],
)
def test_kind_of_evidence_follows_mark_and_recognizer(  # type: ignore[no-untyped-def]
    kind: MarkKind, place, reader: str, expected: str
) -> None:
    (item,) = evidence_of(scored([reading("x", reader=reader)], kind=kind, place=place))
    assert (item.kind, item.place, item.readings[0].reader) == (expected, place, reader)


def test_source_is_the_annotation_or_else_the_kind_of_mark() -> None:
    assert evidence_of(scored(origin="Ink by Mira"))[0].source == "Ink by Mira"
    assert evidence_of(scored(kind="strip"))[0].source == "strip"


def test_all_scored_dates_are_kept_but_only_some_strings_of_other_readings() -> None:
    mark = scored([_many("tesseract"), _many("dates")])
    free, of_dates = evidence_of(mark)[0].readings
    assert free.hypotheses == _many("tesseract").hypotheses[:MAX_STRINGS]
    assert of_dates == _many("dates")
