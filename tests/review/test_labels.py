"""Decided dates are labels of the program's own dates."""

from pathlib import Path

import pytest

from ocr_extract.calibration.fit import Label
from ocr_extract.cli.measure import calibrate
from ocr_extract.errors import BadTruth, UsageError
from ocr_extract.review.labels import decided_labels
from ocr_extract.volume.ledger import open_ledger, sqlite_url
from tests.factory import Factory
from tests.review.conftest import ReviewedVolume
from tests.volume.test_decided import run, write


def _decide(volume: ReviewedVolume, name: str, value: str) -> None:
    with volume.open() as queue:
        item = next(i for i in queue.search(name) if i.question.field == "date")
        queue.decide(item.id, "set", value)


def _labels(folder: Path) -> dict[str, Label]:
    with open_ledger(sqlite_url(folder)) as ledger:
        return {label.name: label for label in decided_labels(ledger)}


def test_decided_date_is_a_label_of_what_the_program_said(volume: ReviewedVolume) -> None:
    assert _labels(volume.folder) == {}
    _decide(volume, "garcia25", "2025-05-28")
    _decide(volume, "feldmann25", "2024-05-27")
    volume.resolved()
    labels = _labels(volume.folder)
    assert {name: label.right for name, label in labels.items()} == {
        "garcia25.txt": True, "feldmann25.txt": False,
    }  # fmt: skip
    assert all(label.raw < 1.0 for label in labels.values()), "the program's posterior"


def test_decisions_do_not_change_the_posterior_of_a_label(volume: ReviewedVolume) -> None:
    _decide(volume, "garcia25", "2025-05-28")
    before = _labels(volume.folder)["garcia25.txt"].raw
    _decide(volume, "feldmann25", "2025-05-27")
    _decide(volume, "tanaka25", "2025-05-29")
    volume.resolved()
    assert _labels(volume.folder)["garcia25.txt"].raw == before


def test_date_that_the_program_did_not_give_is_no_label(volume: ReviewedVolume) -> None:
    _decide(volume, "scan1", "2025-05-28")
    assert _labels(volume.folder) == {}


def test_decision_that_was_taken_back_is_no_label(volume: ReviewedVolume) -> None:
    with volume.open() as queue:
        item = next(i for i in queue.search("garcia25") if i.question.field == "date")
        queue.decide(item.id, "set", "2025-05-28")
        queue.undo()
    assert _labels(volume.folder) == {}


def test_calibrate_fits_on_decisions(factory: Factory) -> None:
    files = [
        write(factory, f"a{month}x{day}.txt", 2, f"{day} {month} 2025")
        for month in ("May", "June")
        for day in range(1, 29)
    ]
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        run(ledger, files, roster=None)
    volume = ReviewedVolume(factory.folder, tuple(files))
    with volume.open() as queue:
        for file in files:
            item = queue.search(file.name)[0]
            queue.decide(item.id, "set", item.record.fields.date.value)
    out = factory.folder / "own.json"
    calibrate(factory.folder, None, out, factory.folder)
    assert "56 dates" in out.read_text()
    assert "decided by people" in out.read_text()


def test_calibrate_takes_one_source_of_true_dates(volume: ReviewedVolume) -> None:
    truth = volume.folder / "truth.csv"
    out = volume.folder / "own.json"
    with pytest.raises(UsageError, match="one source"):
        calibrate(volume.folder, truth, out, volume.folder)
    with pytest.raises(UsageError, match="one source"):
        calibrate(volume.folder, None, out, None)
    with pytest.raises(BadTruth, match="Too few labels"):
        calibrate(volume.folder, None, out, volume.folder)
    assert not out.exists()
