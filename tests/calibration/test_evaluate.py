import random
from pathlib import Path

import pytest

from ocr_extract.calibration.evaluate import (
    brier,
    calibration_error,
    chance_band,
    figures,
    read_records,
    read_truth,
    reliability,
    risk_coverage,
)
from ocr_extract.calibration.fit import labels_of
from ocr_extract.errors import BadTruth
from ocr_extract.records import DateResult, Decision, Document, Fields, Record, Verdict
from tests.factory import Factory


def _drawn(count: int, gain: float = 0.0) -> list[tuple[float, bool]]:
    """Confidences from 0.5 to 1; dates are right as often as their confidence plus `gain`."""
    rng = random.Random(1)  # noqa: S311
    sure = [rng.uniform(0.5, 1.0 - max(0.0, gain)) for _ in range(count)]
    return [(c, rng.random() < c + gain) for c in sure]


def _record(name: str, value: str | None, confidence: float, verdict: Verdict) -> Record:
    date = DateResult(value=value, confidence=confidence, precision="day" if value else "none")
    return Record(
        document=Document(name=name, path=name), fields=Fields(date=date), verdict=verdict
    )


def test_calibration_error_of_right_confidences_lies_in_the_chance_band() -> None:
    calibrated = _drawn(3000)
    assert calibration_error(calibrated) < 0.03
    assert calibration_error(calibrated) <= chance_band([c for c, _ in calibrated])
    overconfident = _drawn(3000, gain=-0.15)
    assert calibration_error(overconfident) == pytest.approx(0.15, abs=0.03)
    assert calibration_error(overconfident) > chance_band([c for c, _ in overconfident])


def test_chance_band_is_deterministic_and_narrows_with_more_dates() -> None:
    sure = [0.9] * 2000
    assert chance_band(sure) < chance_band(sure[:50])
    assert chance_band(sure) == chance_band(sure)
    assert chance_band([]) == 0.0


def test_brier_and_reliability_of_known_cases() -> None:
    assert brier([(1.0, True), (0.0, False)]) == 0.0
    assert brier([(1.0, False), (0.5, True)]) == pytest.approx(0.625)
    assert list(reliability([(0.2, False), (0.8, True)], bins=2)) == [(0.2, 0, 1), (0.8, 1, 1)]
    assert list(reliability([])) == []


def test_risk_grows_as_coverage_grows() -> None:
    curve = risk_coverage([(0.9, True), (0.9, True), (0.6, False), (0.3, False)])
    assert [(p.threshold, p.coverage, p.error) for p in curve] == [
        (0.9, 0.5, 0.0), (0.6, 0.75, pytest.approx(1 / 3)), (0.3, 1.0, 0.5),
    ]  # fmt: skip


def test_figures_of_a_small_volume() -> None:
    records = [
        _record("a.pdf", "2025-07-01", 0.99, Verdict.ACCEPTED),
        _record("b.pdf", "2025-07-02", 0.98, Verdict.ACCEPTED),
        _record("c.pdf", "2025-07-03", 0.5, Verdict.REVIEW),
        _record("d.pdf", None, 0.9, Verdict.REVIEW),
        _record("unknown.pdf", "2025-07-01", 0.9, Verdict.ACCEPTED),
    ]
    truth = {"a": "2025-07-01", "b": "2025-07-20", "c": "2025-07-30", "d": "", "e": "2025-01-01"}
    result = figures(records, truth)
    assert (result.count, result.exact, result.given_wrong) == (4, 2, 2)
    assert (result.accepted, result.accepted_wrong) == (2, 1)
    assert result.shown == ((0.99, True), (0.98, False), (0.5, False))
    assert "accepted: 2 (50.0%), wrong among them: 1" in result.lines
    assert result.decided == 0


def test_dates_that_a_person_set_are_not_counted() -> None:
    own = _record("a.pdf", "2025-07-01", 0.99, Verdict.ACCEPTED)
    decision = Decision(field="date", action="set", person="Ed", made="2025-08-01T00:00:00")
    record = _record("b.pdf", "2025-07-02", 1.0, Verdict.ACCEPTED)
    decided = record.model_copy(update={"decisions": (decision,)})
    truth = {"a": "2025-07-01", "b": "2025-07-02"}
    result = figures([own, decided], truth)
    assert (result.count, result.exact, result.accepted, result.decided) == (1, 1, 1, 1)
    assert "not counted, a person set the date: 1" in result.lines
    assert [label.name for label in labels_of([own, decided], truth)] == ["a.pdf"]
    with pytest.raises(BadTruth, match="People set all 1 dates"):
        figures([decided], truth)


def test_other_and_void_decisions_leave_the_date_to_the_program() -> None:
    made = {"person": "Ed", "made": "2025-08-01T00:00:00"}
    decisions = (
        Decision(field="paper", action="set", value="x", **made),
        Decision(field="date", action="leave", **made),
        Decision(field="date", action="set", void="the file has another content now", **made),
    )
    record = _record("a.pdf", "2025-07-01", 0.99, Verdict.ACCEPTED)
    for decision in decisions:
        with_one = record.model_copy(update={"decisions": (decision,)})
        assert figures([with_one], {"a": "2025-07-01"}).count == 1


def test_truth_is_read_from_csv_or_tsv_by_file_or_key(factory: Factory) -> None:
    tsv = factory.text("t.tsv", "# made by hand\nfile\tdate\nmüller.pdf\t2025-07-01\nb.pdf\t-\n")
    assert read_truth(tsv) == {"müller": "2025-07-01", "b": ""}
    comma = factory.text("t.csv", "key,note,date\na.b25,x,2025-07\n")
    assert read_truth(comma) == {"a.b25": "2025-07"}


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("", "column"),
        ("file,day\na,1\n", "column"),
        ("file,date\na,1 July\n", "line 2 of .* is no ISO"),
        ("# by hand\n\nfile,date\na,2025-07-01\nb,2025-99-99\n", "2025-99-99.* line 5 "),
        ("file,date\na,2025-02-30\n", "line 2 "),
        ("file,date\na,2025-13\n", "line 2 "),
        ("# x\nfile,date\nb,2025\n" + "a" * 140_000 + ",2025\n", "Line 4 of .* no row"),
    ],
)
def test_bad_truth_table_raises_with_the_line_number(
    factory: Factory, content: str, word: str
) -> None:
    with pytest.raises(BadTruth, match=word):
        read_truth(factory.text("t.csv", content))


def test_missing_or_bad_results_raise_bad_truth(factory: Factory) -> None:
    with pytest.raises(BadTruth, match="--out"):
        read_records(Path(factory.folder) / "nothing")
    with pytest.raises(BadTruth, match=r"Line 1 of .* is no record") as error:
        read_records(factory.text("records.jsonl", "{}\n"))
    assert "\n" not in str(error.value)
    with pytest.raises(BadTruth, match="No document"):
        figures([_record("a.pdf", None, 0, Verdict.REVIEW)], {"b": ""})
