"""Maps and risk curves turn raw posteriors into confidences and thresholds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.calibration.model import (
    MIN_CONFIDENCE,
    NEVER,
    Calibration,
    Risk,
    accept_at,
    calibration_kind,
    calibration_of,
    load_calibration,
)
from ocr_extract.errors import BadSettings
from ocr_extract.records import Evidence
from ocr_extract.settings import Settings
from tests.factory import Factory

SHIPPED = {"hand": (0.9569, 0.9962), "born_digital": (0.9, 0.9717), "typed": (0.9, 0.98)}
"""For each kind: the threshold, and the confidence for a raw posterior of 0.95."""
CURVE = (Risk(threshold=0.95, error=0.01, count=50), Risk(threshold=0.7, error=0.2, count=90))
OWN = Calibration(
    provenance="x", maps={"hand": ((0.2, 0.1), (0.6, 0.5), (1.0, 0.9))}, risk={"hand": CURVE}
)


@given(st.floats(0, 1), st.floats(0, 1))
def test_map_is_linear_between_its_points_and_flat_outside(a: float, b: float) -> None:
    assert OWN.confidence(0.4, "hand") == pytest.approx(0.3)
    assert (OWN.confidence(0.0, "hand"), OWN.confidence(0.2, "hand")) == (0.1, 0.1)
    low, high = sorted((a, b))
    assert 0.1 <= OWN.confidence(low, "hand") <= OWN.confidence(high, "hand") <= 0.9


def test_kind_without_a_map_keeps_its_posterior_and_is_never_accepted() -> None:
    assert OWN.confidence(0.4, "typed") == 0.4
    assert OWN.threshold(0.99, "typed") == NEVER > 1.0


def test_threshold_is_the_lowest_confidence_that_keeps_the_error() -> None:
    assert OWN.threshold(0.01, "hand") == 0.95
    assert OWN.threshold(0.009, "hand") == NEVER
    assert OWN.threshold(0.5, "hand") == MIN_CONFIDENCE


def test_former_name_of_a_kind_is_read_as_the_present_one(factory: Factory) -> None:
    text = OWN.model_dump_json().replace("hand", "told")
    read = load_calibration(factory.text("old.json", text))
    assert set(read.maps) == set(read.risk) == {"born_digital"}
    assert read.threshold(0.01, "born_digital") == 0.95


@pytest.mark.parametrize(
    ("kinds", "written", "expected"),
    [
        (("pdf_text",), "hand", "born_digital"),
        (("text",), "unknown", "born_digital"),
        (("ocr",), "typed", "typed"),
        (("ink", "hidden_text", "volume"), "hand", "hand"),
    ],
)
def test_only_the_own_visible_text_of_a_file_is_born_digital(  # type: ignore[no-untyped-def]
    kinds, written, expected: str
) -> None:
    evidence = [Evidence(kind=kind, source="x") for kind in kinds]
    assert calibration_kind(written, evidence) == expected


def test_shipped_calibration_gives_the_measured_answers() -> None:
    """The shipped file is read as it was fitted. Only a new fit uses the upper bound."""
    shipped = calibration_of(Settings())
    answers = {
        kind: (accept_at(Settings(), kind), round(shipped.confidence(0.95, kind), 4))
        for kind in sorted(shipped.maps)
    }
    assert answers == SHIPPED


def test_shipped_calibration_has_every_kind() -> None:
    shipped = calibration_of(Settings())
    assert set(shipped.maps) == set(shipped.risk) == {"born_digital", "typed", "hand"}
    assert (Path(__file__).parent.parent.parent / shipped.provenance).is_file()
    for kind in shipped.maps:
        assert MIN_CONFIDENCE <= accept_at(Settings(), kind) < 1
    assert accept_at(Settings(accept_at=0.4), "hand") == 0.4


def test_calibration_file_of_the_user_replaces_the_shipped_one(factory: Factory) -> None:
    own = Calibration(provenance="mine", maps={"hand": ((0.0, 0.0), (1.0, 0.5))})
    path = factory.text("c.json", own.model_dump_json())
    assert calibration_of(Settings(calibration=path)).confidence(0.8, "hand") == pytest.approx(0.4)
    assert accept_at(Settings(calibration=path), "hand") == NEVER


def test_impossible_or_missing_path_raises_bad_settings() -> None:
    for path in (Path("a\x00b"), Path("/none/c.json")):
        with pytest.raises(BadSettings, match="calibration"):
            load_calibration(path)


@pytest.mark.parametrize("content", ["", "{}", '{"provenance": "x", "maps": {"hand": [1]}}'])
def test_file_that_is_not_a_calibration_raises_bad_settings(factory: Factory, content: str) -> None:
    with pytest.raises(BadSettings, match="calibrate"):
        load_calibration(factory.text("c.json", content))


@pytest.mark.parametrize("knots", ["[[0,0],[1,2]]", "[[1,0.2],[0,0.9]]", "[[0,0.9],[1,0.2]]"])
def test_map_that_falls_or_leaves_its_bounds_is_refused(tmp_path: Path, knots: str) -> None:
    path = tmp_path / "dates.json"
    path.write_text(f'{{"provenance": "x", "maps": {{"typed": {knots}}}}}')
    with pytest.raises(BadSettings):
        load_calibration(path)


def test_stated_probability_of_a_certificate_needs_no_curve() -> None:
    empty = Calibration(provenance="x", maps={})
    assert empty.threshold(0.005, "certificate") == 1.0 - 0.005
    assert empty.threshold(0.5, "certificate") == MIN_CONFIDENCE
    assert empty.confidence(0.75, "certificate") == 0.75
