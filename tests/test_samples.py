"""The samples, which the README's first command reads, give their known truth."""

import csv
import io
from pathlib import Path

import pytest

from ocr_extract.dates.priors import Context
from ocr_extract.decision.record import decide
from ocr_extract.extraction import observe_first
from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.roster.roster import read_roster
from synthetic.samples import make

SAMPLES = Path(__file__).parent.parent / "samples"
EXPECTED_LABELS = {"corresponding_author", "signature", "date"}


def _truth() -> list[dict[str, str]]:
    with (SAMPLES / "truth.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def context() -> Context:
    return read_roster(SAMPLES / "volume.bib").context


@pytest.mark.slow
@pytest.mark.parametrize("row", _truth(), ids=lambda row: row["file"])
def test_sample_gives_its_truth(row: dict[str, str], context: Context) -> None:
    settings = Settings()
    observed = observe_first(SAMPLES / "agreements" / row["file"], settings)
    assert set(observed.labels) == EXPECTED_LABELS
    assert not any(label.inferred for label in observed.labels.values())
    record = decide(observed, context, settings)
    fields = record.fields
    assert fields.title.value == row["title"]
    assert (fields.author.value or "") == row["author"]
    assert (fields.corresponding_author.value or "") == row["corresponding_author"]
    assert fields.signature.present == "yes"
    assert fields.signature.written == row["signature"]
    assert fields.date.as_written == row["date_as_written"]
    assert fields.date.value == row["date"]
    assert " ".join(flag.code for flag in record.flags if flag.asks) == row["flags"]
    assert " ".join(flag.code for flag in record.flags if not flag.asks) == row["notes"]
    assert (record.verdict is Verdict.ACCEPTED) == (not row["flags"])
    _check_places(record, row)


def _check_places(record: Record, row: dict[str, str]) -> None:
    """Checks the places, in points, on pages that were not turned."""
    if row["condition"] != "digital":
        return
    date, signature = record.fields.date.place, record.fields.signature.place
    assert date is not None
    assert signature is not None
    assert (date.page, signature.page) == (2, 2)
    assert 200 < date.x0 < 220
    assert 430 < (date.y0 + date.y1) / 2 < 475
    assert date.x1 - date.x0 < 100


def test_samples_have_every_way_of_filling_in_and_every_condition() -> None:
    rows = _truth()
    assert {row["way"] for row in rows} == {
        "displaced", "ordinal", "month_first", "year_slip", "illegible",
    }  # fmt: skip
    assert {row["condition"] for row in rows} == {"digital", "scan", "photo", "turned"}
    assert {row["angle"] for row in rows} >= {"10", "-10", "90", "180", "270"}
    assert {row["file"] for row in rows} == {p.name for p in (SAMPLES / "agreements").iterdir()}


def test_same_seed_gives_the_same_samples(tmp_path: Path) -> None:
    rows = make(tmp_path, seed=7)
    assert (tmp_path / "truth.tsv").read_text() == (SAMPLES / "truth.tsv").read_text()
    assert (tmp_path / "volume.bib").read_text() == (SAMPLES / "volume.bib").read_text()
    digital = [row.file for row in rows if row.condition == "digital"]
    for name in digital:
        made = (tmp_path / "agreements" / name).read_bytes()
        assert made == (SAMPLES / "agreements" / name).read_bytes()


def test_another_seed_gives_other_samples(tmp_path: Path) -> None:
    make(tmp_path, seed=8)
    table = (tmp_path / "truth.tsv").read_text()
    assert len(list(csv.DictReader(io.StringIO(table), delimiter="\t"))) == 20
    assert table != (SAMPLES / "truth.tsv").read_text()
