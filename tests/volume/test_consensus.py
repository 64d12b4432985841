"""Volumes with rosters: every paper in one state, every file with its words."""

import random
import shutil
from pathlib import Path

import pytest

from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.plan import plan
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.run import run
from samples.typeset import Entry
from tests.factory import Factory

TITLES = {
    "feldmann25": ("Robust Tree Ensembles for Long Documents", "Feldmann, Mira and Okafor, Jonas"),
    "garcia25": ("Sparse Bandits under Drifting Rewards", "García, Ana and Li, Wei"),
    "tanaka25": ("Continual Graph Learning without Replay", "Tanaka, Yui"),
}
ROSTER = Roster(tuple(Paper(key, *said) for key, said in TITLES.items()), year=2025)


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


def test_a_sound_volume(factory: Factory) -> None:
    found = _run(
        _agreement(factory, "feldmann25Permission.pdf", "feldmann25", "Mira Feldmann"),
        _agreement(factory, "garcia25Permission.pdf", "garcia25", "Wei Li", date="28 May 2025"),
    )
    for record in found.values():
        assert (record.verdict, _codes(record)) == (Verdict.ACCEPTED, [])
        assert record.roster is not None
        assert record.roster.state == "accepted"
        assert record.roster.confidence > 0.99


def test_scrambled_names_are_matched_by_content(factory: Factory) -> None:
    found = _run(
        _agreement(factory, "scan1.pdf", "feldmann25", "Mira Feldmann"),
        _agreement(factory, "scan2.pdf", "garcia25", "Ana García"),
    )
    keys = {name: r.roster.key for name, r in found.items() if r.roster}
    assert keys == {"scan1.pdf": "feldmann25", "scan2.pdf": "garcia25"}


def test_a_name_and_a_content_of_two_papers(factory: Factory) -> None:
    found = _run(_agreement(factory, "feldmann25.pdf", "garcia25", "Wei Li"))
    (flag,) = found["feldmann25.pdf"].flags
    assert flag.code == "paper_mismatch"
    assert "feldmann25" in flag.message
    assert "garcia25" in flag.message


def test_signed_by_nobody_of_the_authors(factory: Factory) -> None:
    found = _run(_agreement(factory, "garcia25.pdf", "garcia25", "Kenji Sato"))
    (flag,) = found["garcia25.pdf"].flags
    assert (flag.code, "Kenji Sato" in flag.message) == ("signer_unknown", True)


@pytest.mark.parametrize(
    "author", ["Li Wei", "W. Li", "Ana Garcia", "Garcia Ana", "A. García and others"]
)
def test_authors_are_known_in_any_order_of_names(factory: Factory, author: str) -> None:
    found = _run(_agreement(factory, "garcia25.pdf", "garcia25", author))
    assert _codes(found["garcia25.pdf"]) == []


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Sparse Bandits under", "title_cut_off"),
        ("A Wholly Different Piece of Work", "title_differs"),
    ],
)
def test_titles_that_are_not_the_rosters(factory: Factory, title: str, code: str) -> None:
    found = _run(
        _agreement(factory, "garcia25.pdf", "garcia25", "Wei Li", title=Entry(title, size=9.0))
    )
    assert _codes(found["garcia25.pdf"]) == [code]


def test_a_file_without_a_paper(factory: Factory) -> None:
    factory.agreement(
        "other.pdf", title=Entry("Quantum Codes", size=9.0), author=Entry("Kenji Sato")
    )
    found = _run(factory.folder / "other.pdf")
    assert "unknown_paper" in _codes(found["other.pdf"])
    assert found["other.pdf"].roster is None


def test_of_several_files_one_counts_and_the_others_say_so(factory: Factory) -> None:
    found = _run(
        _agreement(factory, "garcia25.pdf", "garcia25", "Wei Li", date="27 May 2025"),
        _agreement(factory, "garcia25Permission (1).pdf", "garcia25", "Wei Li", date="28 May 2025"),
    )
    assert _codes(found["garcia25.pdf"]) == []
    (flag,) = found["garcia25Permission (1).pdf"].flags
    assert flag.code == "not_counted"
    assert "garcia25.pdf counts" in flag.message
    assert {r.roster.state for r in found.values() if r.roster} == {"duplicate"}


def test_the_same_file_under_two_papers(factory: Factory) -> None:
    first = _agreement(factory, "feldmann25.pdf", "feldmann25", "Mira Feldmann")
    shutil.copy(first, first.with_name("tanaka25.pdf"))
    found = _run(*factory.folder.glob("*.pdf"))
    assert "same_file" in _codes(found["feldmann25.pdf"])
    assert {"same_file", "paper_mismatch"} <= set(_codes(found["tanaka25.pdf"]))


def test_the_same_signing_page_under_another_title(factory: Factory) -> None:
    _agreement(factory, "garcia25.pdf", "garcia25", "Wei Li")
    _agreement(factory, "tanaka25.pdf", "tanaka25", "Wei Li", corresponding_author=Entry("Wei Li"))
    _agreement(factory, "feldmann25.pdf", "feldmann25", "Mira Feldmann", date="3 June 2025")
    found = _run(*factory.folder.glob("*.pdf"))
    assert "same_signing_page" in _codes(found["garcia25.pdf"])
    assert "same_signing_page" in _codes(found["tanaka25.pdf"])
    assert "same_signing_page" not in _codes(found["feldmann25.pdf"])


def test_the_order_of_files_changes_nothing(factory: Factory) -> None:
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
