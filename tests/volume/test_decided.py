"""Decisions in a volume: they change records, papers and the others' prior, survive other settings,
and are void when the content is gone.
"""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from ocr_extract.errors import LedgerTrouble
from ocr_extract.received.arrival import Arrival
from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.answer import Outcome, resolve_again
from ocr_extract.volume.ledger import Ledger, open_ledger, sqlite_url
from ocr_extract.volume.ledger.decisions import NewDecision
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.run import Volume, run_volume
from ocr_extract.volume.workers.pool import InlineWorkers
from tests.factory import Factory
from tests.volume.test_passing_failures import SilentReporter

TEXT = "Title: {title}\nName: {name}\nSignature: {name}\nDate: {date}\n"
PAPERS = (
    Paper("feldmann25", "Robust Tree Ensembles for Long Documents", "Feldmann, Mira"),
    Paper("garcia25", "Sparse Bandits under Drifting Rewards", "García, Ana"),
    Paper("tanaka25", "Continual Graph Learning without Replay", "Tanaka, Yui"),
)
ROSTER = Roster(PAPERS, year=2025)
LENIENT = Settings(flags=(("other_form", "note"), ("terms_altered", "note")))


def write(factory: Factory, name: str, paper: int = 0, date: str = "27 May 2025") -> Path:
    title, person = PAPERS[paper].title, PAPERS[paper].people[0]
    return factory.text(name, TEXT.format(title=title, name=person, date=date))


def run(
    ledger: Ledger,
    files: Sequence[Path],
    settings: Settings = LENIENT,
    roster: Roster | None = ROSTER,
    arrived: tuple[Arrival, ...] = (),
) -> Outcome:
    volume = Volume(tuple(files), settings, roster, arrived=arrived)
    return run_volume(volume, ledger, lambda _: nullcontext(InlineWorkers()), SilentReporter())


def records(ledger: Ledger, outcome: Outcome) -> dict[str, Record]:
    return {r.document.name: r for r in ledger.records_of(outcome.source)}


def decide(ledger: Ledger, record: Record, field: str, value: str | None, **more: object) -> None:
    given = {
        "action": "set", "person": "Ed", "path": record.document.path,
        "paper": record.roster.key if record.roster else None, **more,
    }  # fmt: skip
    message = f"{field} {record.document.sha256} {value}"[:80]
    new = NewDecision(message, record.document.sha256 or "", 0, field, value=value, **given)  # type: ignore[arg-type]
    ledger.decisions.add([new])


def codes(record: Record) -> list[str]:
    return [flag.code for flag in record.flags if flag.asks]


def test_decided_date_changes_record_verdict_paper_and_survives_other_settings(
    factory: Factory,
) -> None:
    files = [write(factory, "feldmann25.txt", 0, "27 May 2015"), write(factory, "garcia25.txt", 1)]
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        before = records(ledger, run(ledger, files))["feldmann25.txt"]
        assert "year_slip" in codes(before)
        decide(ledger, before, "date", "2025-05-27", note="asked her")
        outcome = run(ledger, files)
        assert outcome.read == 0
        record = records(ledger, outcome)["feldmann25.txt"]
        assert (record.fields.date.value, record.fields.date.as_written) == (
            "2025-05-27", "2015-05-27"
        )  # fmt: skip
        assert record.verdict is Verdict.ACCEPTED
        assert outcome.summary.status is not None
        assert outcome.summary.status.papers[0].state == "accepted"
        assert record.roster is not None
        assert record.roster.state == "accepted"
        again = run(ledger, files, LENIENT.with_options(accept_at=0.99))
        assert again.source != outcome.source
        assert records(ledger, again)["feldmann25.txt"].fields.date.confidence == 1.0
        assert run(ledger, files, LENIENT.with_options(accept_at=0.99)).source == again.source


@pytest.mark.parametrize(
    ("decided", "expected"), [("2025-09-{:02d}", "2025-09-05"), ("2025-{:02d}-09", "2025-05-09")]
)
def test_decided_dates_are_certain_evidence_for_the_others(
    factory: Factory, decided: str, expected: str
) -> None:
    """Their days, and the order of day and month that the decisions show."""
    numbers = (2, 3, 4, 6, 7, 8, 10, 11)
    files = [write(factory, f"p{n}.txt", 0, f"{n:02d}/09/2025") for n in numbers]
    ambiguous = write(factory, "x.txt", 0, "05/09/2025")
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        before = records(ledger, run(ledger, [*files, ambiguous], roster=None))
        for n in numbers:
            decide(ledger, before[f"p{n}.txt"], "date", decided.format(n))
        after = records(ledger, run(ledger, [*files, ambiguous], roster=None))
    assert after["x.txt"].fields.date.value == expected


