"""Answers the messages of one review page. It does not know whether the page is in a browser tab
or in a notebook.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from threading import RLock

from pydantic import ValidationError

from ocr_extract.errors import BadDecision, OcrExtractError
from ocr_extract.reports.crops import Crops, Picture
from ocr_extract.review import messages
from ocr_extract.review.answers import Acknowledged
from ocr_extract.review.background import Resolver
from ocr_extract.review.item import Item
from ocr_extract.review.queue import ReviewQueue

Answer = dict[str, object]
"""An answer as JSON: the message's `type` and `id`; `ok`; `error` in a sentence when it is not."""
PREFETCHED = 2
"""Number of items after the current one that a page prepares (chosen)."""
GRID_SIZE = 60
"""Number of signing blocks in one grid (chosen)."""
MAX_KEPT = 400
"""Number of items that a session remembers (chosen: some grids)."""


class ReviewSession:
    """One page over one queue. It may be called by several threads."""

    def __init__(self, queue: ReviewQueue, crops: Crops, resolver: Resolver) -> None:
        self._queue, self._crops, self._resolver = queue, crops, resolver
        self._lock = RLock()
        self._current: str | None = None
        self._items: OrderedDict[str, Item] = OrderedDict()
        self._not_seen: dict[str, str] = {}

    def close(self) -> None:
        """Let go of the item that is held, and close the queue."""
        with self._lock:
            self._queue.close()

    def answer(self, raw: object) -> Answer:
        """The answer to a message as it came in. It never raises an OcrExtractError."""
        head = _head_of(raw)
        try:
            message = messages.MESSAGE.validate_python(raw)
        except ValidationError:
            return head | {"ok": False, "error": "The program does not know this message."}
        try:
            return head | {"ok": True} | self._answered(message)
        except OcrExtractError as error:
            return head | {"ok": False, "error": str(error)}

    def _answered(self, message: messages.AnyMessage) -> Answer:
        """The answer to a message that is well-formed. Raises OcrExtractError."""
        handlers: Mapping[type, Callable[..., Answer]] = {
            messages.Next: self._next,
            messages.Open: self._open,
            messages.Decide: self._decide,
            messages.Undo: self._undo,
            messages.Skip: self._skip,
            messages.Preview: self._preview,
            messages.Search: self._search,
            messages.Page: self._page,
            messages.Grid: self._grid,
            messages.Crop: self._crop,
        }
        return handlers[type(message)](message)

    # What is asked

    def _next(self, message: messages.Next) -> Answer:
        with self._lock:
            self._take_over_answer()
            item = self._remembered(self._queue.next())
            self._current = item.id if item else None
            prefetched = [item.id for item in map(self._kept, self._queue.peek(PREFETCHED))]
            answer: Answer = {"item": None, "prefetch": prefetched, **self._state()}
        if item is not None:
            answer |= self._shown(item, message.have)
        return answer

    def _open(self, message: messages.Open) -> Answer:
        with self._lock:
            item = self._kept(self._queue.item(message.item))
            answer: Answer = {"prefetch": [], **self._state()}
        return answer | self._shown(item, ())

    def _take_over_answer(self) -> None:
        """Go on with what is open after the volume was resolved again, unless an item is shown."""
        if self._current is None and self._queue.is_outdated:
            self._queue.reload()

    def _shown(self, item: Item, have: tuple[str, ...]) -> Answer:
        """The item as JSON, with the picture of its signing block if the page lacks it."""
        answer: Answer = {"item": json.loads(item.to_json())}
        if item.id in have and item.id not in self._not_seen:
            return answer
        picture = self._crops.block(item)
        self._not_seen.pop(item.id, None)
        if picture.gone:
            self._not_seen[item.id] = picture.trouble
        return answer | {"picture": asdict(picture)}

    def _state(self) -> Answer:
        """Who decides, and how much is open."""
        counts = self._queue.counts()
        shown = asdict(counts) | {"by_question": dict(counts.by_question)}
        return {"counts": shown, "person": self._queue.person, "trouble": self._resolver.trouble}

    # What is decided

    def _decide(self, message: messages.Decide) -> Answer:
        if message.action != "ask" and (trouble := self._not_seen.get(message.item)):
            raise BadDecision(f"Nobody can see what is to be decided. {trouble}")
        with self._lock:
            decided = self._queue.decide(
                message.item, message.action, message.value, message.note, message.id
            )
            self._settled(message.item)
            return _acknowledgement(decided) | self._state()

    def _undo(self, message: messages.Undo) -> Answer:
        with self._lock:
            undone = self._queue.undo(message.id)
            self._settled(self._current)
            return _acknowledgement(undone) | self._state()

    def _settled(self, item: str | None) -> None:
        """The item is no longer on the page, and the volume has to be resolved again."""
        if item == self._current:
            self._current = None
        self._resolver.decided()

    def _skip(self, message: messages.Skip) -> Answer:
        with self._lock:
            if message.item == self._current:
                self._queue.skip()
                self._current = None
            return self._state()

    def _preview(self, message: messages.Preview) -> Answer:
        with self._lock:
            return {"value": self._queue.preview(message.item, "set", message.value)}

    # What is looked at

    def _search(self, message: messages.Search) -> Answer:
        with self._lock:
            found = [self._kept(item) for item in self._queue.search(message.text)]
        return {"found": [_line(item) for item in found]}

    def _grid(self, message: messages.Grid) -> Answer:
        with self._lock:
            count, items = self._queue.accepted(message.start, GRID_SIZE)
            lines = [_line(self._kept(item)) for item in items]
        return {"start": message.start, "size": GRID_SIZE, "count": count, "found": lines}

    def _crop(self, message: messages.Crop) -> Answer:
        item = self._item(message.item)
        small = message.small
        picture = self._crops.small(item) if small else self._crops.block(item, message.turn)
        return {"item": item.id, "picture": asdict(picture)}

    def _page(self, message: messages.Page) -> Answer:
        item = self._item(message.item)
        picture: Picture = self._crops.page(item, message.number, message.turn)
        return {"picture": asdict(picture), "pages": max(1, item.record.document.pages)}

    # Items that the page knows

    def _item(self, name: str) -> Item:
        """An item that the page knows. To look at it again is not to see what was decided since."""
        with self._lock:
            return self._items.get(name) or self._kept(self._queue.item(name))

    def _remembered(self, item: Item | None) -> Item | None:
        return None if item is None else self._kept(item)

    def _kept(self, item: Item) -> Item:
        """Remember an item that the page gets to know."""
        self._items[item.id] = item
        self._items.move_to_end(item.id)
        while len(self._items) > MAX_KEPT:
            self._items.popitem(last=False)
        return item


def _head_of(raw: object) -> Answer:
    """Type and id of a message, as far as it has them as printable texts."""
    given = raw if isinstance(raw, dict) else {}
    named = {name: given.get(name) for name in ("type", "id")}
    return {n: v if isinstance(v, str) and v.isprintable() else None for n, v in named.items()}


def _acknowledgement(decided: Acknowledged) -> Answer:
    """What became of a decision."""
    said = asdict(decided)
    return {"decided": said | {"sentence": decided.sentence}}


def _line(item: Item) -> Answer:
    """An item in one line of a list."""
    record = item.record
    return {
        "id": item.id,
        "file": record.document.name,
        "field": item.question.field,
        "sentence": item.sentence,
        "paper": record.roster.key if record.roster else None,
        "day": item.day,
        "signed": record.fields.signature.present,
        "verdict": record.verdict.value,
        "settled": item.standing.action if item.standing else None,
    }
