"""Title, author and corresponding author become fields with a confidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.calibration.confidence import NO_MARK_CONFIDENCE, TYPED_QUALITY
from ocr_extract.decision.text_fields import (
    EMPTY_SHARE,
    MAX_NAME_CONFIDENCE,
    corresponding_author,
    inline_field,
)
from ocr_extract.fields.observations import Observations, ObservedBlank
from ocr_extract.records import Box, FieldResult
from tests.decision_factory import DOCUMENT, LABELS, PLACE, dates, reading, scored

PAGE = Observations(DOCUMENT, labels=LABELS, has_ink=True)


def _blank(
    text: str = "", *, ink: bool = False, place: Box | None = PLACE, located: float = 0.8
) -> ObservedBlank:
    scores = tuple(0.9 for _ in text.split())
    return ObservedBlank(text, scores, located, place, ink)


def test_blank_that_was_not_found_is_unknown() -> None:
    result = inline_field(None)
    assert (result.value, result.written, result.confidence) == (None, "unknown", 0.0)


def test_empty_blank_is_as_sure_as_its_place_and_ink_without_text_is_not_blank() -> None:
    empty, ink = inline_field(_blank()), inline_field(_blank(ink=True))
    assert (empty.value, empty.written, empty.place) == (None, "blank", PLACE)
    assert empty.confidence == pytest.approx(EMPTY_SHARE * 0.8)
    assert (ink.value, ink.written, ink.confidence) == (None, "hand", 0.0)


@pytest.mark.parametrize(("ink", "written"), [(False, "unknown"), (True, "hand")])
def test_text_of_a_blank_is_given_as_it_was_read(ink: bool, written: str) -> None:
    result = inline_field(_blank("Robust  trees", ink=ink))
    assert (result.value, result.as_written) == ("Robust  trees", "Robust  trees")
    assert (result.written, result.confidence) == (written, 0.72)


@pytest.mark.parametrize(("place", "kind"), [(PLACE, "ocr"), (None, "text")])
def test_evidence_of_a_blank_without_a_place_is_text(place: Box | None, kind: str) -> None:
    result = inline_field(_blank("Robust trees", place=place))
    assert ([item.kind for item in result.evidence], result.place) == ([kind], place)


@given(st.lists(st.floats(0, 1), max_size=5), st.floats(0, 1))
def test_text_is_never_surer_than_its_place_and_the_candidate_has_its_confidence(
    scores: list[float], located: float
) -> None:
    result = inline_field(ObservedBlank("Robust trees", tuple(scores), located, PLACE))
    (only,) = result.candidates
    assert (only.value, only.probability) == (result.value, result.confidence)
    assert result.confidence <= min(0.99, located) + 5e-5


def test_missing_corresponding_author_is_a_sure_blank_only_beside_a_label() -> None:
    labelled = corresponding_author(None, PAGE)
    assert (labelled.written, labelled.confidence) == ("blank", NO_MARK_CONFIDENCE)
    assert corresponding_author(None, Observations(DOCUMENT)) == FieldResult(written="unknown")


def test_surest_reading_is_the_name_and_agreement_makes_it_surer() -> None:
    name, misread = reading("Mira Feldmann", 0.9), reading("Mira Feldrnann", 0.8)
    alone = corresponding_author(scored([name], typed=0.9), PAGE)
    doubted = corresponding_author(scored([misread, name], typed=0.9), PAGE)
    assert (doubted.value, doubted.as_written) == ("Mira Feldmann", "Mira Feldmann")
    assert (doubted.written, doubted.place) == ("typed", PLACE)
    assert 0.5 < doubted.confidence < 0.7 < alone.confidence
    assert [r.best for r in doubted.evidence[0].readings] == ["Mira Feldrnann", "Mira Feldmann"]


def test_confidence_of_a_name_is_limited() -> None:
    assert MAX_NAME_CONFIDENCE < TYPED_QUALITY
    result = corresponding_author(scored([reading("Mira Feldmann", 1.0)] * 2), PAGE)
    assert result.confidence == result.candidates[0].probability == MAX_NAME_CONFIDENCE


@pytest.mark.parametrize("readings", [(), (dates(("3 May 2025", -0.1)),)])
def test_mark_that_nobody_could_read_has_no_value_and_no_candidate(  # type: ignore[no-untyped-def]
    readings,
) -> None:
    result = corresponding_author(scored(readings), PAGE)
    assert (result.value, result.candidates, result.confidence) == (None, (), 0.0)
    assert (result.written, result.evidence[0].kind) == ("hand", "ink")
