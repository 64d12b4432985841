"""Reading a ledger that may not be written: nothing of it is lost, and nothing is changed."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ocr_extract.errors import LedgerBusy, LedgerTrouble
from ocr_extract.volume.ledger import Ledger, open_ledger, read_ledger, sqlite_url
from ocr_extract.volume.ledger.read_only import read_only
from tests.read_only import ROOT, closed
from tests.volume.ledger.test_ledger import _record, _run

SHOW = (
    "import sys\n"
    "from pathlib import Path\n"
    "from ocr_extract.volume.ledger import open_ledger, read_ledger, sqlite_url\n"
    "with {how}(sqlite_url(Path(sys.argv[1]))) as ledger:\n"
    "    print(len(ledger.history('a.pdf')), end='')\n"
    "    {more}\n"
)
LEAVE_A_LOG = (
    "import os, sys\n"
    "from pathlib import Path\n"
    "from ocr_extract.volume.ledger import open_ledger, sqlite_url\n"
    "from tests.volume.ledger.test_ledger import _record, _run\n"
    "with open_ledger(sqlite_url(Path(sys.argv[1]))) as ledger:\n"
    "    _run(ledger, _record('b.pdf'))\n"
    "    os.kill(os.getpid(), 9)\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a ledger with one record of a.pdf."""
    (folder := tmp_path / "what? 100%").mkdir()
    with open_ledger(sqlite_url(folder)) as ledger:
        _run(ledger, _record("a.pdf"))
    return folder


def _python(prefix: tuple[str, ...] | list[str], code: str, folder: Path) -> tuple[str, str]:
    """What a program prints about the ledger in a folder, and the last line of its errors."""
    done = subprocess.run(
        [*prefix, sys.executable, "-c", code, str(folder)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    return done.stdout, (done.stderr.splitlines() or [""])[-1]


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("how", ["permissions", "mount"])
def test_ledger_in_a_closed_folder_is_read_and_not_changed(folder: Path, how: str) -> None:
    before = _contents(folder)
    with closed(folder, how) as prefix:
        read = _python([*prefix], SHOW.format(how="read_ledger", more=""), folder)
        write = SHOW.format(how="read_ledger", more="ledger.begin('{}', [])")
        refused = _python([*prefix], write, folder)
        assert _python([*prefix], SHOW.format(how="open_ledger", more=""), folder)[0] == ""
    assert read == ("1", "")
    assert "The ledger may only be read here. Copy it" in refused[1]
    assert _contents(folder) == before


@pytest.mark.parametrize("how", ["permissions", "mount"])
def test_log_that_a_killed_program_left_is_read_too(folder: Path, how: str) -> None:
    _python([], LEAVE_A_LOG, folder)
    assert (folder / "ledger.sqlite-wal").stat().st_size > 0
    before = _contents(folder)
    show = SHOW.format(how="read_ledger", more="print(len(ledger.history('b.pdf')), end='')")
    with closed(folder, how) as prefix:
        assert _python([*prefix], show, folder) == ("11", "")
        assert _contents(folder) == before


def test_log_without_its_index_is_not_left_out_in_silence(folder: Path, tmp_path: Path) -> None:
    _python([], LEAVE_A_LOG, folder)
    (folder / "ledger.sqlite-shm").unlink()
    with closed(folder, "permissions") as prefix:
        printed, why = _python([*prefix], SHOW.format(how="read_ledger", more=""), folder)
        assert (printed, "last changes are in" in why) == ("", True)
        command = why.partition("`")[2].partition("`")[0]
        subprocess.run(["sh", "-c", command.replace("COPY", "copy")], check=True, cwd=tmp_path)
    with read_ledger(sqlite_url(tmp_path / "copy")) as ledger:
        assert len(ledger.history("b.pdf")) == 1


def test_ledger_is_read_while_another_program_writes_it(folder: Path) -> None:
    with open_ledger(sqlite_url(folder)) as ledger:
        _run(ledger, _record("b.pdf"))
        with read_only(folder / "ledger.sqlite") as engine:
            assert len(Ledger(engine).history("b.pdf")) == 1
            _run(ledger, _record("c.pdf"))
            assert len(Ledger(engine).history("c.pdf")) == 1


def test_ledger_that_is_changed_while_it_is_read_alone_is_reported(folder: Path) -> None:
    file = folder / "ledger.sqlite"
    reading = read_only(file)
    assert len(Ledger(reading.__enter__()).history("a.pdf")) == 1
    with open_ledger(sqlite_url(folder)) as other:
        _run(other, _record("b.pdf"))
    with pytest.raises(LedgerBusy, match="changed while it was read"):
        reading.__exit__(None, None, None)
    with read_only(file) as engine:
        assert len(Ledger(engine).history("b.pdf")) == 1


@pytest.mark.parametrize(("revision", "why"), [("0002", "chmod -R u\\+w"), ("9999", "later")])
def test_ledger_of_another_version_is_not_changed(folder: Path, revision: str, why: str) -> None:
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        database.commit()
    before = _contents(folder)
    with pytest.raises(LedgerTrouble, match=why), read_only(folder / "ledger.sqlite"):
        pass
    assert _contents(folder) == before


def test_file_that_is_no_ledger_is_not_made_one(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE theirs (x)")
    with pytest.raises(LedgerTrouble, match="is no ledger"), read_only(file):
        pass
    for missing in (tmp_path / "none.sqlite", tmp_path / "none" / "none.sqlite"):
        with (
            pytest.raises(LedgerTrouble, match="There is no ledger"),
            read_ledger(f"sqlite:///{missing}"),
        ):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["other.sqlite"]


def test_link_to_a_ledger_is_read_with_the_log_beside_its_file(folder: Path) -> None:
    (link := folder.parent / "link.sqlite").symlink_to(folder / "ledger.sqlite")
    _python([], LEAVE_A_LOG, folder)
    with read_only(link) as engine:
        assert len(Ledger(engine).history("b.pdf")) == 1


def test_ledger_of_another_user_may_not_be_read(folder: Path) -> None:
    with closed(folder, "permissions") as prefix:
        (folder / "ledger.sqlite").chmod(0)
        why = _python([*prefix], SHOW.format(how="read_ledger", more=""), folder)[1]
    assert "may not be read. Ask its owner" in why
