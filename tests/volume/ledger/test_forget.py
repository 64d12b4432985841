"""Forgetting a paper: only what is reported to stay is left in the ledger's bytes."""

import sqlite3
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from ocr_extract.settings import Settings
from ocr_extract.volume.answer import last_volume
from ocr_extract.volume.ledger import Forgotten, Ledger, open_ledger, sqlite_url
from ocr_extract.volume.ledger.decisions import NewDecision
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.run import Volume, run_volume
from ocr_extract.volume.volume_summary import VolumeSummary
from ocr_extract.volume.workers.pool import InlineWorkers
from tests.factory import Factory
from tests.volume.ledger.message_factory import new_message
from tests.volume.test_decided import PAPERS, run, write
from tests.volume.test_passing_failures import SilentReporter, read

TEXT = "Title: On {0}\nName: {0} Li\nSignature: {0} Li\nDate: 3 May 2025\n"


@pytest.fixture
def files(factory: Factory) -> list[Path]:
    return [factory.text(f"{n.lower()}25.txt", TEXT.format(n)) for n in ("Zyxophon", "Bela", "Cem")]


def _read(files: list[Path], ledger: Ledger) -> None:
    papers = tuple(
        Paper(f.stem, f"On {f.stem[:-2].title()}", f"Li, {f.stem[:-2].title()}") for f in files
    )
    volume = Volume(files, Settings(year=2025), Roster(papers, year=2025))
    run_volume(volume, ledger, lambda _: nullcontext(InlineWorkers()), SilentReporter())


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("ledger.sqlite*"))


def test_everything_of_a_paper_is_removed(files: list[Path], tmp_path: Path) -> None:
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        _read(files, ledger)
        sha256 = next(iter(ledger.records_of(1))).document.sha256 or ""
        seen = '{"flag": "The very same file: zyxophon25.txt."}'
        ledger.decisions.add(
            [
                NewDecision("m1", sha256, 0, "date", "set", "2025-05-04", "B", "zyxophon@"),
                NewDecision("m2", "0" * 64, 0, "date", "set", None, "B", shown=seen),
            ]
        )
        ledger.decisions.hold(f"{sha256}.0.date", "B", "s", 0.0, 1.0)
        asked = new_message(1, "zyxophon@example.org", "zyxophon25")
        listed = replace(asked, kind="editors", paper=None, message_id="<e@test>")
        ledger.messages.add([asked, replace(listed, recipient="ed@example.org")])
    assert b"zyxophon25" in _bytes(tmp_path)
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        forgotten = ledger.forget("zyxophon25")
        assert isinstance(forgotten, Forgotten)
        assert forgotten.files == (str(files[0]),)
        assert forgotten.rows == {
            "run_records": 1, "records": 1, "readings": 1, "listing": 1, "decisions": 1,
            "messages": 1,
        }  # fmt: skip
        assert ledger.history("zyxophon25") == ()
        assert ledger.trail.faults() == ()
        (report,) = ledger.messages.all()
        assert (report.state, ledger.messages.content(report.number)) == ("withdrawn", b"")
        assert [r.document.name for r in ledger.records_of(1)] == ["bela25.txt", "cem25.txt"]
    remaining = _bytes(tmp_path).lower()
    assert b"zyxophon25.txt" not in remaining
    assert b"zyxophon@" not in remaining
    assert sha256.encode() not in remaining
    assert len(forgotten.kept) == 3


def test_next_run_computes_its_answer_again(files: list[Path], tmp_path: Path) -> None:
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        _read(files, ledger)
        ledger.forget("bela25.txt")
        files[1].unlink()
        outcome = read([files[0], files[2]], ledger, lambda: None)
        names = [r.document.name for r in ledger.records_of(outcome.source)]
    assert names == ["zyxophon25.txt", "cem25.txt"]


def test_content_shared_with_another_paper_stays(factory: Factory, tmp_path: Path) -> None:
    duplicates = [factory.text(f"{n}25.txt", TEXT.format("Ana")) for n in ("a", "b")]
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        _read(duplicates, ledger)
        forgotten = ledger.forget("a25")
        assert forgotten is not None
        assert forgotten.rows["readings"] == 0
        assert "same content" in forgotten.kept[0]
        assert any("Records of other papers" in sentence for sentence in forgotten.kept)
        assert [r.document.name for r in ledger.records_of(1)] == ["b25.txt"]


def test_missing_paper_leaves_the_rosters_too(url: str, factory: Factory) -> None:
    with open_ledger(url) as ledger:
        run(ledger, [write(factory, "feldmann25.txt")])
        assert ledger.forget("nobody25") is None
        missing = PAPERS[2].key
        assert ledger.forget(missing) is not None
        volume = last_volume(ledger)[1].volume
        assert volume.roster is not None
        assert missing not in [paper.key for paper in volume.roster.papers]
        last = ledger.last_done()
        assert last is not None
        assert (volume.forgotten, missing in last.answer) == (1, False)
        assert VolumeSummary.from_json(last.answer).forgotten == 1
        assert ledger.forget(missing) is None


def test_damaged_record_can_be_forgotten(tmp_path: Path, factory: Factory) -> None:
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        run(ledger, [write(factory, "feldmann25.txt"), write(factory, "garcia25.txt", 1)])
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as database:
        database.execute("UPDATE records SET content = x'78da00' WHERE paper = 'feldmann25'")
        database.commit()
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        assert ledger.forget("feldmann25") is not None
        last = ledger.last_done()
        assert last is not None
        summary = VolumeSummary.from_json(last.answer)
        assert summary.totals.documents == 1
        assert summary.status is not None
        papers = [(paper.key, paper.index) for paper in summary.status.papers]
        assert papers == [("garcia25", 0), ("tanaka25", -1)]


def test_forgetting_an_unknown_paper_gives_none(tmp_path: Path) -> None:
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        assert ledger.forget("nobody") is None
