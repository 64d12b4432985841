"""Decisions in the ledger: stored once, in order, taken back, and held by one person at a time."""

import multiprocessing
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from ocr_extract.errors import BadDecision
from ocr_extract.volume.ledger import open_ledger
from ocr_extract.volume.ledger.connect import MIGRATIONS, engine_of, writing
from ocr_extract.volume.ledger.decisions import (
    NewDecision,
    Standing,
    StoredDecision,
    session_name,
)

SHA = "ab" * 32


def _new(message: str, value: str | None = "2025-05-19", **more: object) -> NewDecision:
    given = {"person": "Ed", "action": "set", **more}
    return NewDecision(message, SHA, 0, "date", value=value, **given)  # type: ignore[arg-type]


def test_the_same_message_is_stored_once_and_acknowledged_twice(url: str) -> None:
    with open_ledger(url, alone=False) as ledger:
        first = ledger.decisions.add([_new("m1")])
        assert ledger.decisions.add([_new("m1")]) == first
        assert [d.number for d in ledger.decisions.since()] == [first[0].number]
        with pytest.raises(BadDecision, match="another decision"):
            ledger.decisions.add([_new("m1", "2025-05-20")])


def test_several_decisions_are_stored_all_or_none(url: str) -> None:
    with open_ledger(url, alone=False) as ledger:
        with pytest.raises(BadDecision):
            ledger.decisions.add([_new("m1"), _new("x" * 81)])
        assert ledger.decisions.since() == ()


def test_a_later_decision_counts_only_if_it_knew_the_earlier_one(url: str) -> None:
    with open_ledger(url, alone=False) as ledger:
        (first,) = ledger.decisions.add([_new("m1")])
        ledger.decisions.add([_new("m2", "2025-05-20", person="Ann")])
        assert ledger.decisions.standing().of(first.key) == first
        (third,) = ledger.decisions.add([_new("m3", "2025-05-21", seen=first.number)])
        assert ledger.decisions.standing().of(first.key) == third
        ledger.decisions.add([_new("m4", None, action="undo", undoes=third.number)])
        assert ledger.decisions.standing().of(first.key) == first
        ledger.decisions.add([_new("m5", None, action="undo", undoes=first.number)])
        assert ledger.decisions.standing().of(first.key) is None
        assert ledger.decisions.standing().all() == ()
        assert len(ledger.decisions.since()) == 5


def test_standing_is_the_same_when_it_is_replayed_from_any_point() -> None:
    rng = random.Random(7)  # noqa: S311
    for _ in range(100):
        live, stored = Standing(), []
        for number in range(1, 30):
            field = rng.choice(("date", "signature"))
            stands = live.of((SHA, 0, field))
            undoes = rng.choice(stored).number if stored and rng.random() < 0.3 else None
            if undoes is not None:
                field = next(d.field for d in stored if d.number == undoes)
            decision = StoredDecision(
                f"m{number}", SHA, 0, field, "set" if undoes is None else "undo", str(number), "Ed",
                undoes=undoes, number=number,
                seen=stands.number if stands and rng.random() < 0.8 else None,
            )  # fmt: skip
            stored.append(decision)
            live.add(decision)
            assert Standing(stored).all() == live.all()


def test_an_item_is_held_by_one_session_until_it_ends(url: str) -> None:
    with open_ledger(url, alone=False) as ledger:
        decisions = ledger.decisions
        assert decisions.hold("i", "Ed", "s1", 0.0, 10.0)
        assert decisions.hold("i", "Ed", "s1", 1.0, 11.0)
        assert not decisions.hold("i", "Ann", "s2", 5.0, 20.0)
        assert decisions.held(5.0) == {"i": ("Ed", "s1", 11.0)}
        assert decisions.hold("i", "Ann", "s2", 11.0, 20.0)
        decisions.release("i", "s1")
        assert decisions.held(12.0) == {"i": ("Ann", "s2", 20.0)}
        decisions.release("i", "s2")
        assert decisions.held(12.0) == {}


def test_holds_of_processes_that_are_gone_end(url: str) -> None:
    gone = session_name("x").split("/")
    gone[1] = str(2**22 - 1)  # the largest process number of Linux; none runs here
    elsewhere = "another-machine/1/x"
    with open_ledger(url, alone=False) as ledger:
        for item, session in (("a", "/".join(gone)), ("b", elsewhere), ("c", session_name("y"))):
            assert ledger.decisions.hold(item, "Ed", session, 0.0, 10.0)
        ledger.decisions.end_lost_holds("Ann")
        assert set(ledger.decisions.held(1.0)) == {"b", "c"}
        ledger.decisions.end_lost_holds("Ed")
        assert set(ledger.decisions.held(1.0)) == {"b"}


def _hold_all(url: str, name: str, count: int, held: "multiprocessing.Queue[list[int]]") -> None:
    with open_ledger(url, alone=False) as ledger:
        own = [n for n in range(count) if ledger.decisions.hold(f"i{n}", name, name, 0.0, 10.0)]
    held.put(own)


def test_two_processes_never_hold_one_item(url: str) -> None:
    with open_ledger(url, alone=False):
        pass
    context = multiprocessing.get_context("spawn")
    held: multiprocessing.Queue[list[int]] = context.Queue()
    processes = [
        context.Process(target=_hold_all, args=(url, name, 60, held)) for name in ("Ed", "Ann")
    ]
    for process in processes:
        process.start()
    first, second = held.get(timeout=60), held.get(timeout=60)
    for process in processes:
        process.join()
    assert not set(first) & set(second)
    assert sorted(first + second) == list(range(60))


def _upgraded_from_0001(url: str) -> None:
    """Make the tables of the first version with two decisions, and bring them up to date."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = engine_of(url)
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for value in ("2025-05-18", "2025-05-19"):
            connection.execute(
                text(
                    "INSERT INTO decisions (made, sha256, part, field, value, person, note)"
                    " VALUES ('2025-01-01', :sha256, 0, 'date', :value, 'Ed', '')"
                ),
                {"sha256": SHA, "value": value},
            )
    engine.dispose()


def test_decisions_of_the_first_version_are_kept_and_the_last_one_counts(url: str) -> None:
    _upgraded_from_0001(url)
    with open_ledger(url) as ledger:
        first, second = ledger.decisions.since()
        assert (first.message, second.message) == ("v1-1", "v1-2")
        assert (second.action, second.seen) == ("set", first.number)
        standing = ledger.decisions.standing().of((SHA, 0, "date"))
        assert standing is not None
        assert standing.value == "2025-05-19"


def test_decisions_are_on_disk_when_they_are_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    with open_ledger(f"sqlite:///{file}", alone=False) as ledger:
        ledger.decisions.add([_new("m1")])
        with closing(sqlite3.connect(file)) as other:
            assert other.execute("SELECT value FROM decisions").fetchall() == [("2025-05-19",)]
