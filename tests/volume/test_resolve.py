"""Observed agreements become the records that a run over their files gives."""

from ocr_extract.extraction import observe_all
from ocr_extract.records import Record
from ocr_extract.settings import Settings
from ocr_extract.volume.resolve import resolve
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.run import run
from tests.factory import Factory

TEXT = "Title: Trees {n}\nName: Ada Feldmann\nSignature: Ada Feldmann\nDate: {date}\n"
DATES = ("2025-05-03", "2025-05-04", "2025-05-05", "2025-05-06", "2125-05-07")
ROSTER = Roster(tuple(Paper(f"p{n}", f"Trees {n}", "Feldmann, Ada") for n in range(6)), year=2025)


def _timeless(record: Record) -> Record:
    return record.model_copy(update={"seconds": 0.0})


def test_resolved_records_are_those_of_a_run(factory: Factory) -> None:
    files = [
        factory.text(f"p{n}Permission.txt", TEXT.format(n=n, date=date))
        for n, date in enumerate(DATES)
    ]
    observed = [one for file in files for one in observe_all(file, Settings())]
    resolved = [_timeless(record) for record in resolve(observed, Settings(), ROSTER)]
    assert resolved == [_timeless(record) for record in run(files, Settings(), roster=ROSTER)]
    assert resolved[-1].fields.date.value == "2025-05-07"
    assert [record.roster.key for record in resolved if record.roster] == [
        f"p{n}" for n in range(5)
    ]


def test_nothing_observed_gives_no_record() -> None:
    assert resolve([], Settings()) == ()
