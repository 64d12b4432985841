"""The review queue: its order, what it stores, and that its state is the ledger's."""

import json
import multiprocessing
import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from bench.review import store_open
from ocr_extract.errors import BadDecision, LedgerTrouble
from ocr_extract.records import Verdict
from ocr_extract.review.holding import HOLD_SECONDS
from ocr_extract.review.queue import ReviewQueue
from ocr_extract.volume.ledger import open_ledger, sqlite_url
from ocr_extract.volume.ledger.decisions import Standing
from tests.review.conftest import ReviewedVolume


def _names(queue: ReviewQueue) -> list[tuple[str, str]]:
    return [(item.record.document.name, item.question.field) for item in queue.open_items()]


def test_each_question_about_each_agreement_is_one_item(volume: ReviewedVolume) -> None:
    with volume.open() as queue:
        assert set(_names(queue)) == {
            ("feldmann25.txt", "date"), ("garcia25.txt", "date"),
            ("scan1.txt", "date"), ("scan1.txt", "paper"),
            ("scan2.txt", "date"), ("scan2.txt", "paper"),
        }  # fmt: skip
        counts = queue.counts()
    assert (counts.open, counts.settled, counts.by_question["date"]) == (6, 0, 4)


def test_items_that_settle_an_agreement_come_first(volume: ReviewedVolume) -> None:
    with volume.open() as queue:
        assert {name for name, _ in _names(queue)[:2]} == {"feldmann25.txt", "garcia25.txt"}
        item = next(i for i in queue.open_items() if i.record.document.name == "scan2.txt")
        queue.decide(item.id, "leave")
        names = [name for name, _ in _names(queue)]
        assert names.index("scan2.txt") < names.index("scan1.txt")
        queue.undo()
        fields = [field for _, field in _names(queue)[2:]]
        assert fields in (["date", "date", "paper", "paper"], ["paper", "paper", "date", "date"])


def test_item_has_what_a_person_needs(volume: ReviewedVolume) -> None:
    with volume.open() as queue:
        item = next(i for i in queue.open_items() if i.record.document.name == "garcia25.txt")
        shown = json.loads(item.to_json())
    assert item.sentence.startswith("Written 2015-05-28, probably meant 2025-05-28")
    assert item.codes == ("year_slip",)
    assert (item.choices[0].value, item.choices[-1].action) == ("2025-05-28", "ask")
    assert item.paper is not None
    assert (item.paper.key, item.form["title"]) == ("garcia25", item.paper.title)
    assert ("2025-05-29", 1) in item.days
    assert item.day == "2025-05-28"
    assert any("28 May 2015" in line for line in item.evidence)
    assert (shown["question"], shown["file"], shown["standing"]) == ("date", "garcia25.txt", None)


def test_next_gives_the_same_item_until_it_is_decided_or_skipped(volume: ReviewedVolume) -> None:
    with volume.open() as queue:
        first = queue.next()
        assert first is not None
        assert queue.next() == first
        assert first.id not in {item.id for item in queue.peek(10)}
        assert len(queue.peek(10)) == 5
        queue.skip()
        second = queue.next()
        assert second is not None
        assert second.id != first.id
        queue.decide(second.id, "leave")
        third = queue.next()
        assert third is not None
        assert third.id not in (first.id, second.id)
        assert [item.id for item in queue.open_items()][-1] == first.id


def test_typed_date_is_shown_as_it_is_stored_and_no_date_is_refused(
    volume: ReviewedVolume,
) -> None:
    with volume.open() as queue:
        item = queue.next()
        assert item is not None
        assert queue.preview(item.id, "set", "May 28, 2025") == "2025-05-28"
        with pytest.raises(BadDecision, match="no day"):
            queue.decide(item.id, "set", "soon")
        with pytest.raises(BadDecision, match="no item"):
            queue.decide("nonsense", "leave")
        with pytest.raises(BadDecision, match="no item"):
            queue.decide(f"{item.id}x", "leave")
        acknowledged = queue.decide(item.id, "set", "28 May 2025", "asked", "m1")
        assert (acknowledged.value, acknowledged.stands) == ("2025-05-28", True)
        assert queue.decide(item.id, "set", "28 May 2025", "asked", "m1") == acknowledged
        assert queue.counts().settled == 1
    with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
        (stored,) = ledger.decisions.since()
    assert (stored.person, stored.note, stored.path) == (
        "Ed", "asked", str(volume.folder / item.record.document.name)
    )  # fmt: skip
    assert stored.before == item.record.fields.date.value
    assert json.loads(stored.shown)["codes"] == list(item.codes)


