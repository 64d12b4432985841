"""The files of a SQLite ledger: where they can be, who can read them."""

import os
from pathlib import Path

import pytest

from ocr_extract.errors import LedgerTrouble
from ocr_extract.volume.ledger import open_ledger, sqlite_url
from tests.volume.ledger.test_ledger import _record, _run


def test_file_that_is_not_a_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(LedgerTrouble), open_ledger(sqlite_url(tmp_path)):
        pass


@pytest.mark.parametrize("name", ["what?", "100%", "a#b", "ü x"])
def test_folder_with_any_name_can_have_a_ledger(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with open_ledger(sqlite_url(folder)) as ledger:
        _run(ledger, _record())
    assert (folder / "ledger.sqlite").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_only_the_owner_can_read_a_ledger(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with open_ledger(sqlite_url(tmp_path)) as ledger:
            _run(ledger, _record())
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert set(modes) >= {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite.lock"}
    assert set(modes.values()) == {0o600}


def test_lock_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "ledger.sqlite.lock").symlink_to(other)
    with pytest.raises(LedgerTrouble, match="lock"), open_ledger(sqlite_url(tmp_path)):
        pass
    assert other.read_text() == "mine"


def test_file_that_is_not_a_database_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"Dear editor, " * 200)
    with pytest.raises(LedgerTrouble, match="Move it away"), open_ledger(sqlite_url(tmp_path)):
        pass
