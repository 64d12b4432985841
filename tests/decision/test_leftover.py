"""Ink that no field has taken may be a signature."""

from dataclasses import replace

import pytest

from ocr_extract.decision.leftover import MIN_SIGNED, leftover_ink
from ocr_extract.fields.assign import ScoredMark
from ocr_extract.geometry import Rect
from tests.decision_factory import scored

DATE = Rect(210, 440, 290, 452)


def _ink(rect: Rect, signed: float = -3.0, **changed: object) -> ScoredMark:
    mark = scored(signed=signed, **changed)  # type: ignore[arg-type]
    return replace(mark, mark=replace(mark.mark, rect=rect, area=60.0))


ASIDE, ABOVE = Rect(310, 420, 380, 435), Rect(210, 405, 260, 418)


def test_ink_most_like_a_signature_is_left_over() -> None:
    weak, strong, date = _ink(ASIDE, -5.0), _ink(ABOVE, -2.0), _ink(DATE, 0.0)
    assert leftover_ink([weak, strong, date], {"date": date}) is strong
    assert leftover_ink([weak, date], {"date": date}) is weak
    assert leftover_ink([strong, date], {"signature": strong, "date": date}) is None


def test_name_by_hand_beside_the_authors_label_counts() -> None:
    name = _ink(ABOVE)
    assert leftover_ink([name], {"corresponding_author": name}) is name


@pytest.mark.parametrize(
    "mark",
    [
        _ink(ASIDE, MIN_SIGNED - 0.1),
        _ink(ASIDE, typed=0.9),
        _ink(ASIDE, kind="strip"),
        _ink(Rect(310, 420, 326, 435)),
        _ink(Rect(310, 420, 380, 425)),
        scored(signed=0.0),
        _ink(Rect(215, 441, 280, 451)),
    ],
    ids=["unlike", "type", "strip", "narrow", "low", "segment", "in the date"],
)
def test_other_marks_are_not_left_over(mark: ScoredMark) -> None:
    assert leftover_ink([mark], {"date": _ink(DATE)}) is None