def test_decided_item_changes_the_record_when_the_volume_is_resolved(
    volume: ReviewedVolume,
) -> None:
    with volume.open() as queue:
        item = next(i for i in queue.open_items() if i.record.document.name == "garcia25.txt")
        queue.decide(item.id, "set", "2025-05-28")
        outcome = queue.resolve()
        assert outcome.summary.status is not None
        assert outcome.summary.status.counts["accepted"] == 2
        settled = queue.item(item.id)
        assert settled.record.verdict is Verdict.ACCEPTED
        assert settled.standing is not None
        assert settled.standing.person == "Ed"
        assert queue.counts().settled == 1
        queue.undo()
        reopened = queue.next()
        assert reopened is not None
        assert reopened.id == item.id
        queue.resolve()
        assert ("garcia25.txt", "date") in _names(queue)


def test_undo_takes_back_one_decision_after_the_other(volume: ReviewedVolume) -> None:
    with volume.open() as queue:
        ids = [item.id for item in queue.open_items()][:3]
        for name in ids:
            queue.decide(name, "leave")
        first = queue.undo("u1")
        assert queue.undo("u1") == first
        assert [first.item, queue.undo().item, queue.undo().item] == ids[::-1]
        with pytest.raises(BadDecision, match="nothing that Ed can take back"):
            queue.undo()
        assert queue.counts().open == 6
    with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
        assert len(ledger.decisions.since()) == 6


def test_item_whose_decision_is_taken_back_is_asked_as_before(volume: ReviewedVolume) -> None:
    """Also when the volume was resolved with the decision: what is shown is what the program says,
    and not the person's value.
    """
    with volume.open() as queue:
        first = queue.next()
        assert first is not None
        queue.decide(first.id, "set", "2025-03-03")
        queue.resolve()
        assert first.id not in {item.id for item in queue.open_items()}
        assert queue.item(first.id).choices == first.choices
        assert queue.undo().item == first.id
        queue.reload()
        again = queue.next()
        assert again is not None
        assert (again.id, again.choices) == (first.id, first.choices)
        assert (again.sentence, again.evidence) == (first.sentence, first.evidence)
        queue.decide(first.id, "set", "2025-03-04")
    with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
        one, _, other = ledger.decisions.since()
    assert one.before == other.before == first.record.fields.date.value
    assert volume.resolved()[first.record.document.name].fields.date.value == "2025-03-04"


def test_run_of_another_program_is_noticed(volume: ReviewedVolume) -> None:
    with volume.open() as queue:
        assert not queue.is_outdated
        volume.resolved()
        assert not queue.is_outdated, "the same answer"
        queue.decide(next(queue.open_items()).id, "leave")
        volume.resolved()
        assert queue.is_outdated
        queue.reload()
        assert not queue.is_outdated


def test_ones_own_decision_on_another_page_is_overruled(volume: ReviewedVolume) -> None:
    with volume.open() as one, volume.open(beside=True) as other:
        item = one.next()
        assert item is not None
        seen = other.item(item.id)
        assert one.decide(item.id, "set", "2025-05-28").stands
        assert other.decide(seen.id, "set", "2025-05-27").stands


