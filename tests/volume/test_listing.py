"""Hashes of files: which files are hashed again, and which have none."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocr_extract.volume.ledger import Ledger, open_ledger
from ocr_extract.volume.ledger.ledger import Listed
from ocr_extract.volume.listing import hash_of, list_files
from tests.factory import Factory

LIMIT = 1000


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with open_ledger("sqlite://") as opened:
        yield opened


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _overwrite(path: Path, text: str, later: int = 0) -> None:
    """Other content; the change time becomes `later` nanoseconds more than it was."""
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + later))


def test_file_is_hashed_up_to_the_size_limit(factory: Factory) -> None:
    path = factory.text("a", "x" * 10)
    assert hash_of(path, 10) == _sha256("x" * 10)
    assert hash_of(path, 9) is None
    assert hash_of(factory.text("empty", ""), 0) == _sha256("")


def test_what_is_no_file_has_no_hash(factory: Factory) -> None:
    (factory.folder / "dangling").symlink_to(factory.folder / "nowhere")
    for name in ("none", ".", "dangling", "x" * 300):
        assert hash_of(factory.folder / name, LIMIT) is None
    assert hash_of(Path(os.devnull), LIMIT) is None


def test_every_file_is_listed_and_only_those_with_a_hash_are_stored(
    factory: Factory, ledger: Ledger
) -> None:
    good, none = factory.text("a", "x"), factory.folder / "none"
    large = factory.text("large", "x" * (LIMIT + 1))
    listed = list_files([none, good, large], ledger, LIMIT)
    assert listed == {none: None, good: _sha256("x"), large: None}
    assert list(listed) == [none, good, large]
    status = good.stat()
    assert ledger.listed() == {str(good): Listed(1, status.st_mtime_ns, _sha256("x"))}


def test_file_with_the_same_size_and_time_is_not_hashed_again(
    factory: Factory, ledger: Ledger
) -> None:
    path = factory.text("a", "x")
    list_files([path], ledger, LIMIT)
    _overwrite(path, "y")
    assert list_files([path], ledger, LIMIT) == {path: _sha256("x")}
    assert list_files([path], ledger, LIMIT, verify=True) == {path: _sha256("y")}
    assert list_files([path], ledger, LIMIT) == {path: _sha256("y")}


@pytest.mark.parametrize(("text", "later"), [("y", 1), ("y", -1), ("xy", 0)])
def test_file_with_another_size_or_time_is_hashed_again(
    factory: Factory, ledger: Ledger, text: str, later: int
) -> None:
    path = factory.text("a", "x")
    list_files([path], ledger, LIMIT)
    _overwrite(path, text, later)
    assert list_files([path], ledger, LIMIT) == {path: _sha256(text)}
    assert [entry.sha256 for entry in ledger.listed().values()] == [_sha256(text)]


def test_file_that_is_gone_has_no_hash_although_it_was_listed(
    factory: Factory, ledger: Ledger
) -> None:
    path = factory.text("a", "x")
    list_files([path], ledger, LIMIT)
    path.unlink()
    assert list_files([path], ledger, LIMIT) == {path: None}


def test_relative_and_absolute_path_are_the_same_file(
    factory: Factory, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = factory.text("a", "x")
    list_files([path], ledger, LIMIT)
    monkeypatch.chdir(factory.folder)
    _overwrite(path, "y")
    assert list_files([Path("a")], ledger, LIMIT) == {Path("a"): _sha256("x")}
    assert len(ledger.listed()) == 1
