"""The outbox in the ledger: stored once, its states follow each other, and no change is lost."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_extract.errors import LedgerBusy, LedgerTrouble
from ocr_extract.volume.ledger import Ledger, open_ledger
from ocr_extract.volume.ledger.messages import NEXT_STATES, Change, MessageState
from tests.volume.ledger.message_factory import new_message


def _added(ledger: Ledger, paper: str = "a25") -> int:
    run = ledger.begin("{}", ["in"])
    ((message, is_new),) = ledger.messages.add([new_message(run, "a@example.org", paper)])
    assert is_new
    return message.number


def test_a_message_with_the_same_id_is_stored_once(url: str) -> None:
    with open_ledger(url) as ledger:
        number = _added(ledger)
        again = replace(new_message(1, "other@example.org", "a25"), subject="Another one")
        ((message, is_new),) = ledger.messages.add([again])
        assert (message.number, message.recipient, is_new) == (number, "a@example.org", False)
        assert len(ledger.messages.all()) == 1
        assert ledger.messages.content(number).startswith(b"To: a@example.org")


def test_every_change_of_state_is_kept(url: str) -> None:
    with open_ledger(url) as ledger:
        message = ledger.messages.begin(_added(ledger), 0.0)
        assert message is not None
        deferred = ledger.messages.change(message, Change("deferred", "451 later", 1800.0))
        assert deferred is not None
        assert ledger.messages.begin(message.number, 1799.0) is None
        again = ledger.messages.begin(message.number, 1800.0)
        assert again is not None
        assert again.attempts == 2
        handed = ledger.messages.change(again, Change("handed_over"))
        assert handed is not None
        ledger.messages.change(handed, Change("sent", "250 ok"))
        states = [(state, reply) for _, state, reply in ledger.messages.changes(message.number)]
        assert states == [
            ("prepared", ""), ("sending", ""), ("deferred", "451 later"), ("sending", ""),
            ("handed_over", ""), ("sent", "250 ok"),
        ]  # fmt: skip
        assert ledger.trail.faults() == ()


def test_a_sender_that_was_thought_dead_changes_nothing(url: str) -> None:
    with open_ledger(url) as ledger:
        old = ledger.messages.begin(_added(ledger), 0.0)
        assert old is not None
        with ledger.messages.sending_alone():
            new = ledger.messages.begin(old.number, 0.0)
            assert new is not None
            assert ledger.messages.change(old, Change("handed_over")) is None
            assert ledger.messages.change(new, Change("handed_over")) is not None


def test_what_a_dead_sender_left_is_put_in_order(url: str) -> None:
    with open_ledger(url) as ledger:
        first, second = _added(ledger, "a25"), _added(ledger, "b25")
        assert ledger.messages.begin(first, 0.0) is not None
        sending = ledger.messages.begin(second, 0.0)
        assert sending is not None
        ledger.messages.change(sending, Change("handed_over"))
        with ledger.messages.sending_alone():
            assert [m.state for m in ledger.messages.all()] == ["prepared", "unknown"]


def test_only_one_program_sends(url: str) -> None:
    with open_ledger(url, alone=False) as first, open_ledger(url, alone=False) as second:
        with (
            first.messages.sending_alone(),
            pytest.raises(LedgerBusy, match="sending"),
            second.messages.sending_alone(),
        ):
            pass
        with second.messages.sending_alone():
            pass


def test_sent_messages_stay_sent(url: str) -> None:
    with open_ledger(url) as ledger:
        message = ledger.messages.of(_added(ledger))
        sent = ledger.messages.change(message, Change("sent", "by hand"))
        assert sent is not None
        assert ledger.messages.begin(sent.number, 1e12) is None
        for state in NEXT_STATES:
            with pytest.raises(LedgerTrouble, match="cannot become"):
                ledger.messages.change(sent, Change(state))
        with pytest.raises(LedgerTrouble, match="no message"):
            ledger.messages.of(99)


@settings(max_examples=25)
@given(st.lists(st.sampled_from(sorted(NEXT_STATES)), max_size=12))
def test_states_only_follow_as_they_may(wanted: list[MessageState]) -> None:
    with open_ledger("sqlite://") as ledger:
        message = ledger.messages.of(_added(ledger))
        expected: list[str] = ["prepared"]
        for state in wanted:
            if state not in NEXT_STATES[message.state]:
                with pytest.raises(LedgerTrouble):
                    ledger.messages.change(message, Change(state))
                continue
            changed = ledger.messages.change(message, Change(state))
            assert changed is not None
            message = changed
            expected.append(state)
        assert [state for _, state, _ in ledger.messages.changes(message.number)] == expected
        assert ledger.trail.faults() == ()
