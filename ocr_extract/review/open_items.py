"""The open items in the order in which a person is asked.

The most useful one comes first: the program's chance of being wrong, times the share of the
agreement that the answer settles. Items after which an agreement is accepted come before all
others, and like follows like: a person answers all dates, then all papers.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ocr_extract.records import Record, Verdict
from ocr_extract.review.item import Question, question_about, questions_of
from ocr_extract.volume.ledger.decisions import Key

UNKNOWN_DOUBT = 0.5
"""Chance, 0..1, that the program is wrong where it has no confidence of its own (chosen)."""


@dataclass(frozen=True)
class Slot:
    """An item as the queue keeps it: small, as there may be thousands. `doubt` is the chance, 0..1,
    that the program is wrong. `text` is what a search looks in. `record` is the record's number in
    the ledger, `path` its file.
    """

    id: str
    key: Key
    question: Question
    doubt: float
    record: int
    path: str
    paper: str | None
    text: str

    @property
    def agreement(self) -> tuple[str, int]:
        """The content's hash, and the part."""
        return self.key[0], self.key[1]

    @property
    def group(self) -> str:
        """What is alike: the same field, or the same flag."""
        return self.question.field


@dataclass(frozen=True)
class Audit:
    """Which accepted agreements are asked about as well: a share (0..1) of them, chosen by a hash
    of the content and a seed.
    """

    share: float = 0.0
    seed: int = 0

    def question(self, record: Record) -> tuple[Question, float] | None:
        """The question about an accepted agreement, and its place among the others, 0..1. None
        when it is not chosen.
        """
        if record.verdict is not Verdict.ACCEPTED or self.share <= 0.0:
            return None
        document = record.document
        text = f"{self.seed} {document.sha256} {document.first_page}"
        digest = hashlib.sha256(text.encode()).digest()
        chance, place = (int.from_bytes(digest[i : i + 6], "big") / 2**48 for i in (0, 8))
        if chance >= self.share:
            return None
        return question_about("date" if digest[20] % 2 else "signature"), place


def item_id(key: Key) -> str:
    """The id of the item about a content, a part, and a field."""
    return f"{key[0]}.{key[1]}.{key[2]}"


def any_slot(number: int, path: str, part: int, record: Record) -> Slot | None:
    """The item about the date of a record, whether or not anything is asked about it. None for a
    file that could not be read at all: it has no content to decide about.
    """
    sha256, document, fields = record.document.sha256, record.document, record.fields
    if sha256 is None:
        return None
    question = question_about("date")
    paper = record.roster.key if record.roster else None
    people = (fields.author.value, fields.corresponding_author.value, fields.signature.value)
    texts = (document.name, paper, fields.title.value, *people, sha256)
    text = " ".join(text for text in texts if text).casefold()
    key = (sha256, part, question.field)
    return Slot(item_id(key), key, question, UNKNOWN_DOUBT, number, path, paper, text)


def slot_about(slot: Slot, question: Question, doubt: float = UNKNOWN_DOUBT) -> Slot:
    """The item about another question of the same agreement."""
    key = (*slot.agreement, question.field)
    return replace(slot, id=item_id(key), key=key, question=question, doubt=doubt)


def slots_of(slot: Slot, record: Record, audit: Audit, decided: Iterable[str]) -> Iterator[Slot]:
    """The items of a record: of its flags, of those chosen for the audit, and of the fields that
    were decided, also of those whose decision was taken back. `slot` is any item of it.
    """
    questions = {question: _doubt(question, record) for question in questions_of(record)}
    if (chosen := audit.question(record)) is not None:
        questions.setdefault(*chosen)
    for field in decided:
        questions.setdefault(question_about(field), UNKNOWN_DOUBT)
    for question, doubt in questions.items():
        yield slot_about(slot, question, doubt)


def _doubt(question: Question, record: Record) -> float:
    """The chance, 0..1, that the program is wrong."""
    if question.kind == "date":
        return 1.0 - record.fields.date.confidence
    if question.kind == "signature":
        return 1.0 - record.fields.signature.confidence
    if question.kind == "paper":
        likely = [c.probability for flag in record.flags for c in flag.candidates]
        return 1.0 - max(likely, default=0.0)
    return UNKNOWN_DOUBT


