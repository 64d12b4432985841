from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.dates.recover import ReadText, date_similarity, recover

YEAR = context_of(2025)
CONFERENCE = context_of(2025, date(2025, 8, 11), date(2025, 8, 14))


def _recovered(text: str, context: Context = YEAR, quality: float = 0.98):  # type: ignore[no-untyped-def]
    return recover([ReadText(text, quality)], context)


def test_a_wrong_year_is_proposed_beside_what_is_written() -> None:
    found = _recovered("2015.05.19")
    assert found.as_written.iso == "2015-05-19"
    assert found.value.iso == "2025-05-19"
    assert found.slip.code == "year_slip"
    assert found.confidence > 0.8
    assert "2015" in found.candidates[0].reason
    assert "the volume is of 2025" in found.candidates[0].reason


def test_without_a_volume_what_is_written_stands() -> None:
    found = _recovered("2015.05.19", Context())
    assert (found.value.iso, found.slip) == ("2015-05-19", None)


def test_an_illegible_date_gives_the_year_and_honest_candidates() -> None:
    found = _recovered("Vox/ Ox/ 25")
    assert found.illegible
    assert (found.value.iso, found.precision) == ("2025", "year")
    assert found.confidence >= 0.9
    assert len(found.candidates) >= 5
    probabilities = [c.probability for c in found.candidates]
    assert probabilities == sorted(probabilities, reverse=True)
    assert probabilities[0] < 0.5
    assert all(c.parts.precision == "day" for c in found.candidates)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("27th May, 2025", "2025-05-27"), ("07/17/2025", "2025-07-17"),
        ("25.07.2025", "2025-07-25"), ("Mar 6, 2026", "2026-03-06"),
        ("3 October", None), ("May 2025", "2025-05"),
    ],
)  # fmt: skip
def test_values(text: str, value: str | None) -> None:
    found = _recovered(text)
    assert (found.value.iso if found.value else None) == value


def test_a_late_date_is_kept_as_written() -> None:
    found = _recovered("Mar 6, 2026", CONFERENCE)
    assert (found.value.iso, found.slip) == ("2026-03-06", None)


def test_a_slip_of_two_years_is_proposed_when_the_conference_is_known() -> None:
    found = _recovered("22 July 2023", CONFERENCE)
    assert (found.as_written.iso, found.value.iso) == ("2023-07-22", "2025-07-22")


def test_an_open_order_is_told_and_both_are_kept() -> None:
    found = _recovered("05/06/2025")
    assert found.order_open
    assert {c.parts.iso for c in found.candidates[:2]} == {"2025-05-06", "2025-06-05"}
    assert found.confidence < 0.9


def test_the_conference_settles_an_order() -> None:
    found = _recovered("07/12/2025", CONFERENCE)
    assert (found.value.iso, found.order_open) == ("2025-07-12", False)


def test_readings_that_differ_share_the_probability() -> None:
    texts = [ReadText("22.07.2025", 0.6), ReadText("29.07.2025", 0.6)]
    found = recover(texts, YEAR)
    assert {c.parts.iso for c in found.candidates[:2]} == {"2025-07-22", "2025-07-29"}
    assert found.confidence < 0.5


def test_bad_readings_leave_room_for_something_else() -> None:
    assert _recovered("25.07.2025", quality=0.3).confidence <= 0.3


def test_nothing_read_is_nothing() -> None:
    assert recover([], YEAR).value is None
    assert recover([ReadText("  ", 0.9)], YEAR).value is None
    assert recover([ReadText("signature", 0.9)], YEAR).illegible


@given(
    texts=st.lists(st.text(max_size=30), max_size=4),
    quality=st.floats(0.01, 0.99),
    context=st.sampled_from([Context(), YEAR, CONFERENCE]),
)
def test_probabilities_are_probabilities(
    texts: list[str], quality: float, context: Context
) -> None:
    found = recover([ReadText(t, quality) for t in texts], context)
    assert 0 <= found.confidence <= 1
    assert sum(c.probability for c in found.candidates) <= 1 + 1e-9


@given(st.permutations(["22.07.2025", "29.07.2025", "22.07.2026", "??"]))
def test_the_order_of_readings_does_not_matter(texts: list[str]) -> None:
    mixed = recover([ReadText(t, 0.5) for t in texts], YEAR)
    assert mixed == recover([ReadText(t, 0.5) for t in sorted(texts)], YEAR)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("27th May, 2025", 0.9, 1), ("Vox/ Ox/ 25", 0.3, 0.5), ("May 2025", 0.5, 0.7),
        ("Utkarsh Saxena", 0, 0), ("May", 0, 0), ("V.", 0, 0), ("12", 0, 0), ("", 0, 0),
    ],
)  # fmt: skip
def test_date_likeness(text: str, least: float, most: float) -> None:
    assert least <= date_similarity(text) <= most
