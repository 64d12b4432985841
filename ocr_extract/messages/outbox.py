"""Prepares messages: who is asked for what. They lie in the ledger's outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ocr_extract.messages.addresses import checked_address
from ocr_extract.messages.compose import (
    Editors,
    Sender,
    author_message,
    editors_message,
    form_of,
    webhook_message,
)
from ocr_extract.messages.flagged import flagged
from ocr_extract.messages.gather import Ask, last_run, require_roster
from ocr_extract.messages.rounds import (
    asked_before,
    asked_lines,
    round_of,
)
from ocr_extract.messages.templates import Templates
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.ledger.messages import Change, NewMessage, StoredMessage


@dataclass(frozen=True)
class Prepared:
    """What was prepared: `new` messages, `known` ones that were there before, `withdrawn` ones that
    nobody needs any more, the keys of papers without an address, those that were asked in this
    round about something else, and sentences about what a form does not say.
    """

    new: tuple[StoredMessage, ...] = ()
    known: tuple[StoredMessage, ...] = ()
    withdrawn: tuple[StoredMessage, ...] = ()
    without_address: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True)
class AuthorOptions:
    """How authors are asked: addresses by key that replace those of the roster, the blank form to
    fill in, and whether a new round begins.
    """

    addresses: Mapping[str, str]
    form: Path | None = None
    remind: bool = False


def prepare_authors(
    ledger: Ledger, sender: Sender, templates: Templates, options: AuthorOptions
) -> Prepared:
    """Prepare a message to each corresponding author who is asked for something. Raises BadMessage,
    also for an address that is none, with its paper.
    """
    run, stored = last_run(ledger), ledger.messages.all()
    require_roster(run)
    addresses = {
        ask.paper.key: address
        for ask in run.asks
        if (address := _address(ask.paper.key, ask.paper.email, options.addresses))
    }
    round_ = round_of(stored, remind=options.remind)
    outdated = _withdrawn(ledger, stored, {ask.paper.key: ask.fingerprint for ask in run.asks})
    own = _Round(round_, ledger.messages.all(), run.number, sender, templates, options.form)
    new: list[NewMessage] = []
    for ask in run.asks:
        if (address := addresses.get(ask.paper.key)) is not None:
            new += own.message(ledger, ask, address)
    keys = [ask.paper.key for ask in run.asks]
    added, _ = _added(ledger, new)
    return Prepared(
        added,
        withdrawn=(*outdated, *own.replaced),
        without_address=tuple(key for key in keys if key not in addresses),
        changed=tuple(a.paper.key for a in run.asks if _is_other(own.last(a), a.fingerprint)),
        troubles=tuple(dict.fromkeys(own.troubles)),
        known=tuple(own.known),
    )


@dataclass
class _Round:
    """The round that is being prepared. `known` collects messages that are left as they are,
    `replaced` those that waited and say something else now, `troubles` what a form does not say.
    """

    number: int
    stored: Sequence[StoredMessage]
    run: int
    sender: Sender
    templates: Templates
    form: Path | None
    known: list[StoredMessage] = field(default_factory=list)
    replaced: list[StoredMessage] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def _of_paper(self, ask: Ask) -> list[StoredMessage]:
        own = (m for m in self.stored if m.kind == "author" and m.round == self.number)
        return [m for m in own if m.paper == ask.paper.key]

    def last(self, ask: Ask) -> StoredMessage | None:
        """The paper's message of this round, unless it was withdrawn."""
        return next((m for m in self._of_paper(ask)[::-1] if m.state != "withdrawn"), None)

    def message(self, ledger: Ledger, ask: Ask, address: str) -> list[NewMessage]:
        """The message to a paper's author; none when there is one that says the same, or that has
        left the outbox: who was asked in this round is not asked again.
        """
        last = self.last(ask)
        revision = sum(m.state == "withdrawn" for m in self._of_paper(ask))
        if last is not None and last.state not in ("prepared", "deferred"):
            if last.state != "failed" or last.recipient == address:
                self.known.append(last)
                return []
            revision += 1
        new = self._composed(ask, address, revision)
        if last is None or last.state == "failed":
            return [new]
        if last.digest == hashlib.sha256(new.content).hexdigest():
            self.known.append(last)
            return []
        change = Change("withdrawn", "It was prepared anew.")
        if (withdrawn := ledger.messages.change(last, change)) is None:
            return []
        self.replaced.append(withdrawn)
        return [self._composed(ask, address, revision + 1)]

    def _composed(self, ask: Ask, address: str, revision: int) -> NewMessage:
        form = None
        if self.form is not None:
            form, left_empty = form_of(self.form, ask, self.sender)
            self.troubles += [f"{ask.paper.key}: {sentence}" for sentence in left_empty]
        asked = asked_before(self.stored, ask.paper.key, self.number)
        return author_message(
            self.run, ask, address, asked, self.sender, self.templates, form, revision
        )