def test_two_people_never_hold_one_item(volume: ReviewedVolume) -> None:
    time = [1_000.0]
    with (
        volume.open("Ed") as first,
        ReviewQueue.open(volume.folder, person="Ann", now=lambda: time[0]) as second,
    ):
        own, other = first.next(), second.next()
        assert own is not None
        assert other is not None
        assert own.id != other.id
        assert second.counts().held == 1
        assert own.id not in {item.id for item in second.peek(10)}
        while (item := second.next()) is not None:
            assert item.id != own.id
            second.decide(item.id, "leave")
        assert second.counts().open == 1
        first.skip()
        item = second.next()
        assert item is not None
        assert item.id == own.id


def test_hold_ends_after_its_time(volume: ReviewedVolume) -> None:
    time = [1_000.0]
    with ReviewQueue.open(volume.folder, person="Ed", now=lambda: time[0]) as first:
        own = first.next()
        assert own is not None
        with ReviewQueue.open(volume.folder, person="Ann", now=lambda: time[0]) as second:
            while (item := second.next()) is not None:
                second.decide(item.id, "leave")
            time[0] += HOLD_SECONDS + 1
            item = second.next()
            assert item is not None
            assert item.id == own.id
            assert first.next() is None


def test_late_decision_is_stored_and_said(volume: ReviewedVolume) -> None:
    with volume.open("Ed") as first, volume.open("Ann") as second:
        item = first.next()
        assert item is not None
        seen = second.item(item.id)
        assert first.decide(item.id, "set", "2025-05-28").stands
        late = second.decide(seen.id, "set", "2025-05-27")
        assert (late.stands, late.settled_by) == (False, "Ed")
        assert late.sentence == "settled meanwhile by Ed"
        assert second.item(item.id).standing is not None
        knowing = second.decide(item.id, "set", "2025-05-27")
        assert knowing.stands
        assert first.undo().settled_by == "Ann" or first.item(item.id).standing is not None
    with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
        assert [d.value for d in ledger.decisions.since()][:3] == [
            "2025-05-28", "2025-05-27", "2025-05-27"
        ]  # fmt: skip


def test_everything_of_the_volume_is_found_and_can_be_decided(volume: ReviewedVolume) -> None:
    with volume.open() as queue:
        (item,) = queue.search("tanaka25 YUI")
        assert (item.question.kind, item.codes) == ("date", ())
        assert queue.decide(item.id, "set", "2025-05-30").stands
        assert queue.search("") == ()
        assert queue.search("nobody") == ()
        assert len(queue.search("scan1.txt")) == 2
    assert volume.resolved()["tanaka25.txt"].fields.date.value == "2025-05-30"


def test_audit_asks_about_accepted_agreements_without_saying_so(volume: ReviewedVolume) -> None:
    with volume.open(audit=1.0) as queue:
        (item,) = (i for i in queue.open_items() if i.record.document.name == "tanaka25.txt")
        assert item.codes == ()
        assert "audit" not in item.to_json()
        assert item.question.kind in ("date", "signature")
        queue.decide(item.id, "leave")
        assert queue.counts().open == 6
    with volume.open(audit=1.0) as queue:
        assert queue.counts().open == 6
    chosen = set()
    for seed in range(12):
        with volume.open(audit=0.3, seed=seed) as queue:
            chosen.add(queue.counts().open)
    assert chosen == {6, 7}


def test_queue_without_a_ledger_or_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerTrouble, match="no ledger"):
        ReviewQueue.open(tmp_path, person="Ed")
    with open_ledger(sqlite_url(tmp_path)):
        pass
    with pytest.raises(LedgerTrouble, match="no finished run"):
        ReviewQueue.open(tmp_path, person="Ed")
    with pytest.raises(BadDecision, match="Nobody"):
        ReviewQueue.open(tmp_path, person=" \n")


