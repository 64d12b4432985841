"""The ledger on SQLite and on a real PostgreSQL server."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from ocr_extract.errors import LedgerBusy, LedgerTrouble, MissingTool
from ocr_extract.records import Document, Record, RosterMatch, Verdict
from ocr_extract.volume.ledger import Ledger, open_ledger, sqlite_url
from ocr_extract.volume.ledger.connect import ADVISORY_LOCK, MIGRATIONS, engine_of, writing
from ocr_extract.volume.ledger.decisions import NewDecision
from ocr_extract.volume.ledger.ledger import Listed
from ocr_extract.volume.ledger.tables import REVISION, metadata
from ocr_extract.volume.stored_reading import StoredReading, packed
from tests.volume.ledger.message_factory import new_message


def url_as_text(folder: Path) -> str:
    """The URL of a SQLite ledger as a user writes it."""
    return sqlite_url(folder).render_as_string(hide_password=False)


def _record(name: str = "a.pdf", verdict: Verdict = Verdict.ACCEPTED, **more: object) -> Record:
    document = Document(name=name, path=f"in/{name}", sha256="ab" * 32)
    return Record(document=document, verdict=verdict, **more)  # type: ignore[arg-type]


def _run(ledger: Ledger, *records: Record, judged: str = "j") -> int:
    number = ledger.begin("{}", ["in"])
    ledger.end(number, judged, "{}", [(f"/in/{r.document.name}", 0, r) for r in records])
    return number


def test_tables_of_a_new_ledger_are_those_of_the_metadata(url: str) -> None:
    with open_ledger(url):
        pass
    engine = engine_of(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_tables_are_created_all_or_none(tmp_path: Path) -> None:
    """A process that is killed while it creates them leaves an empty ledger."""
    code = (
        "import os\n"
        "from sqlalchemy import event\n"
        "from ocr_extract.volume.ledger import connect\n"
        f"engine = connect.engine_of({url_as_text(tmp_path)!r})\n"
        "@event.listens_for(engine, 'before_cursor_execute')\n"
        "def die(connection, cursor, statement, *_):\n"
        "    if 'CREATE TABLE decisions' in statement: os._exit(9)\n"
        "connect.migrate(engine)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 9, done.stderr
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        assert ledger.begin("{}", []) == 1


def test_readings_are_appended_and_the_latest_counts(url: str) -> None:
    with open_ledger(url) as ledger:
        run = ledger.begin("{}", [])
        first = ledger.add_reading(
            run, "s1", "k", StoredReading(packed([_record("x")]), 1.0, ("timeout",))
        )
        other = ledger.add_reading(run, "s1", "k2", StoredReading(packed([_record("y")]), 1.0))
        again = StoredReading(packed([_record("z")]), 1.0)
        assert ledger.add_reading(run, "s1", "k", again) == first
        second = ledger.add_reading(run, "s1", "k", again, renew=True)
        assert ledger.known("k") == {"s1": second}
        assert ledger.known("k2") == {"s1": other}
        assert ledger.transient([first, second]) == {first}
        names = [records[0].document.name for records in ledger.records_in([second, first, second])]
        assert names == ["z", "x", "z"]


def test_a_record_is_stored_again_only_when_it_changed(url: str) -> None:
    with open_ledger(url) as ledger:
        _run(ledger, _record("a.pdf"), _record("b.pdf"))
        slower = _record("a.pdf", seconds=9.0)
        changed = _record("b.pdf", verdict=Verdict.REVIEW)
        second = _run(ledger, changed, slower)
        verdicts = [(r.document.name, r.verdict) for r in ledger.records_of(second)]
        assert verdicts == [("b.pdf", "review"), ("a.pdf", "accepted")]
        assert [r.document.name for r in ledger.records_of(second, unaccepted=True)] == ["b.pdf"]
        assert len(ledger.history("a.pdf")) == 1
        assert len(ledger.history("b.pdf")) == 2


def test_unfinished_run_is_ignored(url: str) -> None:
    with open_ledger(url) as ledger:
        first = _run(ledger, _record(), judged="one")
        second = ledger.begin("{}", [])
        last = ledger.last_done(ledger.begin("{}", []))
        assert last is not None
        assert (last.number, last.judged, last.source) == (first, "one", first)
        ledger.end_as(second, last)
        again = ledger.last_done(second + 10)
        assert again is not None
        assert (again.number, again.source) == (second, first)


def test_run_is_stored_completely_or_not_at_all(url: str) -> None:
    def broken() -> Iterator[tuple[str, int, Record]]:
        yield "/in/a.pdf", 0, _record()
        raise RuntimeError("killed")

    with open_ledger(url) as ledger:
        run = ledger.begin("{}", [])
        with pytest.raises(RuntimeError):
            ledger.end(run, "j", "{}", broken())
        assert list(ledger.records_of(run)) == []
        assert ledger.history("a.pdf") == ()
        assert ledger.last_done(run + 1) is None


def test_listed_files_replace_earlier_entries(url: str) -> None:
    with open_ledger(url) as ledger:
        ledger.list_files({f"/in/{n}": Listed(n, n, f"{n}") for n in range(1200)})
        ledger.list_files({"/in/7": Listed(8, 8, "new")})
        listed = ledger.listed()
        assert len(listed) == 1200
        assert listed["/in/7"] == Listed(8, 8, "new")


def test_history_has_records_decisions_and_messages(url: str) -> None:
    match = RosterMatch(key="a25", state="accepted", confidence=0.99)
    with open_ledger(url) as ledger:
        run = _run(ledger, _record("a.pdf", roster=match))
        ledger.decisions.add(
            [NewDecision("m1", "ab" * 32, 0, "date", "set", "2025-05-19", "Ed", "I looked")]
        )
        ledger.messages.add([new_message(run, "author@example.org", "a25")])
        entries = [
            entry if isinstance(entry, Record) else dict(entry)
            for _, entry in ledger.history("a25")
        ]
    assert isinstance(entries[0], Record)
    assert [row["value"] for row in entries[1:2] if isinstance(row, dict)] == ["2025-05-19"]
    assert [row["recipient"] for row in entries[2:] if isinstance(row, dict)] == [
        "author@example.org"
    ]


def test_complete_run_works_with_any_ledger(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a25.txt").write_text("Name: A B\nSignature: A B\nDate: 3 May 2025\n")
    command = [sys.executable, "-m", "ocr_extract", "run", folder, "--out", tmp_path / "out"]
    for message in ("1 file read", "nothing new to read"):
        done = subprocess.run(
            [*map(str, command), "--ledger", url, "--no-roster"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, "")
        assert message in done.stdout
    with open_ledger(url, alone=False) as ledger:
        assert len(ledger.history("a25.txt")) == 1


def test_a_second_run_is_refused_while_the_first_holds_the_ledger(url: str) -> None:
    with open_ledger(url):
        with pytest.raises(LedgerBusy, match="Another run"), open_ledger(url):
            pass
        with open_ledger(url, alone=False) as reading:
            assert reading.history("a") == ()
    with open_ledger(url):
        pass


def test_killed_process_releases_the_ledger(url: str) -> None:
    code = (
        "import sys, time\n"
        "from ocr_extract.volume.ledger import open_ledger\n"
        f"with open_ledger({url!r}):\n"
        "    print('held', flush=True); time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LedgerBusy), open_ledger(url):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    with open_ledger(url) as ledger:
        assert ledger.begin("{}", []) == 1


def test_ledger_of_a_later_version_is_refused(url: str) -> None:
    with open_ledger(url):
        pass
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(LedgerTrouble, match="later version"), open_ledger(url):
        pass


def test_database_locked_by_another_program_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_extract.volume.ledger.connect.BUSY_MILLISECONDS", 50)
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        other = sqlite3.connect(tmp_path / "ledger.sqlite")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerBusy, match="locked"):
            ledger.begin("{}", [])
        other.rollback()
        other.close()
        assert ledger.begin("{}", []) == 1


def test_transactions_that_read_first_wait_for_another_program(tmp_path: Path) -> None:
    """Without a transaction for writing, SQLite would fail at once."""
    file = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA journal_mode = WAL")
    # Creating the tables and appending a reading both read first.
    with _locked(file), open_ledger(sqlite_url(tmp_path)) as ledger:
        run = ledger.begin("{}", [])
    with open_ledger(sqlite_url(tmp_path)) as ledger, _locked(file):
        number = ledger.add_reading(run, "s1", "k", StoredReading(packed([_record("x")]), 1.0))
        assert ledger.known("k") == {"s1": number}


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Another program's transaction. It ends while the code inside waits for it."""
    other = sqlite3.connect(file, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    end = threading.Timer(0.3, other.rollback)
    end.start()
    yield
    end.join()
    other.close()


@pytest.mark.parametrize(
    "bad", ["nonsense", "mysql+none://x/y", "sqlite:////no/such/folder/l.sqlite"]
)
def test_unusable_url_is_refused(bad: str) -> None:
    with pytest.raises((LedgerTrouble, MissingTool)), open_ledger(bad):
        pass


def test_unreachable_server_is_reported() -> None:
    with (
        pytest.raises(LedgerTrouble, match=r"does not answer: .*[^.]\. Check"),
        open_ledger("postgresql+psycopg://nobody:secret@127.0.0.1:1/none"),
    ):
        pass


def test_advisory_lock_is_a_valid_key_in_postgres() -> None:
    assert 0 < ADVISORY_LOCK < 2**63


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://u:geheim@127.0.0.1:1/x", "nosuch://u:geheim@h/x", "u:geheim@h//x"]
)
def test_a_password_is_never_shown(url: str) -> None:
    with pytest.raises((LedgerTrouble, MissingTool)) as caught, open_ledger(url):
        pass
    assert "geheim" not in str(caught.value)


