"""The trail: every decision and message is in it, and a later change shows."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from ocr_extract.volume.ledger import open_ledger, trail
from ocr_extract.volume.ledger.connect import MIGRATIONS, engine_of, writing
from ocr_extract.volume.ledger.decisions import NewDecision
from ocr_extract.volume.ledger.messages import Change
from tests.volume.ledger.message_factory import new_message


def _decision(message: str) -> NewDecision:
    return NewDecision(message, "ab" * 32, 0, "date", "set", "2025-05-19", "Ed")


def _fill(url: str) -> None:
    with open_ledger(url) as ledger:
        ledger.decisions.add([_decision("m1"), _decision("m2"), _decision("m1")])
        run = ledger.begin("{}", ["in"])
        ((message, _),) = ledger.messages.add([new_message(run, "a@example.org", "a25")])
        ledger.messages.change(message, Change("sent"))
        assert ledger.trail.faults() == ()


@contextmanager
def _changing(url: str) -> Iterator[Connection]:
    engine = engine_of(url)
    with writing(engine) as connection:
        yield connection
    engine.dispose()


def test_each_row_has_one_entry(url: str) -> None:
    _fill(url)
    with _changing(url) as connection:
        kinds = connection.execute(text('SELECT kind, "row" FROM trail ORDER BY id')).all()
    rows = [("decision", 1), ("decision", 2), ("message", 1), ("message_state", 1)]
    assert [kind for kind, _ in kinds] == [*(kind for kind, _ in rows), "message_state"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE decisions SET value = '2025-05-20' WHERE message = 'm1'", "was changed"),
        ("UPDATE decisions SET person = 'Al' WHERE message = 'm2'", "was changed"),
        ("DELETE FROM decisions WHERE message = 'm1'", "gone, and was not forgotten"),
        ("UPDATE messages SET recipient = 'x@example.org'", "was changed"),
        ("UPDATE messages SET state = 'prepared'", "not its last change"),
        ("DELETE FROM message_states WHERE state = 'sent'", "gone, and was not forgotten"),
        ("DELETE FROM trail WHERE id = 2", "does not follow"),
        ("UPDATE trail SET made = '2020-01-01' WHERE id = 1", "was changed"),
        (
            """INSERT INTO decisions (made, sha256, part, field, person, note, message, action)
            VALUES ('2025-01-01', 'x', 0, 'date', 'Ed', '', 'm9', 'leave')""",
            "no entry",
        ),
    ],
)
def test_a_later_change_shows(url: str, change: str, why: str) -> None:
    _fill(url)
    with _changing(url) as connection:
        connection.execute(text(change))
    with open_ledger(url) as ledger:
        assert any(why in broken.why for broken in ledger.trail.faults())


def test_entries_without_a_table_keep_their_content(url: str) -> None:
    _fill(url)
    with _changing(url) as connection:
        trail.append(connection, "handed_over", 7, {"to": "the series"}, keep=True)
        trail.append(connection, "looked_at", 7, {"by": "Ed"})
    with open_ledger(url) as ledger:
        assert ledger.trail.faults() == ()
        assert ledger.trail.head().number > 0
    with _changing(url) as connection:
        connection.execute(text("UPDATE trail SET content = '{}' WHERE kind = 'handed_over'"))
    with open_ledger(url) as ledger:
        assert [broken.why for broken in ledger.trail.faults()] == ["The handed_over was changed."]


def _write(url: str, name: str, count: int) -> None:
    with open_ledger(url, alone=False) as ledger:
        for number in range(count):
            ledger.decisions.add([_decision(f"{name}{number}")])


def test_two_writers_do_not_fork_the_chain(url: str) -> None:
    with open_ledger(url):
        pass
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(url, name, 25)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with open_ledger(url) as ledger:
        assert len(ledger.decisions.since()) == 50
        assert ledger.trail.faults() == ()


def test_rows_of_an_earlier_version_are_chained(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _changing(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in (
            """INSERT INTO runs (started, state, program, settings, inputs)
            VALUES ('2025-01-01', 'done', '1', '{}', '[]')""",
            """INSERT INTO decisions (made, sha256, part, field, value, person, note, message)
            VALUES ('2025-01-01', 'ab', 0, 'date', '2025-01-02', 'Ed', '', 'm1')""",
            """INSERT INTO messages (sent, run_id, recipient, subject, paper)
            VALUES ('2025-01-03', 1, 'a@example.org', 'Sign', 'a25')""",
        ):
            connection.execute(text(statement))
    with open_ledger(url) as ledger:
        assert ledger.trail.faults() == ()
        assert ledger.trail.head().number == 3
        (message,) = ledger.messages.all()
        assert (message.state, message.paper, message.made) == ("sent", "a25", "2025-01-03")
