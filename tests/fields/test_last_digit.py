"""A date that ends in one digit is doubted where its ink is too large for one digit."""

import math

import numpy as np
import pytest

from ocr_extract.fields.last_digit import OTHER_DAY_LOG_WEIGHT, with_other_days
from ocr_extract.geometry import Grey
from ocr_extract.recognition.names import DATES, PP_OCR
from ocr_extract.records import Hypothesis, Reading

HEIGHT = 20
"""Height of the digits in the masks of these tests, in pixels."""


def _ink(*last: tuple[int, int], height: int = HEIGHT) -> Grey:
    """A mask with "2025.6." as blocks, and then blocks of the given widths and gaps before them.
    `height`: that of the last blocks.
    """
    mask = np.zeros((3 * HEIGHT, 300), np.uint8)
    x = 4
    for wide, high in ((10, 20), (10, 20), (10, 20), (10, 20), (2, 2), (10, 20), (2, 2)):
        mask[4 + HEIGHT - high : 4 + HEIGHT, x : x + wide] = 255
        x += wide + 8
    for wide, gap in last:
        x += gap
        mask[4 : 4 + height, x : x + wide] = 255
        x += wide
    return mask


def _read(*scored: tuple[str, float]) -> tuple[Reading, ...]:
    dates = tuple(Hypothesis(text=text, log_likelihood=value) for text, value in scored)
    free = Reading(reader=PP_OCR, hypotheses=(Hypothesis(text="2025.6.9", log_likelihood=-0.1),))
    return (free, Reading(reader=DATES, hypotheses=dates))


def _days(readings: tuple[Reading, ...]) -> list[str]:
    return [h.text for h in readings[1].hypotheses]


def test_ink_of_one_digit_leaves_the_date_as_it_is() -> None:
    readings = _read(("2025.6.9", -0.2), ("2025.6.4", -7.0))
    assert with_other_days(readings, _ink((10, 0))) == readings


@pytest.mark.parametrize("last", [((18, 0),), ((3, 0), (11, 2)), ((11, 0), (3, 2))])
def test_wide_ink_may_hold_a_second_digit(last: tuple[tuple[int, int], ...]) -> None:
    doubted = with_other_days(_read(("2025.6.9", -0.2), ("2025.6.4", -7.0)), _ink(*last))
    assert _days(doubted) == ["2025.6.9", "2025.6.19", "2025.6.29", "2025.6.4"]
    assert doubted[1].hypotheses[1].log_likelihood == pytest.approx(-0.2 + OTHER_DAY_LOG_WEIGHT)


def test_only_real_days_are_added() -> None:
    of = {digit: _days(with_other_days(_read((f"2025.6.{digit}", 0.0)), _ink((18, 0))))[1:]
          for digit in "123"}  # fmt: skip
    ends = {digit: {day.removeprefix("2025.6.") for day in days} for digit, days in of.items()}
    assert ends["1"] == {"7", "9", "11", "21", "31", "10"}
    assert ends["2"] == {"12", "22", "20"}
    assert ends["3"] == {"13", "23", "30"}


@pytest.mark.parametrize(("width", "height"), [(9, HEIGHT), (5, 2 * HEIGHT)])
def test_a_one_is_a_bare_stroke_without_a_tail(width: int, height: int) -> None:
    ink = _ink((width, 0), height=height)
    assert "2025.6.7" in _days(with_other_days(_read(("2025.6.1", 0.0)), ink))
    assert _days(with_other_days(_read(("2025.6.1", 0.0)), _ink((3, 0)))) == ["2025.6.1"]


def test_a_day_that_is_read_already_gets_likelier() -> None:
    """Its likelihood is added to that of the doubt."""
    for before in (-0.5, -9.0):
        doubted = with_other_days(_read(("2025.6.9", -0.2), ("2025.6.19", before)), _ink((18, 0)))
        second = doubted[1].hypotheses[1]
        assert second.text == "2025.6.19"
        both = math.exp(before) + math.exp(-0.2 + OTHER_DAY_LOG_WEIGHT)
        assert second.log_likelihood == pytest.approx(math.log(both))


@pytest.mark.parametrize("text", ["2025.06.19", "2025年6月9日", "9.6.2025", "June 9th", "9/6/25"])
def test_other_dates_are_not_doubted(text: str) -> None:
    readings = _read((text, -0.2))
    assert with_other_days(readings, _ink((18, 0))) == readings


def test_without_ink_and_without_dates_nothing_fails() -> None:
    empty = np.zeros((10, 10), np.uint8)
    assert "2025.6.19" in _days(with_other_days(_read(("2025.6.9", 0.0)), empty))
    nothing = with_other_days(_read(), empty)
    assert not nothing[1].hypotheses
