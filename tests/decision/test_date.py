"""The readings of a mark become a date with a calibrated confidence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.calibration.confidence import TEXT_QUALITY
from ocr_extract.calibration.model import Calibration
from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.priors import context_of
from ocr_extract.dates.recover import DateCandidate, RecoveredDate
from ocr_extract.decision.date import date_result, is_read_as_type, recovered, stamps_of, vote_of
from ocr_extract.errors import BadSettings
from ocr_extract.records import Candidate, DateResult, Reading
from ocr_extract.settings import Settings
from tests.decision_factory import DOCUMENT, PLACE, dates, evidence, reading
from tests.factory import Factory

YEAR = context_of(2025)
MAY, JUNE = PartialDate(2025, 5, 27), PartialDate(2025, 6, 27)
CLEAR, UNCLEAR = -1.0, -20.0
"""Natural log-likelihoods of ink that is a date, and of ink that is hardly one."""


def _value(*readings: Reading, typed: bool) -> str | None:
    found = recovered(readings, typed=typed, placed=True, context=YEAR, settings=Settings())
    return found.value.iso if found.value else None


def _result(first: float, *others: float, value: PartialDate | None = MAY) -> DateResult:
    """The field for a date of that probability, with other candidates."""
    ranked = [(MAY, first), *((JUNE, probability) for probability in others)]
    candidates = tuple(DateCandidate(parts, p, "as written") for parts, p in ranked)
    dated = RecoveredDate(value=value, confidence=first, candidates=candidates, precision="day")
    return date_result(dated, "hand", PLACE, (evidence("ink"),), Settings())


def _vote_result(text: str, value: str, confidence: float = 0.6) -> DateResult:
    only = Candidate(value=value, probability=confidence, reason="as written")
    return DateResult(
        value=value, text=text, precision="day", confidence=confidence, candidates=(only,)
    )


def test_scored_dates_decide_handwriting_and_legible_text_decides_type() -> None:
    text = reading("27 May 2025")
    assert _value(text, dates(("3 June 2025", CLEAR)), typed=False) == "2025-06-03"
    assert _value(text, dates(("3 June 2025", UNCLEAR)), typed=True) == "2025-05-27"


def test_handwriting_that_looks_like_type_is_decided_by_the_scored_dates() -> None:
    of_type, clear = reading("13 June 2025"), dates(("23 June 2025", CLEAR))
    assert _value(of_type, clear, typed=True) == "2025-06-23"
    assert not is_read_as_type((of_type, clear), Settings(), typed=True)


def test_type_decides_where_each_of_its_readings_is_the_networks_date() -> None:
    clear = dates(("23 June 2025", CLEAR))
    same, garbled = reading("23. June 2025"), reading("ab cd")
    assert is_read_as_type((same, garbled, clear), Settings(), typed=True)
    assert not is_read_as_type((same, reading("28 June 2025"), clear), Settings(), typed=True)
    assert not is_read_as_type((same, clear), Settings(), typed=False)


def _confidence(*readings: Reading) -> float:
    found = recovered(readings, typed=True, placed=True, context=YEAR, settings=Settings())
    return found.confidence


def test_scored_dates_are_no_reading_that_type_could_disagree_with() -> None:
    text = reading("May 27th, 2025", 0.96)
    with_dates = _confidence(text, text, dates(("May 27, 2025", UNCLEAR)))
    assert with_dates == _confidence(text, text)


def test_type_is_as_sure_as_the_networks_that_read_the_same_date() -> None:
    doubtful = (reading("27 NAY 2025", 0.6), reading("27 MAY 2025", 0.6))
    clear = dates(("27 May 2025", CLEAR))
    by_type = _confidence(*doubtful)
    assert by_type < 0.9 < _confidence(*doubtful, clear)
    found = recovered(
        (*doubtful, clear), typed=True, placed=True, context=YEAR, settings=Settings()
    )
    assert found.text == "27 MAY 2025"


def test_scored_dates_replace_typed_text_only_when_the_ink_is_clearly_a_date() -> None:
    garbled = reading("ab cd")
    assert _value(garbled, dates(("3 June 2025", CLEAR)), typed=True) == "2025-06-03"
    assert _value(garbled, dates(("3 June 2025", UNCLEAR)), typed=True) is None
    assert _value(garbled, typed=False) is None


@pytest.mark.parametrize("reader", ["pp-ocr", "handwriting"])
def test_free_text_of_a_handwriting_recognizer_gives_no_date(reader: str) -> None:
    assert _value(reading("27 May 2025", reader=reader), typed=True) is None


def test_line_of_a_text_file_has_the_fixed_quality() -> None:
    doubted = (reading("27 May 2025", 0.3),)
    known = {"typed": True, "context": YEAR, "settings": Settings()}
    text_file = recovered(doubted, placed=False, **known).confidence  # type: ignore[arg-type]
    page = recovered(doubted, placed=True, **known).confidence  # type: ignore[arg-type]
    assert 0.9 * TEXT_QUALITY < text_file <= TEXT_QUALITY
    assert page < 0.8 * TEXT_QUALITY


@given(st.floats(0.5, 1.0), st.floats(0.0, 0.5))
def test_first_candidate_has_the_calibrated_confidence_and_no_other_exceeds_it(
    first: float, share: float
) -> None:
    result = _result(first, share * (1.0 - first))
    (top, other) = result.candidates
    assert top.probability == result.confidence
    assert other.probability <= top.probability
    assert result.posterior == pytest.approx(first, abs=1e-5)


def test_other_candidates_share_the_rest_in_proportion() -> None:
    result = _result(0.8, 0.1, 0.05)
    rest = (1.0 - result.confidence) / 0.2
    expected = [result.confidence, 0.1 * rest, 0.05 * rest]
    assert result.confidence != 0.8
    assert [c.probability for c in result.candidates] == pytest.approx(expected, abs=1e-4)
    none_chosen = _result(0.4, 0.3, value=None)
    assert none_chosen.value is None
    assert [c.probability for c in none_chosen.candidates] == [0.4, 0.3]


def test_calibration_of_the_settings_gives_the_confidence(factory: Factory) -> None:
    half = Calibration(provenance="x", maps={"hand": ((0.0, 0.0), (1.0, 0.5))})
    settings = Settings(calibration=factory.text("c.json", half.model_dump_json()))
    dated = RecoveredDate(value=MAY, confidence=1.1, precision="day")
    by_hand = date_result(dated, "hand", PLACE, (evidence("ink"),), settings)
    assert (by_hand.confidence, by_hand.posterior) == (0.5, 1.0)
    assert date_result(dated, "hand", None, (evidence("text"),), settings).confidence == 1.0
    missing = Settings(calibration=factory.folder / "none.json")
    with pytest.raises(BadSettings):
        date_result(dated, "hand", PLACE, (evidence("ink"),), missing)


def test_stamps_are_the_different_days_in_order_without_malformed_ones() -> None:
    made = {"created": "2025-05-27T23:59:59-05:00", "modified": "2025-05-20"}
    assert stamps_of(DOCUMENT.model_copy(update=made)) == (date(2025, 5, 20), date(2025, 5, 27))
    same = {"created": "2025-05-20T08:00:00", "modified": "2025-05-20T09:00:00"}
    assert stamps_of(DOCUMENT.model_copy(update=same)) == (date(2025, 5, 20),)
    malformed = {"created": "D:20250520", "modified": None}
    assert stamps_of(DOCUMENT.model_copy(update=malformed)) == ()


@pytest.mark.parametrize(
    ("text", "value", "confidence", "expected"),
    [
        ("27/05/2025", "2025-05-27", 0.6, ("/", "DMY")),
        ("05.27.2025", "2025-05-27", 0.6, (".", "MDY")),
        ("27/05/2025", "2025-05-27", 0.59, None),
        ("05/06/2025", "2025-05-06", 0.9, None),
        ("05/05/2025", "2025-05-05", 0.9, None),
        ("27 May 2025", "2025-05-27", 0.9, None),
    ],
)
def test_only_a_sure_and_unambiguous_string_votes_for_its_order(
    text: str, value: str, confidence: float, expected: tuple[str, str] | None
) -> None:
    vote = vote_of(_vote_result(text, value, confidence), Settings())
    assert vote.date_format == expected
    assert len(vote.days) == 1


def test_partial_date_votes_for_no_order() -> None:
    month = _vote_result("27/05/2025", "2025-05").model_copy(update={"precision": "month"})
    assert vote_of(month, Settings()).date_format is None
