import os
from pathlib import Path

import pytest

from ocr_extract.errors import NothingToRead, UnsafeOutput
from ocr_extract.volume.plan import check_output, linked_folders, plan
from tests.factory import Factory


def _names(*paths: Path) -> list[str]:
    return [path.name for path in plan(paths)]


def test_folders_are_searched_and_sorted(factory: Factory) -> None:
    sub = factory.folder / "sub"
    sub.mkdir()
    for name in ("b.pdf", "a.txt", ".hidden.pdf", "volume.bib", "notes.docx", "sub/c.png"):
        factory.text(name, "x")
    assert _names(factory.folder) == ["a.txt", "b.pdf", "c.png", "notes.docx"]


def test_every_file_is_planned_once_in_the_same_order(factory: Factory) -> None:
    paths = [factory.text(name, "x") for name in ("b.pdf", "a.pdf", "ä.pdf")]
    assert plan([*paths, factory.folder]) == plan([factory.folder, *reversed(paths)])
    assert len(plan([*paths, *paths])) == 3


def test_given_file_is_kept_whatever_its_suffix(factory: Factory) -> None:
    assert _names(factory.text("volume.bib", "x")) == ["volume.bib"]


def test_unusual_names_are_kept(factory: Factory) -> None:
    names = ["new\nline.pdf", "x" * 250 + ".pdf", "[bold]a.pdf", "=1+1.pdf"]
    for name in names:
        factory.text(name, "x")
    assert set(_names(factory.folder)) == set(names)


def test_empty_folder_is_an_error(factory: Factory) -> None:
    with pytest.raises(NothingToRead, match="No agreement in"):
        plan([factory.folder])
    with pytest.raises(NothingToRead):
        plan([])


def test_path_that_does_not_exist_is_an_error(factory: Factory) -> None:
    """A mistyped name is not a damaged agreement. A broken link in a folder is one."""
    good = factory.text("a.pdf", "x")
    with pytest.raises(NothingToRead, match=r"nofile\.pdf does not exist"):
        plan([good, factory.folder / "nofile.pdf"])
    with pytest.raises(NothingToRead, match="does not exist"):
        plan([good / "below.pdf"])
    with pytest.raises(NothingToRead, match="does not exist"):
        plan([factory.folder / ("x" * 300)])
    dangling = factory.folder / "dangling.pdf"
    dangling.symlink_to(factory.folder / "nowhere.pdf")
    with pytest.raises(NothingToRead, match="leads nowhere"):
        plan([dangling])
    assert _names(factory.folder) == ["a.pdf", "dangling.pdf"]


def test_links_to_folders_are_listed_and_not_searched(factory: Factory) -> None:
    inside = factory.folder / "in"
    (inside / "sub" / ".hidden").mkdir(parents=True)
    factory.text("elsewhere.pdf", "x")
    Factory(inside).text("a.pdf", "x")
    for link in (inside / "sub" / "loop", inside / "all", inside / "sub" / ".hidden" / "x"):
        link.symlink_to(factory.folder)
    assert linked_folders([inside]) == (inside / "all", inside / "sub" / "loop")
    assert _names(inside) == ["a.pdf"]
    assert linked_folders([inside / "a.pdf"]) == ()


def test_check_of_the_output_follows_no_link(factory: Factory) -> None:
    """Another user with access to the folder may create a link there before the check."""
    out, precious = factory.folder / "out", factory.text("precious", "x")
    out.mkdir()
    (out / ".writable").symlink_to(precious)
    check_output(out, [])
    assert precious.read_text() == "x"
    assert (out / ".writable").is_symlink()


def test_output_may_not_overlap_input(factory: Factory) -> None:
    inner = factory.folder / "in"
    inner.mkdir()
    for out in (inner, inner / "out", factory.folder):
        with pytest.raises(UnsafeOutput, match="overlaps"):
            check_output(out, [inner])
    check_output(factory.folder / "out", [inner])
    assert list((factory.folder / "out").iterdir()) == []


def test_output_that_cannot_be_written_is_an_error(factory: Factory) -> None:
    file = factory.text("file", "x")
    for out in (file, file / "out"):
        with pytest.raises(UnsafeOutput, match="file is no folder"):
            check_output(out, [])
    if os.geteuid() != 0:
        folder = factory.folder / "readonly"
        folder.mkdir(mode=0o500)
        with pytest.raises(UnsafeOutput, match="--user"):
            check_output(folder, [])