def test_damaged_record_is_reported_with_advice(tmp_path: Path) -> None:
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        run = _run(ledger, _record())
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as database:
        database.execute("UPDATE records SET content = x'78da00'")
        database.commit()
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        with pytest.raises(LedgerTrouble, match="Move it away"):
            list(ledger.records_of(run))
        with pytest.raises(LedgerTrouble, match="Move it away"):
            ledger.history("a.pdf")


def test_migrations_make_the_same_tables_as_a_new_ledger(url: str) -> None:
    """The tables of a new ledger are created without Alembic: both ways must give the same."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION
    engine = engine_of(url)
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    with open_ledger(url) as ledger:
        assert _run(ledger, _record()) == 1


def test_tables_of_another_program_are_left_alone(tmp_path: Path) -> None:
    """A database with other tables gets ours, too."""
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as database:
        database.execute("CREATE TABLE theirs (x)")
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        assert _run(ledger, _record()) == 1
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM theirs").fetchone() == (0,)


def test_opening_a_ledger_does_not_import_alembic(tmp_path: Path) -> None:
    """Importing it takes longer than creating all tables."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from ocr_extract.volume.ledger import open_ledger, sqlite_url\n"
        f"for _ in range(2):\n"
        f"    with open_ledger(sqlite_url(Path({str(tmp_path)!r}))): pass\n"
        "assert 'alembic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_server_with_a_c_locale_returns_text(postgres: str) -> None:
    """SQL_ASCII: without an encoding of its own the driver returns bytes."""
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'")
        )
    engine.dispose()
    with open_ledger(postgres.rpartition("/")[0] + "/ascii") as ledger:
        run = _run(ledger, _record("fran\u00e7ais.pdf"))
        assert [r.document.name for r in ledger.records_of(run)] == ["fran\u00e7ais.pdf"]
