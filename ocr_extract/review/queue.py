"""The review queue: gives one open item after the other, and takes decisions.

Its state is what the ledger says: after a crash it opens at the first open item again. Every
decision is on disk before it is acknowledged, and is never changed afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from sqlalchemy import URL

from ocr_extract.decision.person import value_of
from ocr_extract.decision.typed_value import MAX_NAME, MAX_NOTE, one_line, stored_value
from ocr_extract.errors import BadDecision
from ocr_extract.records import Action
from ocr_extract.review.answers import Acknowledged, Counts, Typed
from ocr_extract.review.holding import Holds
from ocr_extract.review.item import Item, Versions, item_of
from ocr_extract.review.open_items import Audit, Slot, item_id
from ocr_extract.review.state import ReviewState
from ocr_extract.settings import Settings
from ocr_extract.volume.answer import Outcome, resolve_again
from ocr_extract.volume.ledger import Ledger, open_ledger, present_ledger, read_ledger
from ocr_extract.volume.ledger.decisions import Key, NewDecision, StoredDecision

MAX_FOUND = 20
"""Largest number of items that a search gives (chosen)."""


class ReviewQueue:
    """The open items of a ledger's last run, for one person. Open it with `ReviewQueue.open`, and
    close it; it is a context manager. All methods raise LedgerBusy or LedgerTrouble when the
    database fails.
    """

    def __init__(self, ledger: Ledger, holds: Holds, audit: Audit) -> None:
        self._ledger, self._holds, self._audit = ledger, holds, audit
        self._closing = ExitStack()
        self._where: str | Path = ""
        self._current: str | None = None
        self._load()

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        person: str,
        audit: float = 0.0,
        seed: int = 0,
        beside: bool = False,
        reading: bool = False,
        now: Callable[[], float] = time.time,
    ) -> ReviewQueue:
        """The queue of a ledger, by its URL or by the folder of its results. `audit` is the share
        (0..1) of accepted agreements that are asked about as well, chosen by a hash with `seed`.
        `beside`: the person has other queues of this process open, and their holds stay.
        `reading`: nothing will be decided; the ledger may be one that cannot be written.
        `now` gives seconds since 1970. Raises BadDecision without a name, and LedgerTrouble when
        there is no ledger or no run to review.
        """
        name = one_line(person, MAX_NAME)
        if not name:
            raise BadDecision("Nobody is named who decides.", "Give a name: --person NAME.")
        with ExitStack() as stack:
            url = ledger_url(where)
            opened = read_ledger(url) if reading else open_ledger(url, alone=False)
            ledger = stack.enter_context(opened)
            holds = Holds(ledger.decisions, name, now, beside=beside or reading)
            queue = cls(ledger, holds, Audit(audit, seed))
            queue._closing, queue._where = stack.pop_all(), where
        return queue

    def _load(self) -> None:
        """Take the state from the ledger. `_handed` has the decision that stood when an item was
        shown, by the item.
        """
        self._state = ReviewState(self._ledger, self.person, self._audit)
        self._handed: dict[str, int | None] = {}

    def __enter__(self) -> ReviewQueue:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the item that is held, and close the ledger."""
        try:
            self._holds.let_go()
        finally:
            self._closing.close()

    @property
    def person(self) -> str:
        """Who decides."""
        return self._holds.person

    # What is asked

    def next(self) -> Item | None:
        """The first open item that nobody else holds, and hold it: the same one until it is decided
        or skipped. None when there is none.
        """
        if self._current is not None and self._take(self._current):
            return self.item(self._current)
        self._current = None
        for name in self._holds.ended():
            self._state.open.put_back(name)
        while (first := self._state.open.take()) is not None:
            if self._take(first):
                return self.item(first)
        return None

    def _take(self, name: str) -> bool:
        """Hold an open item as the current one; False when it is settled, or others hold it. That
        it is open is only sure when it is held: who held it before had decided before.
        """
        if name not in self._state.open or not self._holds.hold(name):
            return False
        self._state.refresh()
        if name not in self._state.open:
            self._holds.let_go()
            return False
        self._current = name
        return True

    def peek(self, count: int = 1) -> tuple[Item, ...]:
        """The next items after the current one, for the client to prepare. They are not held."""
        self._state.refresh()
        held = self._holds.by_others()
        first = self._state.open.first(count + len(held) + 1)
        free = (name for name in first if name != self._current and name not in held)
        return tuple(self.item(name) for name in islice(free, count))

    def item(self, name: str) -> Item:
        """An item by its id, open or settled, or about any field of an agreement of the last run.
        Raises BadDecision when there is none.
        """
        slot = self._state.slot(name)
        standing = self._state.standing.of(slot.key)
        self._handed[name] = standing.number if standing else None
        item = item_of(name, slot.question, self._versions(slot), self._state.view, standing)
        return replace(item, path=slot.path)

    def _versions(self, slot: Slot) -> Versions:
        """The record of an item's agreement, with and without a decision about the item."""
        return Versions(*self._ledger.record_and_before(slot.record, slot.question.field))

    def open_items(self) -> Iterator[Item]:
        """All open items in their order, whoever holds them."""
        self._state.refresh()
        return (self.item(name) for name in self._state.open.in_order())

    def search(self, text: str) -> tuple[Item, ...]:
        """The first items, open or settled, of agreements with all of these words in file, paper,
        title or names; of the date where nothing is asked. At most MAX_FOUND.
        """
        self._state.refresh()
        return tuple(self.item(name) for name in islice(self._state.found(text), MAX_FOUND))

    def accepted(self, start: int, count: int) -> tuple[int, tuple[Item, ...]]:
        """How many agreements are accepted, and the items about the dates of some of them, from a
        place (from 0) in the order of the files.
        """
        names = self._state.accepted
        return len(names), tuple(self.item(name) for name in names[start : start + count])

    @property
    def settings(self) -> Settings:
        """The settings of the last run."""
        return self._state.read.settings

    def counts(self) -> Counts:
        """How much is open and settled now."""
        self._state.refresh()
        held = sum(name in self._state.open for name in self._holds.by_others())
        settled = len(self._state.slots) - len(self._state.open)
        by_question = {group: n for group, n in sorted(self._state.by_group.items()) if n}
        return Counts(len(self._state.open), settled, len(self._state.asked), held, by_question)

    # What is decided

    def preview(self, name: str, action: Action, value: str | None) -> str | None:
        """What would be stored, without storing it. Raises BadDecision when it is no value."""
        field = self._state.slot(name).question.field
        return stored_value(
            field, action, value, self._state.read.settings, self._state.view.papers
        )

    def decide(
        self,
        item: str,
        action: Action,
        value: str | None = None,
        note: str = "",
        message_id: str | None = None,
    ) -> Acknowledged:
        """Store a decision about an item. The same `message_id` sent twice is stored once. If
        somebody else has settled the item since it was shown, the decision is stored and does not
        count. Raises BadDecision when the value is none, or there is no such item.
        """
        self._state.refresh()
        typed = Typed(item, action, value, note, message_id or uuid4().hex, self._handed.get(item))
        (acknowledged,) = self.decide_all([self.check(typed)])
        stands = self._state.standing.of(self._state.slot(item).key)
        self._handed[item] = stands.number if stands else None
        return acknowledged

    def known_messages(self) -> Set[str]:
        """The ids of all messages that are stored."""
        self._state.refresh()
        return frozenset(self._state.messages)

    def last_of(self, key: Key) -> tuple[StoredDecision | None, int]:
        """The decision that stands about a content's field, and the number of the last decision
        that changed that: of itself, or of one that took another back; 0 without any.
        """
        standing = self._state.standing
        return standing.of(key), standing.changed(key)

    def check(self, typed: Typed) -> NewDecision:
        """The decision that would be stored. Everybody knows their own decisions: they overrule
        them. Raises BadDecision when it cannot be taken.
        """
        slot = self._state.slot(typed.item)
        value = self.preview(typed.item, typed.action, typed.value)
        versions, stands = self._versions(slot), self._state.standing.of(slot.key)
        item = item_of(slot.id, slot.question, versions, self._state.view, stands)
        return NewDecision(
            typed.message,
            *slot.key,
            typed.action,
            value,
            self.person,
            note=one_line(typed.note, MAX_NOTE),
            before=value_of(versions.before, slot.question.field),
            shown=item.shown_json(),
            seen=stands.number if stands and stands.person == self.person else typed.seen,
            path=slot.path,
            paper=slot.paper,
        )

    def decide_all(self, new: Sequence[NewDecision]) -> tuple[Acknowledged, ...]:
        """Store decisions in one transaction: all of them or, after an error, none."""
        stored = self._ledger.decisions.add(new)
        self._state.refresh()
        if self._current not in self._state.open:
            self._set_aside()
        return tuple(self._acknowledged(decision) for decision in stored)

    def _acknowledged(self, stored: StoredDecision) -> Acknowledged:
        """What became of a stored decision. To take one back always counts."""
        stands = self._state.standing.of(stored.key)
        counts = stored.action == "undo" or (stands is not None and stands.number == stored.number)
        undone = self._state.standing.is_undone(stored.number)
        by = stands.person if stands and not counts and not undone else None
        name = item_id(stored.key)
        return Acknowledged(stored.message, name, stored.number, stored.value, counts, by)

    def undo(self, message_id: str | None = None) -> Acknowledged:
        """Take back this person's last decision about the volume that is not taken back yet; its
        item is the next one, if nothing else settles it. Raises BadDecision when there is none.
        """
        self._state.refresh()
        if (known := self._state.undoings.get(message_id or "")) is not None:
            return self._acknowledged(known)
        while self._state.own and self._state.standing.is_undone(self._state.own[-1].number):
            self._state.own.pop()
        if not self._state.own:
            raise BadDecision(f"There is nothing that {self.person} can take back.")
        last = self._state.own[-1]
        message = message_id or uuid4().hex
        undoing = NewDecision(
            message, *last.key, "undo", None, self.person, undoes=last.number, path=last.path
        )
        (acknowledged,) = self.decide_all([undoing])
        if acknowledged.item in self._state.open:
            self._set_aside()
            self._current = acknowledged.item
        return acknowledged

    def _set_aside(self) -> None:
        """Let go of the current item; it stays open, in its place."""
        self._holds.let_go()
        if self._current is not None:
            self._state.open.put_back(self._current)
        self._current = None

    def skip(self) -> None:
        """Put the current item behind all others, for this session."""
        if self._current is not None:
            self._holds.let_go()
            self._state.open.skip(self._current)
            self._current = None

    def resolve(self) -> Outcome:
        """Resolve the volume again with all decisions, and go on with what is open then. No file is
        read. Raises LedgerBusy while a run uses the ledger.
        """
        with open_ledger(ledger_url(self._where)) as ledger:
            outcome = resolve_again(ledger)
        self.reload()
        return outcome

    @property
    def is_outdated(self) -> bool:
        """Whether a run has ended since: the volume was resolved again, or its files were read."""
        return self._state.is_outdated

    def reload(self) -> None:
        """Go on with what the last run found, after another program has run."""
        self._set_aside()
        skipped = self._state.open.skipped()
        self._load()
        for name in skipped:
            self._state.open.skip(name)


def ledger_url(where: str | Path) -> str | URL:
    """The URL of a ledger, from itself or from the folder of its results. Raises LedgerTrouble when
    there is no ledger in the folder.
    """
    if isinstance(where, str) and "://" in where:
        return where
    return present_ledger(Path(where))
