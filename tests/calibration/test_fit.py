import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from ocr_extract.calibration.evaluate import calibration_error
from ocr_extract.calibration.fit import Label, fit, upper_bound
from ocr_extract.calibration.model import MIN_CONFIDENCE, NEVER


def _labels(count: int, kind: str = "hand", seed: int = 5) -> list[Label]:
    """Labels whose raw posterior is too low: the true share of right dates is its square root."""
    rng = random.Random(seed)  # noqa: S311
    raw = [rng.random() for _ in range(count)]
    return [Label(f"{kind}{i}", kind, r, rng.random() < r**0.5) for i, r in enumerate(raw)]


def test_fitted_map_corrects_labels_that_it_was_not_fitted_on() -> None:
    fitted = fit(_labels(3000), "test")
    fresh = _labels(2000, seed=6)
    before = calibration_error([(x.raw, x.right) for x in fresh])
    after = calibration_error([(fitted.confidence(x.raw, "hand"), x.right) for x in fresh])
    assert before > 0.1
    assert after < 0.04


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=60, max_size=150))
def test_fitted_map_never_falls_and_never_reaches_one(pairs: list[tuple[float, bool]]) -> None:
    labels = [Label(f"{i}", "hand", raw, right) for i, (raw, right) in enumerate(pairs)]
    fitted = fit(labels, "test")
    shown = [fitted.confidence(i / 50, "hand") for i in range(51)]
    assert shown == sorted(shown)
    if "hand" in fitted.maps:
        assert 0.0 <= shown[0] <= shown[-1] < 1.0


def test_few_labels_make_no_map() -> None:
    fitted = fit(_labels(20), "test")
    assert fitted.maps == {}
    assert fitted.confidence(0.4, "hand") == 0.4


def test_order_of_labels_changes_nothing() -> None:
    labels = _labels(300)
    assert fit(labels, "x") == fit(labels[::-1], "x")


def test_threshold_depends_on_kind_and_rises_for_a_smaller_error() -> None:
    fitted = fit([*_labels(3000), *_labels(3000, "born_digital")], "test")
    thresholds = [fitted.threshold(e, "hand") for e in (0.1, 0.05, 0.02)]
    assert thresholds == sorted(thresholds)
    assert all(t >= MIN_CONFIDENCE for t in thresholds)
    assert fitted.threshold(0.1, "typed") == NEVER


def test_few_labels_without_an_error_give_no_low_error() -> None:
    """45 held-out labels without a wrong one bound the error at 6 %; 3 labels give no bound."""
    right = [Label(f"s{i}", "hand", 0.9 + 0.0005 * i, True) for i in range(150)]
    fitted = fit(right, "test")
    held_out = sum(label.held_out for label in right)
    (*_, last) = fitted.risk["hand"]
    assert all(point.count >= 30 for point in fitted.risk["hand"])
    assert last.error >= 1 - 0.05 ** (1 / held_out) - 1e-4
    assert fitted.threshold(0.005, "hand") == NEVER
    assert fit(_labels(20), "test").risk == {}


@given(st.integers(1, 400), st.data())
def test_upper_bound_lies_above_the_observed_share_and_falls_with_more_labels(
    count: int, data: st.DataObject
) -> None:
    wrong = data.draw(st.integers(0, count))
    bound = upper_bound(wrong, count)
    assert wrong / count < bound <= 1.0 or wrong == count
    assert upper_bound(wrong * 3, count * 3) <= bound + 1e-9
    # Definition: if the bound were the true share, so few wrong dates would occur 1 time in 20.
    if wrong < count:
        assert binom.cdf(wrong, count, bound) == pytest.approx(0.05, abs=1e-6)
