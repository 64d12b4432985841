"""The state of a review: what the last run found, and what people decided since, replayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ocr_extract.decision.typed_value import FIELDS, one_line
from ocr_extract.errors import BadDecision
from ocr_extract.records import Verdict
from ocr_extract.review.item import VolumeView, question_about
from ocr_extract.review.open_items import (
    Audit,
    OpenItems,
    Slot,
    any_slot,
    item_id,
    slot_about,
    slots_of,
)
from ocr_extract.volume.answer import ReadVolume, last_volume
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.ledger.decisions import Standing, StoredDecision

REOPEN = "Open the review again, and decide what is open now."
"""What to do when an item is not known."""
MAX_SHOWN = 120
"""Number of characters of a wrong id that a message shows (chosen)."""


class ReviewState:
    """All items of the last run by their ids (`slots`), all its agreements, which items are open,
    the decision that stands for each, what this person decided (`own`) and took back (`undoings`,
    by message), which items are settled by asking the author, and the ids of all messages. Raises
    LedgerTrouble when there is no run to review.
    """

    def __init__(self, ledger: Ledger, person: str, audit: Audit) -> None:
        """Read the last run's records, and all decisions."""
        self._ledger, self._person = ledger, person
        self.run, self.read = last_volume(ledger)
        self.standing, self._last = Standing(), 0
        self.own: list[StoredDecision] = []
        self.messages: set[str] = set()
        self.undoings: dict[str, StoredDecision] = {}
        before = ledger.decisions.since()
        decided: dict[tuple[str, int], list[str]] = {}
        for stored in Standing(before).all():
            decided.setdefault(stored.key[:2], []).append(stored.field)
        self.slots: dict[str, Slot] = {}
        self.agreements: dict[tuple[str, int], Slot] = {}
        self.accepted: list[str] = []
        days: Counter[str] = Counter()
        for number, path, part, record in ledger.numbered_records(self.run):
            if (any_one := any_slot(number, path, part, record)) is None:
                continue
            if self.agreements.setdefault(any_one.agreement, any_one) is any_one:
                self.accepted += [any_one.id] if record.verdict is Verdict.ACCEPTED else []
            worked_in = [d.field for d in record.decisions if not d.void]
            asked = (*decided.get(any_one.agreement, ()), *worked_in)
            for slot in slots_of(any_one, record, audit, asked):
                self.slots.setdefault(slot.id, slot)
            if record.fields.date.precision == "day" and record.fields.date.value:
                days[record.fields.date.value] += 1
        self.view = _view_of(self.read, days)
        self.open = OpenItems(self.slots.values())
        self.by_group = Counter(slot.group for slot in self.slots.values())
        self.asked: set[str] = set()
        self._replay(before)

    @property
    def is_outdated(self) -> bool:
        """Whether another run has ended since: of this program, or of another one."""
        last = self._ledger.last_done()
        return last is not None and last.source != self.run

    def refresh(self) -> None:
        """Take over what was decided since, by anybody."""
        self._replay(self._ledger.decisions.since(self._last))

    def _replay(self, stored: Sequence[StoredDecision]) -> None:
        for decision in stored:
            self._last = decision.number
            self.standing.add(decision)
            self.messages.add(decision.message)
            self._note_own(decision)
            name = item_id(decision.key)
            if name in self.slots:
                self._settle(name, self.standing.of(decision.key))

    def _note_own(self, decision: StoredDecision) -> None:
        """Remember what this person can take back, and has taken back."""
        if decision.person != self._person or decision.key[:2] not in self.agreements:
            return
        if decision.action != "undo":
            self.own.append(decision)
            return
        self.undoings[decision.message] = decision

    def _settle(self, name: str, standing: StoredDecision | None) -> None:
        """An item is settled by the decision that stands, or open without one."""
        group = self.slots[name].group
        if standing is not None and name in self.open:
            self.open.close(name)
            self.by_group[group] -= 1
        elif standing is None and name not in self.open:
            self.open.reopen(name)
            self.by_group[group] += 1
        self.asked.discard(name)
        if standing is not None and standing.action == "ask":
            self.asked.add(name)

    def slot(self, name: str) -> Slot:
        """The slot of an item, also of one that is not asked: anything of an agreement of the last
        run can be decided. Raises BadDecision when there is none.
        """
        if name in self.slots:
            return self.slots[name]
        sha256, _, rest = name.partition(".")
        part, _, field = rest.partition(".")
        number = int(part) if part.isascii() and part.isdigit() and len(part) < 9 else -1
        any_one = self.agreements.get((sha256, number))
        slot = slot_about(any_one, question_about(field)) if any_one and field in FIELDS else None
        if slot is None or slot.id != name:
            raise BadDecision(
                f"There is no item “{one_line(name[:MAX_SHOWN], MAX_SHOWN)}”.", REOPEN
            )
        return slot

    def found(self, text: str) -> Iterator[str]:
        """The ids of the items, open or settled, of the agreements with all of these words in file,
        paper, title or names; of the date where nothing is asked.
        """
        words = text.casefold().split()
        by_agreement: dict[tuple[str, int], list[str]] = {}
        for name, slot in self.slots.items():
            by_agreement.setdefault(slot.agreement, []).append(name)
        for agreement, any_one in self.agreements.items():
            if words and all(word in any_one.text for word in words):
                yield from by_agreement.get(agreement, [any_one.id])


def _view_of(read: ReadVolume, days: Mapping[str, int]) -> VolumeView:
    roster = read.volume.roster
    papers = {paper.key: paper for paper in roster.papers} if roster else {}
    return VolumeView(papers, tuple(sorted(days.items())))
