"""Prepares messages: who is asked for what. They lie in the ledger's outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from ocr_extract.messages.addresses import is_address
from ocr_extract.messages.compose import (
    Editors,
    Sender,
    author_message,
    editors_message,
    form_of,
    webhook_message,
)
from ocr_extract.messages.eml import Attachment
from ocr_extract.messages.flagged import flagged
from ocr_extract.messages.gather import (
    Ask,
    LastRun,
    last_run,
    rejected_files,
    require_roster,
    shown,
)
from ocr_extract.messages.rounds import (
    asked_before,
    asked_lines,
    require_pause,
    round_of,
)
from ocr_extract.messages.templates import Templates
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.ledger.messages import Change, NewMessage, StoredMessage


@dataclass(frozen=True)
class Prepared:
    """What was prepared: `new` messages, `known` ones that were there before, `withdrawn` ones that
    nobody needs any more, the keys of papers without an address, those that were asked in this
    round about something else, sentences about what a form does not say, and the papers (key, text)
    with a text in place of an address that is none.
    """

    new: tuple[StoredMessage, ...] = ()
    known: tuple[StoredMessage, ...] = ()
    withdrawn: tuple[StoredMessage, ...] = ()
    without_address: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    bad_addresses: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AuthorOptions:
    """How authors are asked: addresses by key that replace those of the roster, the blank form to
    fill in, whether a new round begins, and that even when the last one was a short time ago.
    """

    addresses: Mapping[str, str]
    form: Path | None = None
    remind: bool = False
    at_once: bool = False


def prepare_authors(
    ledger: Ledger, sender: Sender, templates: Templates, options: AuthorOptions
) -> Prepared:
    """Prepare a message to each corresponding author who is asked for something. Raises BadMessage,
    also for a reminder that comes too soon.
    """
    run, stored = last_run(ledger), ledger.messages.all()
    require_roster(run)
    given = {ask.paper.key: _address(ask, options.addresses) for ask in run.asks}
    addresses = {key: address for key, address in given.items() if is_address(address)}
    round_ = round_of(stored, remind=options.remind)
    if options.remind and not options.at_once:
        require_pause(stored, round_)
    outdated = _withdrawn(ledger, stored, {ask.paper.key: ask.asked_for.text for ask in run.asks})
    own = _Round(round_, ledger.messages.all(), run, sender, templates, options.form)
    new: list[NewMessage] = []
    for ask in run.asks:
        if (address := addresses.get(ask.paper.key)) is not None:
            new += own.message(ledger, ask, address)
    added, _ = _added(ledger, new)
    return Prepared(
        added,
        withdrawn=(*outdated, *own.replaced),
        without_address=tuple(key for key, address in given.items() if not address),
        bad_addresses=tuple((k, a) for k, a in given.items() if a and k not in addresses),
        changed=tuple(a.paper.key for a in run.asks if _is_other(own.last(a), a)),
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
    run: LastRun
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
        form = self._form(ask)
        new = self._composed(ask, address, revision, form)
        if last is None or last.state == "failed":
            return [new]
        if last.digest == hashlib.sha256(new.content).hexdigest():
            self.known.append(last)
            return []
        change = Change("withdrawn", "It was prepared anew.")
        if (withdrawn := ledger.messages.change(last, change)) is None:
            return []
        self.replaced.append(withdrawn)
        return [self._composed(ask, address, revision + 1, form)]

    def _form(self, ask: Ask) -> Attachment | None:
        """The form, filled in for the paper; None when no blank one is given."""
        if self.form is None:
            return None
        form, left_empty = form_of(self.form, ask, self.sender)
        self.troubles += [f"{shown(ask.paper.key, 120)}: {sentence}" for sentence in left_empty]
        return form

    def _composed(
        self, ask: Ask, address: str, revision: int, form: Attachment | None
    ) -> NewMessage:
        asked = asked_before(self.stored, ask.paper.key, self.number)
        return author_message(
            self.run, ask, address, asked, self.sender, self.templates, form, revision
        )


def _is_other(message: StoredMessage | None, ask: Ask) -> bool:
    """Whether a paper's author was asked in this round about something else than now."""
    return message is not None and message.state == "sent" and message.asked != ask.asked_for.text


def _address(ask: Ask, addresses: Mapping[str, str]) -> str:
    """The address of a paper's author as it is given; "" without one."""
    return (addresses.get(ask.paper.key) or ask.paper.email).strip()