def test_decided_paper_is_fixed_and_the_others_are_matched_around_it(factory: Factory) -> None:
    files = [write(factory, "scan1.txt", 0), write(factory, "scan2.txt", 0, "28 May 2025")]
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        before = records(ledger, run(ledger, files))
        assert {r.roster.key for r in before.values() if r.roster} == {"feldmann25"}
        decide(ledger, before["scan1.txt"], "paper", "tanaka25")
        outcome = run(ledger, files)
        after = records(ledger, outcome)
        assert after["scan1.txt"].roster is not None
        assert (after["scan1.txt"].roster.key, after["scan1.txt"].roster.confidence) == (
            "tanaka25", 1.0
        )  # fmt: skip
        assert "title_differs" not in codes(after["scan1.txt"])
        assert after["scan2.txt"].roster is not None
        assert after["scan2.txt"].roster.state == "accepted"
        decide(ledger, before["scan2.txt"], "paper", None)
        outcome = run(ledger, files)
        assert records(ledger, outcome)["scan2.txt"].roster is None
        assert outcome.summary.status is not None
        assert outcome.summary.status.unmatched_files == ("scan2.txt",)


def test_second_file_that_a_person_leaves_as_it_is_settles_the_paper(factory: Factory) -> None:
    first = write(factory, "garcia25.txt", 1, "3 May 2015")
    second = write(factory, "garcia25-b.txt", 1, "4 May 2015")
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        outcome = run(ledger, [first, second])
        before = records(ledger, outcome)
        assert outcome.summary.status is not None
        assert outcome.summary.status.papers[1].state == "duplicate"
        uncounted = next(r for r in before.values() if "not_counted" in codes(r))
        decide(ledger, uncounted, "not_counted", None, action="leave")
        outcome = run(ledger, [first, second])
        assert outcome.summary.status is not None
        assert outcome.summary.status.papers[1].state == "review"
        after = records(ledger, outcome)[uncounted.document.name]
    assert "not_counted" not in codes(after)


def test_decision_about_a_content_that_is_gone_is_void_and_said(factory: Factory) -> None:
    file = write(factory, "garcia25.txt", 1, "27 May 2015")
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        decide(ledger, records(ledger, run(ledger, [file]))["garcia25.txt"], "date", "2025-05-27")
        write(factory, "garcia25.txt", 1, "29 May 2025")
        outcome = run(ledger, [file])
        record = records(ledger, outcome)["garcia25.txt"]
        assert record.fields.date.value == "2025-05-29"
        assert [f.code for f in record.flags if not f.asks][-1] == "void_decision"
        assert record.verdict is Verdict.ACCEPTED
        assert record.decisions[0].void == "the file has another content now"
        assert "2025-05-27" in outcome.summary.void[0]
        decide(ledger, record, "date", "2025-05-29")
        assert run(ledger, [file]).summary.void == ()


def test_decision_moves_with_its_content(factory: Factory) -> None:
    file = write(factory, "garcia25.txt", 1, "27 May 2015")
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        decide(ledger, records(ledger, run(ledger, [file]))["garcia25.txt"], "date", "2025-05-27")
        moved = file.rename(file.with_name("other.txt"))
        outcome = run(ledger, [moved])
        assert records(ledger, outcome)["other.txt"].fields.date.confidence == 1.0
        assert outcome.summary.void == ()


def test_decision_for_a_paper_that_the_roster_no_longer_has_is_void(factory: Factory) -> None:
    file = write(factory, "scan.txt", 1)
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        decide(ledger, records(ledger, run(ledger, [file]))["scan.txt"], "paper", "gone25")
        outcome = run(ledger, [file])
        record = records(ledger, outcome)["scan.txt"]
    assert record.roster is not None
    assert record.roster.key == "garcia25"
    assert record.decisions[0].void == "the roster has no paper gone25"


def test_last_run_is_resolved_again_without_its_files(factory: Factory) -> None:
    files = [write(factory, "feldmann25.txt", 0, "27 May 2015"), write(factory, "garcia25.txt", 1)]
    missing = factory.folder / "tanaka25.txt"
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        outcome = run(ledger, [*files, missing])
        before = records(ledger, outcome)
        for file in files:
            file.unlink()
        assert resolve_again(ledger).source == outcome.source
        decide(ledger, before["feldmann25.txt"], "date", "2025-05-27")
        again = resolve_again(ledger)
        after = records(ledger, again)
        assert list(after) == list(before)
        assert after["feldmann25.txt"].verdict is Verdict.ACCEPTED
        assert after["garcia25.txt"] == before["garcia25.txt"]
        assert [d.kind for d in after["tanaka25.txt"].damage] == ["missing"]
        assert len(ledger.history("garcia25.txt")) == 1
        assert resolve_again(ledger).source == again.source


def test_without_a_run_nothing_is_resolved_again(tmp_path: Path) -> None:
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        with pytest.raises(LedgerTrouble, match="no finished run"):
            resolve_again(ledger)
        number = ledger.begin("{}", [])
        ledger.end(number, "j", json.dumps({}), [])
        with pytest.raises(LedgerTrouble, match="does not say"):
            resolve_again(ledger)
