"""Exports never overwrite other results, files that a person edited, or the target of a link."""

import csv
import json
import os
import stat
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocr_extract.cli.progress import Silent
from ocr_extract.errors import UnsafeOutput
from ocr_extract.reports import exports
from ocr_extract.reports.exports import (
    NAMES,
    PARQUET,
    REPORTS,
    STAMP,
    Wanted,
    check_covered,
    export,
    remove,
)
from ocr_extract.reports.files import replace_file, replaced
from ocr_extract.settings import Settings
from ocr_extract.volume.answer import Outcome
from ocr_extract.volume.ledger import Ledger, open_ledger
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.run import Volume, run_volume
from ocr_extract.volume.workers.pool import InlineWorkers
from tests.factory import Factory

GOOD = "Name: A B\nSignature: A B\nDate: 3 May 2025\n"
ROSTER = Roster((Paper("a", "T", "B, A", "a@example.org"), Paper("gone", "U", "C, D")))


@dataclass(frozen=True)
class Bench:
    """A ledger, an output folder, and the input folder with the agreements."""

    ledger: Ledger
    out: Path
    inputs: Path

    def run(self, roster: Roster | None = ROSTER) -> Outcome:
        files = sorted(self.inputs.iterdir())
        volume = Volume(files, Settings(year=2025), roster)
        return run_volume(volume, self.ledger, lambda _: nullcontext(InlineWorkers()), Silent())

    def export(self, outcome: Outcome) -> tuple[Path, ...]:
        return export(outcome, self.ledger, self.out, [self.inputs])

    def contents(self) -> dict[str, bytes]:
        return {name: (self.out / name).read_bytes() for name in NAMES}


@pytest.fixture
def bench(factory: Factory) -> Iterator[Bench]:
    inputs, out = factory.folder / "in", factory.folder / "out"
    inputs.mkdir()
    out.mkdir()
    Factory(inputs).text("a.txt", GOOD)
    with open_ledger("sqlite://") as ledger:
        yield Bench(ledger, out, inputs)


def test_unchanged_exports_are_not_written_again(bench: Bench) -> None:
    outcome = bench.run()
    assert bench.export(outcome) == ()
    before = {name: (bench.out / name).stat() for name in (*NAMES, STAMP)}
    assert bench.export(bench.run()) == ()
    after = {name: (bench.out / name).stat() for name in (*NAMES, STAMP)}
    assert {n: s.st_ino for n, s in before.items()} == {n: s.st_ino for n, s in after.items()}
    assert sorted(p.name for p in bench.out.iterdir()) == sorted((*NAMES, STAMP))


@pytest.mark.parametrize("with_new_file", [True, False])
def test_edited_file_is_kept_beside_the_new_one(bench: Bench, with_new_file: bool) -> None:
    """Also when the edit keeps the size, and whether or not the run has a new file."""
    bench.export(bench.run())
    papers = bench.out / "papers.csv"
    before = papers.read_text()
    edited = before.replace("missing", "MISSING")
    papers.write_text(edited)
    if with_new_file:
        Factory(bench.inputs).text("gone.txt", GOOD.replace("3 May", "4 May"))
    kept = bench.export(bench.run())
    assert kept == (bench.out / "papers.edited-1.csv",)
    assert kept[0].read_text() == edited
    assert "MISSING" not in papers.read_text()
    papers.write_text(edited)
    assert bench.export(bench.run()) == (bench.out / "papers.edited-2.csv",)


def test_table_of_another_program_is_kept(bench: Bench) -> None:
    (bench.out / "documents.csv").write_text("mine\n")
    assert bench.export(bench.run()) == (bench.out / "documents.edited-1.csv",)
    assert (bench.out / "documents.edited-1.csv").read_text() == "mine\n"


def test_edited_papers_table_is_kept_without_a_roster(bench: Bench) -> None:
    bench.export(bench.run())
    (bench.out / "papers.csv").write_text("mine\n")
    assert bench.export(bench.run(None)) == (bench.out / "papers.edited-1.csv",)
    assert not (bench.out / "papers.csv").exists()


def test_stamp_of_an_earlier_version_is_read(bench: Bench) -> None:
    bench.export(bench.run())
    sizes = {name: (bench.out / name).stat().st_size for name in NAMES}
    (bench.out / STAMP).write_text(json.dumps({"run": 0, "sizes": sizes}))
    (bench.out / "fields.csv").write_text("mine\n")
    assert bench.export(bench.run()) == (bench.out / "fields.edited-1.csv",)


@pytest.mark.parametrize("died_after", range(len(NAMES)))
def test_export_killed_at_any_step_leaves_files_known_as_own(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, died_after: int
) -> None:
    bench.export(bench.run())
    Factory(bench.inputs).text("gone.txt", GOOD.replace("3 May", "4 May"))
    outcome, steps = bench.run(), [0]
    original_replace = Path.replace

    def replace_or_die(self: Path, target: Path) -> Path:
        steps[0] += self.parent.name.startswith(exports.STAGING) and target.parent == bench.out
        if steps[0] > died_after:
            raise KeyboardInterrupt
        return original_replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_or_die)
    with pytest.raises(KeyboardInterrupt):
        bench.export(outcome)
    monkeypatch.undo()
    assert bench.export(outcome) == ()
    assert not list(bench.out.glob("*.edited-*"))
    assert not list(bench.out.glob(f"{exports.STAGING}*"))
    complete = bench.contents()
    (bench.out / STAMP).unlink()
    for name in NAMES:
        (bench.out / name).unlink()
    bench.export(outcome)
    assert bench.contents() == complete


