from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.dates.recover import ReadText, date_similarity, recover, recover_scored
from ocr_extract.records import Hypothesis

YEAR = context_of(2025)
CONFERENCE = context_of(2025, date(2025, 8, 11), date(2025, 8, 14))


def _recovered(text: str, context: Context = YEAR, quality: float = 0.98):  # type: ignore[no-untyped-def]
    return recover([ReadText(text, quality)], context)


def test_wrong_year_gives_a_proposal_and_keeps_what_is_written() -> None:
    result = _recovered("2015.05.19")
    assert result.as_written.iso == "2015-05-19"
    assert result.value.iso == "2025-05-19"
    assert result.slip.code == "year_slip"
    assert result.confidence > 0.8
    assert "2015" in result.candidates[0].reason
    assert "the volume is of 2025" in result.candidates[0].reason


def test_date_is_not_corrected_without_a_volume() -> None:
    result = _recovered("2015.05.19", Context())
    assert (result.value.iso, result.slip) == ("2015-05-19", None)


def test_illegible_date_gives_its_year_and_many_candidates() -> None:
    result = _recovered("Vox/ Ox/ 25")
    assert result.illegible
    assert (result.value.iso, result.precision) == ("2025", "year")
    assert result.confidence >= 0.9
    assert len(result.candidates) >= 5
    probabilities = [c.probability for c in result.candidates]
    assert probabilities == sorted(probabilities, reverse=True)
    assert probabilities[0] < 0.5
    assert all(c.parts.precision == "day" for c in result.candidates)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("27th May, 2025", "2025-05-27"), ("07/17/2025", "2025-07-17"),
        ("25.07.2025", "2025-07-25"), ("Mar 6, 2026", "2026-03-06"),
        ("3 October", None), ("May 2025", "2025-05"),
    ],
)  # fmt: skip
def test_value_of_a_string(text: str, value: str | None) -> None:
    result = _recovered(text)
    assert (result.value.iso if result.value else None) == value


def test_late_date_is_not_corrected() -> None:
    result = _recovered("Mar 6, 2026", CONFERENCE)
    assert (result.value.iso, result.slip) == ("2026-03-06", None)


def test_two_year_slip_is_proposed_when_the_conference_is_known() -> None:
    result = _recovered("22 July 2023", CONFERENCE)
    assert (result.as_written.iso, result.value.iso) == ("2023-07-22", "2025-07-22")


def test_open_order_is_reported_with_both_dates() -> None:
    result = _recovered("05/06/2025")
    assert result.order_open
    assert {c.parts.iso for c in result.candidates[:2]} == {"2025-05-06", "2025-06-05"}
    assert result.confidence < 0.9


def test_conference_days_decide_the_order() -> None:
    result = _recovered("07/12/2025", CONFERENCE)
    assert (result.value.iso, result.order_open) == ("2025-07-12", False)


def test_different_readings_share_the_probability() -> None:
    texts = [ReadText("22.07.2025", 0.6), ReadText("29.07.2025", 0.6)]
    result = recover(texts, YEAR)
    assert {c.parts.iso for c in result.candidates[:2]} == {"2025-07-22", "2025-07-29"}
    assert result.confidence < 0.5


def test_confidence_is_at_most_the_reading_quality() -> None:
    assert _recovered("25.07.2025", quality=0.3).confidence <= 0.3


def test_no_text_gives_no_value() -> None:
    assert recover([], YEAR).value is None
    assert recover([ReadText("  ", 0.9)], YEAR).value is None
    assert recover([ReadText("signature", 0.9)], YEAR).illegible


@given(
    texts=st.lists(st.text(max_size=30), max_size=4),
    quality=st.floats(0.01, 0.99),
    context=st.sampled_from([Context(), YEAR, CONFERENCE]),
)
def test_probabilities_lie_between_zero_and_one(
    texts: list[str], quality: float, context: Context
) -> None:
    result = recover([ReadText(t, quality) for t in texts], context)
    assert 0 <= result.confidence <= 1
    assert sum(c.probability for c in result.candidates) <= 1 + 1e-9


@given(st.permutations(["22.07.2025", "29.07.2025", "22.07.2026", "??"]))
def test_order_of_readings_does_not_matter(texts: list[str]) -> None:
    mixed = recover([ReadText(t, 0.5) for t in texts], YEAR)
    assert mixed == recover([ReadText(t, 0.5) for t in sorted(texts)], YEAR)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("27th May, 2025", 0.9, 1), ("Vox/ Ox/ 25", 0.3, 0.5), ("May 2025", 0.5, 0.7),
        ("Utkarsh Saxena", 0, 0), ("May", 0, 0), ("V.", 0, 0), ("12", 0, 0), ("", 0, 0),
    ],
)  # fmt: skip
def test_date_similarity(text: str, low: float, high: float) -> None:
    assert low <= date_similarity(text) <= high


def test_date_stated_twice_is_sure_and_its_order_is_not_open() -> None:
    result = _recovered("June 5th 2025 (05/06/2025)")
    assert (result.value.iso, result.order_open) == ("2025-06-05", False)
    assert result.confidence > 0.95
    assert date_similarity("June 5th 2025 (05/06/2025)") == 1.0


def test_sure_reading_of_another_recognizer_weighs_more_than_noise() -> None:
    scored = [
        Hypothesis(text=text, log_likelihood=value)
        for text, value in (("10.12.2025", 0.0), ("18.12.2025", -1.0))
    ]

    def first(quality: float) -> float:
        texts = [ReadText("18.12.2025", quality)]
        found = recover_scored(scored, 0.97, YEAR, texts=texts)
        return {c.parts.iso: c.probability for c in found.candidates}["2025-12-10"]

    alone = recover_scored(scored, 0.97, YEAR).candidates[0].probability
    assert first(0.9) < first(0.1) < alone
