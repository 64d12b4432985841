"""The messages from a review page to the program. Other messages are refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from ocr_extract.records import Action, Value

MAX_TEXT = 20_000
"""Largest length of any text in a message, in characters (chosen)."""
MAX_HAVE = 8
"""Largest number of pictures that a page says it has (chosen)."""
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Turn = Literal[0, 90, 180, 270]
ItemName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Message(Value):
    """What every message has. `id`, of printable ASCII, is chosen by the page; the answer
    bears it, too. A message that is sent again with the same id has no further effect.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[ -~]{1,80}$")]


class Next(Message):
    """Asks for the next item. `have` are the items whose pictures the page has already."""

    type: Literal["next"]
    have: tuple[ItemName, ...] = Field(default=(), max_length=MAX_HAVE)


class Open(Message):
    """Asks for one item, which a search or the grid has shown."""

    type: Literal["open"]
    item: ItemName


class Decide(Message):
    """A decision about an item."""

    type: Literal["decide"]
    item: ItemName
    action: Action
    value: Text | None = None
    note: Text = ""


class Undo(Message):
    """Takes back the person's last decision."""

    type: Literal["undo"]


class Skip(Message):
    """Puts an item behind all others."""

    type: Literal["skip"]
    item: ItemName


class Preview(Message):
    """Asks how a typed value would be stored."""

    type: Literal["preview"]
    item: ItemName
    value: Text


class Search(Message):
    """Asks for the agreements with all of these words."""

    type: Literal["search"]
    text: Text


class Page(Message):
    """Asks for the picture of a whole page. `turn` is in degrees counter-clockwise."""

    type: Literal["page"]
    item: ItemName
    number: int = Field(ge=1, le=100_000)
    turn: Turn = 0


class Grid(Message):
    """Asks for accepted agreements from a place (from 0) in their list."""

    type: Literal["grid"]
    start: int = Field(default=0, ge=0, le=10_000_000)


class Crop(Message):
    """Asks for the picture of an item's signing block; `small` is the size of the grid. `turn` is
    in degrees counter-clockwise.
    """

    type: Literal["crop"]
    item: ItemName
    small: bool = False
    turn: Turn = 0


AnyMessage = Annotated[
    Next | Open | Decide | Undo | Skip | Preview | Search | Page | Grid | Crop,
    Field(discriminator="type"),
]
MESSAGE: TypeAdapter[AnyMessage] = TypeAdapter(AnyMessage)
"""Checks a message."""