def test_staging_folder_of_a_killed_export_is_removed(bench: Bench) -> None:
    left = bench.out / f"{exports.STAGING}killed"
    left.mkdir()
    (left / "records.jsonl").write_text("half")
    bench.export(bench.run())
    assert not left.exists()


def test_links_are_not_followed(bench: Bench, factory: Factory) -> None:
    precious = factory.text("precious", "x")
    for name in ("records.jsonl", "papers.csv", STAMP):
        (bench.out / name).symlink_to(precious)
    kept = bench.export(bench.run())
    assert precious.read_text() == "x"
    assert not any((bench.out / name).is_symlink() for name in (*NAMES, STAMP))
    assert [path.name for path in kept] == ["records.edited-1.jsonl", "papers.edited-1.csv"]


def test_only_the_owner_can_read_exports(bench: Bench) -> None:
    before = os.umask(0)
    try:
        bench.export(bench.run())
        replace_file(bench.out / "picture.png", b"x")
        with replaced(bench.out / "text") as file:
            file.write("x")
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in bench.out.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert len(modes) == len(NAMES) + 3


def test_results_of_other_agreements_are_not_replaced(bench: Bench, factory: Factory) -> None:
    bench.export(bench.run())
    agreement, folder = bench.inputs / "a.txt", bench.inputs
    other = factory.folder / "in-other"
    for given in ([agreement], [other], [agreement, other]):
        with pytest.raises(UnsafeOutput, match="--replace"):
            check_covered(bench.out, given, replace=False)
        check_covered(bench.out, given, replace=True)
    for given in ([folder], [folder, other], [factory.folder]):
        check_covered(bench.out, given, replace=False)
    check_covered(factory.folder / "none", [agreement], replace=False)


@pytest.mark.parametrize("stamp", ["", "[]", "{", '{"run": []}', '{"given": 3}', '{"sizes": 1}'])
def test_unreadable_stamp_is_ignored(bench: Bench, stamp: str) -> None:
    (bench.out / STAMP).write_text(stamp)
    check_covered(bench.out, [bench.inputs], replace=False)
    assert bench.export(bench.run()) == ()


def test_folder_in_place_of_an_export_is_reported(bench: Bench) -> None:
    (bench.out / "records.jsonl").mkdir()
    with pytest.raises(UnsafeOutput, match="Cannot write"):
        bench.export(bench.run())


def test_papers_table_has_authors_and_what_to_ask(bench: Bench) -> None:
    bench.export(bench.run())
    with (bench.out / "papers.csv").open(newline="") as rows:
        first, gone = csv.DictReader(rows)
    assert (first["title"], first["first_author"], first["email"]) == ("T", "A B", "a@example.org")
    assert first["flags"].split() == ["other_form"]
    assert first["why_flagged"] == "Not a known form: read by its labels alone."
    assert first["ask"].startswith("Ask for the agreement on the form expected")
    assert (gone["state"], gone["ask"]) == ("missing", "Ask for the signed agreement.")


def test_report_is_left_out_on_request_and_written_by_the_next_run(bench: Bench) -> None:
    """Also when the next run finds nothing new; a stale report does not stay beside new tables."""
    none = Wanted(report=False)
    export(bench.run(), bench.ledger, bench.out, [bench.inputs], none)
    assert not any((bench.out / name).exists() for name in REPORTS)
    bench.export(bench.run())
    assert all((bench.out / name).is_file() for name in REPORTS)
    Factory(bench.inputs).text("gone.txt", GOOD.replace("3 May", "4 May"))
    assert export(bench.run(), bench.ledger, bench.out, [bench.inputs], none) == ()
    assert not any((bench.out / name).exists() for name in REPORTS)


def test_parquet_is_written_on_request_and_not_left_stale(bench: Bench) -> None:
    pytest.importorskip("pyarrow", reason="pip install pyarrow")
    wanted = Wanted(parquet=True, anew=True)
    assert export(bench.run(), bench.ledger, bench.out, [bench.inputs], wanted) == ()
    assert all((bench.out / name).is_file() for name in PARQUET)
    bench.export(bench.run())
    assert all((bench.out / name).is_file() for name in PARQUET), "nothing changed"
    Factory(bench.inputs).text("gone.txt", GOOD.replace("3 May", "4 May"))
    assert bench.export(bench.run()) == ()
    assert not any((bench.out / name).exists() for name in PARQUET)


def test_everything_that_names_papers_is_removed(bench: Bench) -> None:
    pytest.importorskip("pyarrow", reason="pip install pyarrow")
    export(bench.run(), bench.ledger, bench.out, [bench.inputs], Wanted(parquet=True))
    removed = remove(bench.out, ["a.txt"])
    assert {path.name for path in removed} == {*NAMES, *PARQUET}
    assert not list(bench.out.iterdir())
