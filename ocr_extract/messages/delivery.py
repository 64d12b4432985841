"""Sends what is prepared, each message once, and stores what became of it.

A message's state is on disk before each step. A program that is killed while it sends leaves
`sending` (nothing was handed over) or `handed_over` (nobody knows). The next one puts that in
order.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ocr_extract.errors import LedgerBusy, LedgerTrouble, NotSent
from ocr_extract.messages.eml import DOMAIN, to_send, with_id
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.ledger.messages import (
    NEXT_STATES,
    Change,
    MessageKind,
    MessageState,
    StoredMessage,
)

DEFERRED_SECONDS = 1800.0
"""Shortest time until a deferred message is tried again, in seconds (defined by RFC 5321, 4.5.4.1:
30 minutes at least)."""
Handed = Literal["no", "begun"]
"""Whether the content of a message began to be handed over."""


@dataclass(frozen=True)
class Delivered:
    """What became of a message: its new state, and the server's words. `prepared` means that the
    connection was lost before anything was handed over.
    """

    state: MessageState
    reply: str


class Transport(Protocol):
    """What brings messages to a server."""

    def open(self) -> None:
        """Connect, unless connected. Raises NotSent."""

    def close(self) -> None:
        """End the connection."""

    def drop(self) -> None:
        """End the connection at once, without a word."""

    def send(self, recipient: str, content: bytes, hand_over: Callable[[], None]) -> Delivered:
        """Send one message. `hand_over` is called just before the first byte of its content."""


@dataclass(frozen=True)
class Sending:
    """What is sent, and how: the kinds of messages; only the papers, or recipients, or numbers in
    `only`; to `instead` in a rehearsal; at most `rate` a minute (0: no limit); also what was
    deferred a short time ago with `at_once`. `sender` is for messages that name none. A webhook's
    messages are only those for the URL with the mark `webhook`, unless it is "".
    """

    kinds: tuple[MessageKind, ...] = ("editors", "author")
    only: frozenset[str] = frozenset()
    instead: str = ""
    rate: float = 0.0
    at_once: bool = False
    sender: tuple[str, str] = ("", "")
    webhook: str = ""
    sleep: Callable[[float], None] = field(default=time.sleep)


@dataclass(frozen=True)
class Sent:
    """What became of the messages: how many by state, each one that is not sent, and the error that
    ended it early.
    """

    counts: Mapping[str, int]
    open: tuple[StoredMessage, ...]
    stopped: str = ""


def due(ledger: Ledger, sending: Sending, now: float) -> tuple[StoredMessage, ...]:
    """The messages that would be sent now (`now` is in seconds since 1970)."""
    waiting = [m for m in ledger.messages.all() if m.state in ("prepared", "deferred")]
    limit = float("inf") if sending.at_once else now
    return tuple(
        m
        for m in waiting
        if m.kind in sending.kinds
        and (m.not_before or 0.0) <= limit
        and (m.kind != "webhook" or sending.webhook in ("", m.asked))
        and (not sending.only or sending.only & {m.paper or "", m.recipient, str(m.number)})
    )


def send(ledger: Ledger, transport: Transport, sending: Sending) -> Sent:
    """Send every message that is due, and store what became of it. Raises LedgerBusy when another
    program is sending, and NotSent when the first connection fails: then nothing was sent.
    """
    with ledger.messages.sending_alone():
        messages = due(ledger, sending, time.time())
        try:
            sent = _send_all(ledger, transport, sending, messages)
            transport.close()
            return sent
        finally:
            transport.drop()


def _send_all(
    ledger: Ledger, transport: Transport, sending: Sending, messages: Sequence[StoredMessage]
) -> Sent:
    counts: Counter[str] = Counter()
    unsent: list[StoredMessage] = []
    for place, message in enumerate(messages):
        if place and sending.rate:
            sending.sleep(60.0 / sending.rate)
        try:
            transport.open()
        except NotSent as error:
            if not place:
                raise
            return Sent(counts, tuple(unsent), str(error))
        deliver = _rehearsed if sending.instead else _delivered
        delivered, after = deliver(ledger, transport, sending, message)
        counts[delivered.state] += 1
        if delivered.state != "sent":
            unsent.append(after)
        if delivered.state == "prepared":
            return Sent(counts, tuple(unsent), delivered.reply)
    return Sent(counts, tuple(unsent))


def _delivered(
    ledger: Ledger, transport: Transport, sending: Sending, message: StoredMessage
) -> tuple[Delivered, StoredMessage]:
    """Send one message and store each step."""
    now = time.time()
    # Read before it is claimed: from then on forgetting its paper does not withdraw it.
    content = _content(ledger, message, sending, now)
    claimed = ledger.messages.begin(message.number, float("inf") if sending.at_once else now)
    if claimed is None:
        raise LedgerBusy(f"Message {message.number} was changed meanwhile.", "Send again.")
    states = [claimed]

    def step(change: Change) -> None:
        after = ledger.messages.change(states[-1], change)
        if after is None:
            raise LedgerBusy(f"Message {message.number} was changed meanwhile.", "Send again.")
        states.append(after)

    delivered = transport.send(message.recipient, content, lambda: step(Change("handed_over")))
    not_before = time.time() + DEFERRED_SECONDS if delivered.state == "deferred" else None
    step(Change(delivered.state, delivered.reply, not_before))
    return delivered, states[-1]


def _rehearsed(
    ledger: Ledger, transport: Transport, sending: Sending, message: StoredMessage
) -> tuple[Delivered, StoredMessage]:
    """Send one message to somebody else, with an id of its own: a mail program that has seen it
    must not hide the real one. Its state stays as it is.
    """
    own_id = f"<rehearsal-{secrets.token_hex(12)}@{DOMAIN}>"
    content = with_id(_content(ledger, message, sending, time.time()), message.message_id, own_id)
    return transport.send(sending.instead, content, lambda: None), message


def _content(ledger: Ledger, message: StoredMessage, sending: Sending, now: float) -> bytes:
    content = ledger.messages.content(message.number)
    return content if message.kind == "webhook" else to_send(content, sending.sender, now)


def require_next(message: StoredMessage, state: MessageState) -> None:
    """Raises LedgerTrouble when a message in its state cannot become `state`."""
    if state not in NEXT_STATES[message.state]:
        raise LedgerTrouble(
            f"Message {message.number} is {message.state}: it cannot become {state}.",
            "`ocr-extract notify --list` shows the states.",
        )


def decide(ledger: Ledger, number: int, state: MessageState, person: str) -> StoredMessage:
    """A person says what became of a message: `sent`, or `prepared` to send it again. Raises
    LedgerTrouble when its state does not allow it, and LedgerBusy while a program is sending.
    """
    with ledger.messages.sending_alone():
        message = ledger.messages.of(number)
        after = ledger.messages.change(message, Change(state, f"decided by {person}"))
    if after is None:
        raise LedgerBusy(f"Message {number} was changed meanwhile.", "Look at it again.")
    return after