STEPS = st.lists(
    st.sampled_from(("decide", "ask", "undo", "skip", "next", "crash", "reopen")), max_size=15
)


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(STEPS, st.integers(0, 2**16))
def test_state_is_the_ledger_replayed_after_any_steps(
    volume: ReviewedVolume, steps: list[str], seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311
    with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
        begun = len(ledger.decisions.since())
    queue, stored, opened = volume.open(), 0, []
    opened.append(queue)
    for step in steps:
        if step in ("crash", "reopen"):
            if step == "reopen":
                opened.pop().close()
            queue = volume.open()
            opened.append(queue)
        elif step == "skip":
            queue.skip()
        elif step == "undo":
            try:
                queue.undo()
                stored += 1
            except BadDecision:
                pass
        elif (item := queue.next()) is not None and step != "next":
            queue.decide(item.id, "ask" if step == "ask" else "leave", note=str(rng.random()))
            stored += 1
    with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
        history = ledger.decisions.since()
    assert len(history) == begun + stored
    standing = {f"{d.sha256}.{d.part}.{d.field}" for d in Standing(history).all()}
    with volume.open() as fresh:
        opened_ids = [item.id for item in fresh.open_items()]
        assert {item.id for item in queue.open_items()} == set(opened_ids)
        assert not standing & set(opened_ids)
        assert fresh.counts().open + len(standing) == 6
        assert queue.counts().by_question == fresh.counts().by_question
        first = fresh.next()
        assert (first.id if first else None) == next(iter(opened_ids), None)
    for each in opened:
        each.close()


def _settle_all(url: str, person: str, decided: "multiprocessing.Queue[list[str]]") -> None:
    settled = []
    with ReviewQueue.open(url, person=person) as queue:
        while (item := queue.next()) is not None:
            assert queue.decide(item.id, "leave").stands
            settled.append(item.id)
    decided.put(settled)


def test_two_processes_settle_one_ledger_without_meeting(url: str) -> None:
    with open_ledger(url) as ledger:
        store_open(ledger, 12)
    context = multiprocessing.get_context("spawn")
    decided: Any = context.Queue()
    processes = [
        context.Process(target=_settle_all, args=(url, person, decided)) for person in ("Ed", "Ann")
    ]
    for process in processes:
        process.start()
    first, second = decided.get(timeout=120), decided.get(timeout=120)
    for process in processes:
        process.join()
    assert not set(first) & set(second)
    assert len(first) + len(second) == 16


@pytest.mark.parametrize("count", [10, 1_000])
def test_next_and_decide_take_as_many_statements_for_any_number_of_items(
    tmp_path: Path, count: int
) -> None:
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        store_open(ledger, count)
    statements: list[str] = []
    with ReviewQueue.open(tmp_path, person="Ed") as queue:
        assert queue.next() is not None

        @event.listens_for(Engine, "before_cursor_execute")
        def count_statement(_: object, __: object, statement: str, *___: object) -> None:
            statements.append(statement)

        try:
            for _ in range(4):
                item = queue.next()
                assert item is not None
                queue.decide(item.id, "leave")
        finally:
            event.remove(Engine, "before_cursor_execute", count_statement)
    assert len(statements) < 4 * 20


def _decide_until_killed(folder: Path, acknowledged: "multiprocessing.Queue[str]") -> None:
    with ReviewQueue.open(folder, person="Ed") as queue:
        for _ in range(3):
            item = queue.next()
            assert item is not None
            acknowledged.put(queue.decide(item.id, "leave").message)
        queue.next()
        acknowledged.put("holds the next one")
        signal.pause()


def test_killed_review_goes_on_at_the_first_open_item(volume: ReviewedVolume) -> None:
    context = multiprocessing.get_context("spawn")
    acknowledged: Any = context.Queue()
    process = context.Process(target=_decide_until_killed, args=(volume.folder, acknowledged))
    process.start()
    messages = [acknowledged.get(timeout=60) for _ in range(4)][:3]
    with volume.open("Ann") as other:
        assert other.counts().held == 1
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
        assert [d.message for d in ledger.decisions.since()] == messages
    with volume.open() as queue:
        counts = queue.counts()
        assert (counts.open, counts.settled, counts.held) == (3, 3, 0)
        item, ids = queue.next(), [item.id for item in queue.open_items()]
    assert item is not None
    assert item.id == ids[0]
