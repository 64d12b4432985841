"""What a person sees to settle one question about one agreement."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from ocr_extract.decision.person import FLAGS_OF, TEXT_FIELDS, value_of
from ocr_extract.decision.typed_value import NOTHING
from ocr_extract.records import Action, Box, Evidence, FieldResult, Record, SignatureResult
from ocr_extract.volume.ledger.decisions import StoredDecision
from ocr_extract.volume.roster.roster import Paper

Kind = Literal["date", "signature", "paper", "title", "author", "flag"]
KINDS: tuple[Kind, ...] = ("date", "signature", "paper", "title", "author", "flag")
"""The kinds of questions."""
_FIELD_OF = {code: field for field in KINDS for code in FLAGS_OF.get(field, ())}
"""The field that is asked about, by the flag that asks. Other flags are questions of their own."""
MAX_CHOICES = 5
"""Largest number of candidates that are shown (chosen)."""
MAX_EVIDENCE = 20
"""Largest number of lines of evidence that are shown (chosen)."""


@dataclass(frozen=True)
class Question:
    """What is asked: its kind, and the field or the flag's code that the decision is about."""

    kind: Kind
    field: str


@dataclass(frozen=True)
class Choice:
    """A button: the action, the value that it gives, its probability (0..1) by the program, or None
    when it has none, and the reason.
    """

    action: Action
    value: str | None = None
    probability: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Decided:
    """The decision that stands: its number, action and value, and who made it when."""

    number: int
    action: str
    value: str | None
    person: str
    made: str
    note: str


@dataclass(frozen=True)
class Item:
    """One question about one agreement. `id` stays the same as long as the file's content does.

    `sentence` says what is the matter, `codes` are the flags that ask. `choices` are the buttons,
    the likeliest first. `evidence` says in lines what each recognizer read. `paper` is the roster's
    entry, and `form` what the form says, by field. `days` are the volume's dates (ISO day, number
    of agreements) in the order of the calendar, `day` is this agreement's. `place` is where to
    look. `standing` is what a person decided already. `path` is the absolute path of the file. All
    texts may come from a document: escape them.
    """

    id: str
    question: Question
    record: Record
    sentence: str
    codes: tuple[str, ...]
    choices: tuple[Choice, ...]
    evidence: tuple[str, ...]
    paper: Paper | None
    form: Mapping[str, str | None]
    days: tuple[tuple[str, int], ...]
    day: str | None
    place: Box | None
    standing: Decided | None = None
    path: str = ""

    def to_json(self) -> str:
        """The item as JSON, without the whole record."""
        shown = {name: value for name, value in vars(self).items() if name not in _AS_OBJECTS}
        document = self.record.document
        return json.dumps(
            shown
            | {
                "question": self.question.kind,
                "field": self.question.field,
                "file": document.name,
                "sha256": document.sha256,
                "pages": document.pages,
                "choices": [asdict(choice) for choice in self.choices],
                "paper": asdict(self.paper) if self.paper else None,
                "place": self.place.model_dump() if self.place else None,
                "standing": asdict(self.standing) if self.standing else None,
            },
            ensure_ascii=False,
        )

    def shown_json(self) -> str:
        """What the person saw, as the ledger keeps it: sentence, flags, and candidates."""
        choices = [asdict(c) for c in self.choices if c.action == "set"]
        shown = {"sentence": self.sentence, "codes": self.codes, "choices": choices}
        return json.dumps(shown, ensure_ascii=False)


_AS_OBJECTS = ("question", "record", "choices", "paper", "place", "standing", "path")
"""Parts of an item that are written in a way of their own, or not at all."""


@dataclass(frozen=True)
class VolumeView:
    """What all items of a volume share: the roster's papers by key, and the numbers of agreements
    by their ISO day.
    """

    papers: Mapping[str, Paper]
    days: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Versions:
    """The record of an agreement as the last run has it, and what the program says of it without a
    decision about the question.
    """

    present: Record
    before: Record


def questions_of(record: Record) -> tuple[Question, ...]:
    """The questions about an agreement, in the order of its flags: one for each field with flags
    that ask, and one for each other such flag.
    """
    codes = [flag.code for flag in record.flags if flag.asks]
    return tuple(dict.fromkeys(question_about(_FIELD_OF.get(code, code)) for code in codes))


def question_about(field: str) -> Question:
    """The question about a field, the paper, or a flag by its code."""
    kinds: dict[str, Kind] = {kind: kind for kind in KINDS} | {"corresponding_author": "author"}
    return Question(kinds.get(field, "flag"), field)