def prepare_editors(
    ledger: Ledger,
    where: str | Path,
    address: str,
    sender: Sender,
    templates: Templates,
    command: str,
    addresses: Mapping[str, str],
) -> Prepared:
    """Prepare one message to the editors about the last run, and withdraw those that still wait and
    say something else. `command` opens the review. Raises BadMessage.
    """
    run, editors = last_run(ledger), _editors(ledger, where, command, addresses)
    return _replacing(
        ledger, lambda n: editors_message(run, editors, address, sender, templates, n)
    )


def prepare_webhook(
    ledger: Ledger,
    where: str | Path,
    url: str,
    shown_url: str,
    sender: Sender,
    addresses: Mapping[str, str],
) -> Prepared:
    """Prepare the same for a program. `shown_url` is the URL without secrets, as it is stored."""
    run, editors = last_run(ledger), _editors(ledger, where, "", addresses)
    return _replacing(ledger, lambda n: webhook_message(run, editors, url, shown_url, sender, n))


def _replacing(ledger: Ledger, composed: Callable[[int], NewMessage]) -> Prepared:
    """Store a message about the volume, and withdraw others of its kind that wait. One that says
    the same and was withdrawn counts for nothing: the next revision is stored.
    """
    stored = ledger.messages.all()
    gone = {message.message_id for message in stored if message.state == "withdrawn"}
    new = next(m for m in map(composed, count()) if m.message_id not in gone)
    others = [m for m in stored if m.kind == new.kind and m.message_id != new.message_id]
    withdrawn = _withdraw(ledger, others, "It was prepared anew.")
    added, known = _added(ledger, [new])
    return Prepared(added, known, withdrawn)


def _withdraw(
    ledger: Ledger, messages: Sequence[StoredMessage], why: str
) -> tuple[StoredMessage, ...]:
    """Withdraw those of the messages that wait to be sent. Returns them."""
    waiting = [m for m in messages if m.state in ("prepared", "deferred")]
    after = (ledger.messages.change(m, Change("withdrawn", why)) for m in waiting)
    return tuple(m for m in after if m is not None)


def _editors(
    ledger: Ledger, where: str | Path, command: str, addresses: Mapping[str, str]
) -> Editors:
    run, stored = last_run(ledger), ledger.messages.all()
    agreements, pictures, left_out = flagged(where)
    written = {m.paper for m in stored if m.kind == "author" and m.state != "withdrawn"}
    without = [
        ask.paper.key
        for ask in run.asks
        if ask.paper.key not in written and not is_address(_address(ask, addresses))
    ]
    asked = asked_lines(stored, run.asks, run.settled)
    rejected = rejected_files(ledger, run)
    return Editors(agreements, pictures, left_out, without, asked, command, rejected)


def _added(
    ledger: Ledger, new: Sequence[NewMessage]
) -> tuple[tuple[StoredMessage, ...], tuple[StoredMessage, ...]]:
    """Store messages. Returns the new ones, and those that were there before."""
    stored = ledger.messages.add(new)
    return tuple(m for m, is_new in stored if is_new), tuple(
        m for m, is_new in stored if not is_new
    )


def withdraw_outdated(ledger: Ledger) -> tuple[StoredMessage, ...]:
    """Withdraw messages that wait and are outdated: to authors, when the last run does not ask that
    any more, because an answer came; about the volume, when they are of an earlier run. Returns
    them.
    """
    run, stored = last_run(ledger), ledger.messages.all()
    earlier = [m for m in stored if m.kind != "author" and m.run != run.number]
    withdrawn = _withdraw(ledger, earlier, "It is about an earlier run: prepare it again.")
    if run.summary.status is None:
        return withdrawn
    asks = {ask.paper.key: ask.asked_for.text for ask in run.asks}
    return (*_withdrawn(ledger, stored, asks), *withdrawn)


def _withdrawn(
    ledger: Ledger, stored: Sequence[StoredMessage], asks: Mapping[str, str]
) -> tuple[StoredMessage, ...]:
    """Withdraw messages that wait to be sent and ask for something that is not asked any more."""
    outdated = [m for m in stored if m.kind == "author" and asks.get(m.paper or "") != m.asked]
    return _withdraw(ledger, outdated, "It asks for something that is not asked any more.")
