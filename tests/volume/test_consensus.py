"""Volumes with rosters: the state of every paper, and the flags of every file."""

import random
import shutil
from pathlib import Path

import pytest

from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.plan import plan
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.run import run
from synthetic.typeset import Entry
from tests.factory import Factory

TITLES = {
    "feldmann25": ("Robust Tree Ensembles for Long Documents", "Feldmann, Mira and Okafor, Jonas"),
    "garcia25": ("Sparse Bandits under Drifting Rewards", "García, Ana and Li, Wei"),
    "tanaka25": ("Continual Graph Learning without Replay", "Tanaka, Yui"),
}
ROSTER = Roster(tuple(Paper(key, *entry) for key, entry in TITLES.items()), year=2025)


def _agreement(
    factory: Factory, name: str, key: str, author: str, date: str = "27 May 2025", **more: Entry
) -> Path:
    entries = {
        "title": Entry(TITLES[key][0], size=9.0),
        "author": Entry(author),
        "corresponding_author": Entry(author),
        "date": Entry(date),
    }
    return factory.agreement(name, **{**entries, **more})


def _run(*files: Path) -> dict[str, Record]:
    return {r.document.name: r for r in run(plan(files), Settings(), roster=ROSTER)}


def _codes(record: Record) -> list[str]:
    return [flag.code for flag in record.flags]


def test_correct_volume_is_accepted(factory: Factory) -> None:
    records = _run(
        _agreement(factory, "feldmann25Permission.pdf", "feldmann25", "Mira Feldmann"),
        _agreement(factory, "garcia25Permission.pdf", "garcia25", "Wei Li", date="28 May 2025"),
    )
    for record in records.values():
        assert (record.verdict, _codes(record)) == (Verdict.ACCEPTED, [])
        assert record.roster is not None
        assert record.roster.state == "accepted"
        assert record.roster.confidence > 0.99


def test_files_with_other_names_are_matched_by_content(factory: Factory) -> None:
    records = _run(
        _agreement(factory, "scan1.pdf", "feldmann25", "Mira Feldmann"),
        _agreement(factory, "scan2.pdf", "garcia25", "Ana García"),
    )
    keys = {name: r.roster.key for name, r in records.items() if r.roster}
    assert keys == {"scan1.pdf": "feldmann25", "scan2.pdf": "garcia25"}


def test_name_and_content_of_different_papers_are_flagged(factory: Factory) -> None:
    records = _run(_agreement(factory, "feldmann25.pdf", "garcia25", "Wei Li"))
    (flag,) = records["feldmann25.pdf"].flags
    assert flag.code == "paper_mismatch"
    assert "feldmann25" in flag.message
    assert "garcia25" in flag.message


def test_signer_who_is_not_an_author_is_flagged(factory: Factory) -> None:
    records = _run(_agreement(factory, "garcia25.pdf", "garcia25", "Kenji Sato"))
    (flag,) = records["garcia25.pdf"].flags
    assert (flag.code, "Kenji Sato" in flag.message) == ("signer_unknown", True)


@pytest.mark.parametrize(
    "author", ["Li Wei", "W. Li", "Ana Garcia", "Garcia Ana", "A. García and others"]
)
def test_authors_are_recognized_in_any_order_of_names(factory: Factory, author: str) -> None:
    records = _run(_agreement(factory, "garcia25.pdf", "garcia25", author))
    assert _codes(records["garcia25.pdf"]) == []


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Sparse Bandits under", "title_cut_off"),
        ("A Wholly Different Piece of Work", "title_differs"),
    ],
)
def test_titles_that_differ_from_the_roster_are_flagged(
    factory: Factory, title: str, code: str
) -> None:
    records = _run(
        _agreement(factory, "garcia25.pdf", "garcia25", "Wei Li", title=Entry(title, size=9.0))
    )
    assert _codes(records["garcia25.pdf"]) == [code]


def test_file_without_a_paper_is_flagged(factory: Factory) -> None:
    factory.agreement(
        "other.pdf", title=Entry("Quantum Codes", size=9.0), author=Entry("Kenji Sato")
    )
    records = _run(factory.folder / "other.pdf")
    assert "unknown_paper" in _codes(records["other.pdf"])
    assert records["other.pdf"].roster is None


def test_one_of_several_files_counts_and_the_others_are_flagged(factory: Factory) -> None:
    records = _run(
        _agreement(factory, "garcia25.pdf", "garcia25", "Wei Li", date="27 May 2025"),
        _agreement(factory, "garcia25Permission (1).pdf", "garcia25", "Wei Li", date="28 May 2025"),
    )
    assert _codes(records["garcia25.pdf"]) == []
    (flag,) = records["garcia25Permission (1).pdf"].flags
    assert (flag.code, flag.severity) == ("not_counted", "note")
    assert "garcia25.pdf counts" in flag.message
    assert {r.roster.state for r in records.values() if r.roster} == {"accepted"}


def test_same_file_for_two_papers_is_flagged(factory: Factory) -> None:
    first = _agreement(factory, "feldmann25.pdf", "feldmann25", "Mira Feldmann")
    shutil.copy(first, first.with_name("tanaka25.pdf"))
    records = _run(*factory.folder.glob("*.pdf"))
    assert "same_file" in _codes(records["feldmann25.pdf"])
    assert {"same_file", "paper_mismatch"} <= set(_codes(records["tanaka25.pdf"]))


def test_same_signing_page_under_another_title_is_flagged(factory: Factory) -> None:
    _agreement(factory, "garcia25.pdf", "garcia25", "Wei Li")
    _agreement(factory, "tanaka25.pdf", "tanaka25", "Wei Li", corresponding_author=Entry("Wei Li"))
    _agreement(factory, "feldmann25.pdf", "feldmann25", "Mira Feldmann", date="3 June 2025")
    records = _run(*factory.folder.glob("*.pdf"))
    assert records["garcia25.pdf"].verdict is Verdict.REVIEW  # Wei Li is no author of tanaka25
    assert "same_signing_page" in _codes(records["garcia25.pdf"])
    assert "same_signing_page" in _codes(records["tanaka25.pdf"])
    assert "same_signing_page" not in _codes(records["feldmann25.pdf"])


def test_results_do_not_depend_on_the_order_of_files(factory: Factory) -> None:
    files = [
        _agreement(factory, f"{name}.pdf", key, author)
        for name, key, author in (
            ("feldmann25", "feldmann25", "Mira Feldmann"),
            ("feldmann25-copy", "feldmann25", "Jonas Okafor"),
            ("x", "garcia25", "Ana García"),
            ("garcia25", "garcia25", "Wei Li"),
        )
    ]
    expected = {n: r.model_copy(update={"seconds": 0.0}) for n, r in _run(*files).items()}
    random.Random(3).shuffle(files)  # noqa: S311
    again = run(files, Settings(), roster=ROSTER)
    assert {r.document.name: r.model_copy(update={"seconds": 0.0}) for r in again} == expected