def item_of(
    name: str,
    question: Question,
    versions: Versions,
    view: VolumeView,
    standing: StoredDecision | None,
) -> Item:
    """The item with this id for a question about an agreement. It is asked as the program has it,
    also where somebody decided.
    """
    before = versions.before
    record = before if standing is None else versions.present
    codes = FLAGS_OF.get(question.field, frozenset((question.field,)))
    flags = [flag for flag in before.flags if flag.code in codes]
    asking = [flag for flag in flags if flag.asks] or flags
    fields = record.fields
    form = {field: getattr(fields, field).value for field in (*TEXT_FIELDS, "signature")}
    flagged = next((flag.field for flag in asking if flag.field), None)
    return Item(
        id=name,
        question=question,
        record=record,
        sentence=" ".join(flag.message for flag in asking) or _plain_sentence(question, before),
        codes=tuple(flag.code for flag in asking),
        choices=tuple(_choices(question, before, view)),
        evidence=tuple(_lines(question, before))[:MAX_EVIDENCE],
        paper=view.papers.get(record.roster.key) if record.roster else None,
        form={**form, "signed": fields.signature.present},
        days=view.days,
        day=fields.date.value,
        place=_place(record, flagged if question.kind == "flag" else question.field),
        standing=_standing(standing),
    )


def _standing(stored: StoredDecision | None) -> Decided | None:
    if stored is None:
        return None
    said = (stored.number, stored.action, stored.value, stored.person, stored.made, stored.note)
    return Decided(*said)


def _plain_sentence(question: Question, record: Record) -> str:
    """Says what the program has, where no flag says more."""
    value = value_of(record, question.field)
    if question.kind == "date":
        confidence = record.fields.date.confidence
        return f"{value or 'No date'} was read with {confidence:.0%} confidence."
    if question.kind == "signature":
        return f"Is it signed? The program says: {value}."
    return f"{question.field.replace('_', ' ')}: {value or NOTHING}."


def _choices(question: Question, record: Record, view: VolumeView) -> Iterator[Choice]:
    """The buttons: values with their probabilities, then "leave" and "ask"."""
    if question.kind == "date":
        yield from _days(record)
    elif question.kind == "signature":
        yield from _presences(record.fields.signature)
    elif question.kind == "paper":
        yield from _papers(record)
    elif question.kind in ("title", "author"):
        yield from _texts(question, record, view)
    if question.kind not in ("flag", "signature"):
        yield Choice("set", NOTHING, None, f"no {question.field.replace('_', ' ')}")
    yield Choice("leave", reason="looked at, in order as it is")
    yield Choice("ask", reason="ask the author")


def _days(record: Record) -> Iterator[Choice]:
    whole = [c for c in record.fields.date.candidates if c.value.count("-") == 2]
    for candidate in whole[:MAX_CHOICES]:
        yield Choice("set", candidate.value, candidate.probability, candidate.reason)


def _presences(signature: SignatureResult) -> Iterator[Choice]:
    words = ("yes", "no", "cannot tell")
    for word in sorted(words, key=lambda word: word != signature.present):
        is_own = word == signature.present
        yield Choice("set", word, signature.confidence if is_own else None)


def _papers(record: Record) -> Iterator[Choice]:
    candidates = [c for flag in record.flags for c in flag.candidates]
    if record.roster and all(c.value != record.roster.key for c in candidates):
        yield Choice("set", record.roster.key, record.roster.confidence, "as matched")
    for candidate in candidates[:MAX_CHOICES]:
        yield Choice("set", candidate.value, candidate.probability, candidate.reason)


def _texts(question: Question, record: Record, view: VolumeView) -> Iterator[Choice]:
    field: FieldResult = getattr(record.fields, question.field)
    if field.value:
        yield Choice("set", field.value, field.confidence, "as read")
    paper = view.papers.get(record.roster.key) if record.roster else None
    if paper is not None:
        value = paper.title if question.kind == "title" else " and ".join(paper.people)
        if value and value != field.value:
            yield Choice("set", value, None, "as in the roster")


def _lines(question: Question, record: Record) -> Iterator[str]:
    """What each recognizer read for the field, then what is wrong with the source."""
    for evidence in _evidence(question, record):
        for reading in evidence.readings:
            yield f"{reading.reader} read “{reading.best}”"
        if not evidence.readings:
            yield evidence.source
    for damage in record.damage:
        yield damage.effect


def _evidence(question: Question, record: Record) -> Sequence[Evidence]:
    if question.field in ("date", "signature", *TEXT_FIELDS):
        evidence: tuple[Evidence, ...] = getattr(record.fields, question.field).evidence
        return evidence
    return ()


def _place(record: Record, field: str | None) -> Box | None:
    """Where the field is on the page."""
    if field in ("date", "signature", *TEXT_FIELDS):
        place: Box | None = getattr(record.fields, field).place
        return place
    return record.fields.title.place if field == "paper" else None
