"""The open items of the review as the editors' message shows them, with their pictures."""

from __future__ import annotations

import base64
import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ocr_extract.messages.eml import Inline
from ocr_extract.messages.gather import shown, shown_all
from ocr_extract.reports.crops import Crops, Picture
from ocr_extract.review.item import Item
from ocr_extract.review.queue import ReviewQueue

MAX_PICTURES = 50
"""Largest number of agreements with a picture in one message (chosen)."""
MAX_LINES = 500
"""Largest number of further agreements in one message; the rest is counted (chosen)."""
MAX_PICTURE_BYTES = 5_000_000
"""Largest size of all pictures of a message, in bytes (chosen: with its encoding and the tables the
message stays below 10 MB)."""
WIDTH = 760
"""Width of a picture in pixels (chosen: the width of a message in a mail program)."""
COLOURS = 64
"""Number of colours of a picture (chosen: strokes and frames stay distinct, at a third of the
size)."""
MIN_PROBABILITY = 0.05
"""Lowest probability (0..1) of a candidate that is shown (chosen: less likely ones help nobody)."""
MAX_CANDIDATES = 4
"""Number of candidates that are shown of an item (chosen)."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9 ._+-]{0,79}")
"""Matches a name that a person can type into the search."""


@dataclass(frozen=True)
class FlaggedItem:
    """One question: the field, the sentence, and the candidates as (value, probability 0..1 or
    None).
    """

    field: str
    sentence: str
    candidates: tuple[tuple[str, float | None], ...]


@dataclass(frozen=True)
class Flagged:
    """An agreement with its open items; all texts may be shown. `picture` is the name of its
    picture, "" without one; `trouble` says why there is none. `found_by` is what the review's
    search finds: a cut or replaced name does not.
    """

    file: str
    paper: str
    title: str
    items: tuple[FlaggedItem, ...]
    picture: str = ""
    trouble: str = ""
    width: int = 0
    found_by: str = ""

    @property
    def search(self) -> str:
        """What finds it in the review, as a word of a command line."""
        return shlex.quote(self.found_by or self.file)


def flagged(where: str | Path) -> tuple[tuple[Flagged, ...], tuple[Inline, ...], int]:
    """The agreements with open items of a ledger (by its URL or its folder), the pictures of the
    first ones, and the number of agreements that are left out. Raises LedgerTrouble.
    """
    listed: list[Flagged] = []
    pictures: list[Inline] = []
    left_out = size = 0
    with ReviewQueue.open(where, person="nobody", reading=True) as queue:
        crops = Crops(queue.settings)
        for items in _by_agreement(queue.open_items()):
            if len(listed) >= MAX_PICTURES + MAX_LINES:
                left_out += 1
                continue
            picture = None
            if len(listed) < MAX_PICTURES and size < MAX_PICTURE_BYTES:
                picture = crops.block(items[0])
            inline, width = _inline(picture, len(listed) + 1)
            if inline is not None:
                pictures.append(inline)
                size += len(inline.content)
            listed.append(_flagged(items, inline, picture, width))
    return tuple(listed), tuple(pictures), left_out


def _by_agreement(items: Iterator[Item]) -> Iterator[list[Item]]:
    """The items of each agreement together, in the order of its first item."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.id.rpartition(".")[0], []).append(item)
    yield from groups.values()


def _flagged(
    items: list[Item], inline: Inline | None, picture: Picture | None, width: int
) -> Flagged:
    first = items[0]
    roster = first.record.roster
    return Flagged(
        file=shown(first.record.document.name, 120),
        paper=shown(roster.key, 120) if roster else "",
        title=shown(first.paper.title) if first.paper else "",
        items=tuple(map(_item, items)),
        picture=inline.name if inline else "",
        trouble=shown(picture.trouble) if picture and inline is None else "",
        width=width,
        found_by=_found_by(first.record.document.name, first.record.document.sha256 or ""),
    )


def _found_by(name: str, sha256: str) -> str:
    """A plain name itself; of any other the start of the content's hash, which the search finds."""
    return name if _PLAIN_NAME.fullmatch(name) else sha256[:12]


def _item(item: Item) -> FlaggedItem:
    likely = (c for c in item.choices if c.action == "set" and c.probability is not None)
    values = [c for c in likely if (c.probability or 0.0) >= MIN_PROBABILITY]
    candidates = tuple((shown(c.value or "", 80), c.probability) for c in values[:MAX_CANDIDATES])
    field, sentence = shown_all([item.question.field.replace("_", " "), item.sentence])
    return FlaggedItem(field, sentence, candidates)


def _inline(picture: Picture | None, number: int) -> tuple[Inline | None, int]:
    """A picture as PNG, which every mail program shows, and its width in pixels."""
    if picture is None or not picture.url:
        return None, 0
    with Image.open(io.BytesIO(base64.b64decode(picture.url.partition(",")[2]))) as image:
        small = image.convert("RGB")
    if small.width > WIDTH:
        height = max(1, small.height * WIDTH // small.width)
        small = small.resize((WIDTH, height), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    few = small.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    few.save(content, format="PNG", optimize=True)
    return Inline(f"block{number}@ocr-extract.invalid", content.getvalue()), small.width