def _is_other(message: StoredMessage | None, fingerprint: str) -> bool:
    """Whether a paper's author was asked in this round about something else than now."""
    return message is not None and message.state == "sent" and message.asked != fingerprint


def _address(key: str, email: str, addresses: Mapping[str, str]) -> str | None:
    """The address of a paper's author; None without one. Raises BadMessage when it is none."""
    own = addresses.get(key) or email.strip()
    return checked_address(own, f"Paper {key}") if own else None


def prepare_editors(
    ledger: Ledger,
    where: str | Path,
    address: str,
    sender: Sender,
    templates: Templates,
    command: str,
    addresses: Mapping[str, str],
) -> Prepared:
    """Prepare one message to the editors about the last run. `command` opens the review. Raises
    BadMessage.
    """
    editors = _editors(ledger, where, command, addresses)
    new = editors_message(last_run(ledger), editors, address, sender, templates, 1)
    return Prepared(*_added(ledger, [new]))


def prepare_webhook(
    ledger: Ledger,
    where: str | Path,
    url: str,
    shown_url: str,
    sender: Sender,
    addresses: Mapping[str, str],
) -> Prepared:
    """Prepare the same for a program. `shown_url` is the URL without secrets, as it is stored."""
    editors = _editors(ledger, where, "", addresses)
    new = webhook_message(last_run(ledger), editors, url, shown_url, sender, 1)
    return Prepared(*_added(ledger, [new]))


def _editors(
    ledger: Ledger, where: str | Path, command: str, addresses: Mapping[str, str]
) -> Editors:
    run = last_run(ledger)
    agreements, pictures, left_out = flagged(where)
    without = [a.paper.key for a in run.asks if not (a.paper.email or addresses.get(a.paper.key))]
    asked = asked_lines(ledger.messages.all(), run.asks, run.settled)
    return Editors(agreements, pictures, left_out, without, asked, command)


def _added(
    ledger: Ledger, new: Sequence[NewMessage]
) -> tuple[tuple[StoredMessage, ...], tuple[StoredMessage, ...]]:
    """Store messages. Returns the new ones, and those that were there before."""
    stored = ledger.messages.add(new)
    return tuple(m for m, is_new in stored if is_new), tuple(
        m for m, is_new in stored if not is_new
    )


def withdraw_outdated(ledger: Ledger) -> tuple[StoredMessage, ...]:
    """Withdraw messages to authors that wait and ask for something that the last run does not ask
    any more: an answer came in the meantime. Returns them.
    """
    run = last_run(ledger)
    if run.summary.status is None:
        return ()
    asks = {ask.paper.key: ask.fingerprint for ask in run.asks}
    return _withdrawn(ledger, ledger.messages.all(), asks)


def _withdrawn(
    ledger: Ledger, stored: Sequence[StoredMessage], asks: Mapping[str, str]
) -> tuple[StoredMessage, ...]:
    """Withdraw messages that wait to be sent and ask for something that is not asked any more."""
    outdated = [
        m
        for m in stored
        if m.kind == "author"
        and m.state in ("prepared", "deferred")
        and asks.get(m.paper or "") != m.asked
    ]
    change = Change("withdrawn", "It asks for something that is not asked any more.")
    return tuple(m for old in outdated if (m := ledger.messages.change(old, change)) is not None)
