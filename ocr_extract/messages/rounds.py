"""Rounds of messages to the authors: who was asked when, for what, and who has answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ocr_extract.errors import BadMessage
from ocr_extract.messages.gather import Ask, AskedFor, shown
from ocr_extract.volume.ledger.messages import MessageState, StoredMessage

ASKED_STATES: frozenset[MessageState] = frozenset(("sent", "unknown", "handed_over"))
"""States in which an author has been asked, or may have been."""
PENDING_STATES: frozenset[MessageState] = frozenset(("prepared", "deferred", "sending"))
"""States in which a message still waits to be sent."""
MIN_PAUSE = timedelta(days=3)
"""Shortest time between the last message of a round and the next round (chosen: who was asked on a
Friday is not reminded on Sunday)."""


@dataclass(frozen=True)
class Asked:
    """A paper in the round that is being prepared: the round's number from 1, the days (ISO) on
    which its author was asked before, and what was asked last, if anything was.
    """

    round: int
    days: tuple[str, ...] = ()
    last: AskedFor | None = None

    def has_answered(self, ask: Ask) -> bool:
        """Whether a file came in since the author was asked: what is asked is about another one."""
        return self.last is not None and ask.asked_for.file not in ("", self.last.file)


def round_of(stored: Iterable[StoredMessage], *, remind: bool) -> int:
    """The number of the round that is being prepared. A reminder begins a new one when all messages
    of the last one have left the outbox; before that it is still the last one.
    """
    authors = [message for message in stored if message.kind == "author"]
    last = max((message.round for message in authors), default=0)
    waiting = any(m.round == last and m.state in PENDING_STATES for m in authors)
    return max(1, last + (remind and not waiting))


def require_pause(stored: Sequence[StoredMessage], round_: int) -> None:
    """Raises BadMessage when a round would begin less than MIN_PAUSE after somebody was asked in
    the one before: a command that is typed twice must not remind twice.
    """
    authors = [m for m in stored if m.kind == "author"]
    if any(m.round == round_ for m in authors):
        return
    asked = [m.changed for m in authors if m.state in ASKED_STATES]
    if asked and datetime.now(UTC) - datetime.fromisoformat(max(asked)) < MIN_PAUSE:
        raise BadMessage(
            f"Authors were asked last on {max(asked)[:10]}: too soon for a new round.",
            f"Wait for {MIN_PAUSE.days} days, or give --now to remind them at once.",
        )


def asked_before(stored: Iterable[StoredMessage], key: str, round_: int) -> Asked:
    """What a paper's author was asked in earlier rounds."""
    earlier = [
        m
        for m in stored
        if m.paper == key and m.kind == "author" and m.round < round_ and m.state in ASKED_STATES
    ]
    days = tuple(dict.fromkeys(message.changed[:10] for message in earlier))
    return Asked(round_, days, AskedFor.of(earlier[-1].asked) if earlier else None)


def asked_lines(
    stored: Sequence[StoredMessage], asks: Sequence[Ask], settled: frozenset[str]
) -> tuple[str, ...]:
    """A line for each author who was asked: when, for what, and whether an answer came."""
    by_key = {ask.paper.key: ask for ask in asks}
    last = {m.paper: m for m in stored if m.kind == "author" and m.state in ASKED_STATES}
    lines = []
    for key, message in last.items():
        asked = AskedFor.of(message.asked)
        words = " ".join(asked.codes).replace("_", " ")
        answer = "no answer yet"
        ask = by_key.get(key or "")
        if key in settled:
            answer = "answered, and in order"
        elif ask is not None and Asked(message.round, (), asked).has_answered(ask):
            answer = "answered: a new file came, and something is still open"
        day, times = message.changed[:10], f"round {message.round}"
        lines.append(shown(f"{key}: asked on {day} ({times}) about {words}: {answer}"))
    return tuple(lines)