_Place = tuple[int, bool, int, float, str, str]
"""Sort key: how often it was skipped; whether the agreement has other open items; the rank of its
group; less the gain; the path; the id."""


class OpenItems:
    """The open items in a heap. Adding, removing and taking the first one take O(log n) steps. An
    item whose place changed is added again, and its earlier entries are passed over.
    """

    def __init__(self, slots: Iterable[Slot]) -> None:
        self._slots = {slot.id: slot for slot in slots}
        self._skips: Counter[str] = Counter()
        self._skip_count = 0
        self._per_agreement = Counter(slot.agreement for slot in self._slots.values())
        self._of_agreement: dict[tuple[str, int], list[str]] = {}
        for slot in self._slots.values():
            self._of_agreement.setdefault(slot.agreement, []).append(slot.id)
        self._open = set(self._slots)
        self._ranks = _ranks(self._slots.values(), self._per_agreement)
        self._entries: dict[str, _Place] = {name: self._place(name) for name in self._open}
        self._heap = sorted(self._entries.values())

    def __contains__(self, name: object) -> bool:
        return name in self._open

    def __len__(self) -> int:
        return len(self._open)

    def close(self, name: str) -> None:
        """An item is settled. The other items of its agreement then settle more."""
        if name in self._open:
            self._open.discard(name)
            self._entries.pop(name, None)
            self._change(self._slots[name].agreement, -1)

    def reopen(self, name: str) -> None:
        """A settled item is open again."""
        if name not in self._open:
            self._open.add(name)
            self._change(self._slots[name].agreement, 1)
            self.put_back(name)

    def skip(self, name: str) -> None:
        """Put an item behind all others."""
        self._skip_count += 1
        self._skips[name] = self._skip_count
        self.put_back(name)

    def skipped(self) -> tuple[str, ...]:
        """The items that were skipped, in the order of their last skip."""
        return tuple(sorted(self._skips, key=lambda name: self._skips[name]))

    def put_back(self, name: str) -> None:
        """Put an item that was taken, or whose place changed, in its place."""
        if name in self._open:
            self._entries[name] = self._place(name)
            heapq.heappush(self._heap, self._entries[name])

    def take(self) -> str | None:
        """Take the first item out of the order; it stays open. None when there is none."""
        while self._heap:
            place = heapq.heappop(self._heap)
            if self._entries.get(place[-1]) == place:
                del self._entries[place[-1]]
                return place[-1]
        return None

    def first(self, count: int) -> list[str]:
        """The first items of the order; they stay in it."""
        taken = (self.take() for _ in range(count))
        names = [name for name in taken if name is not None]
        for name in names:
            self.put_back(name)
        return names

    def in_order(self) -> Iterator[str]:
        """All open items in their order, also those that were taken."""
        return iter(sorted(self._open, key=self._place))

    def _change(self, agreement: tuple[str, int], by: int) -> None:
        """The number of open items of an agreement changes, and with it their places."""
        self._per_agreement[agreement] += by
        for name in self._of_agreement[agreement]:
            if name in self._entries:
                self.put_back(name)

    def _place(self, name: str) -> _Place:
        slot = self._slots[name]
        count = max(1, self._per_agreement[slot.agreement])
        rank, gain = self._ranks[slot.group], slot.doubt / count
        return self._skips[name], count > 1, rank, -gain, slot.path, name


def _ranks(
    slots: Iterable[Slot], per_agreement: Mapping[tuple[str, int], int]
) -> Mapping[str, int]:
    """The order of the groups: the one with the largest gain in all comes first."""
    gains: dict[str, float] = {}
    for slot in slots:
        gain = slot.doubt / per_agreement[slot.agreement]
        gains[slot.group] = gains.get(slot.group, 0.0) + gain
    ordered = sorted(gains, key=lambda group: (-round(gains[group], 9), group))
    return {group: rank for rank, group in enumerate(ordered)}
