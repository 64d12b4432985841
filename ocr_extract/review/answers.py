"""What goes into the review queue and what comes back: decisions, acknowledgements, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ocr_extract.records import Action


@dataclass(frozen=True)
class Typed:
    """A decision as a person typed it. `seen` is the number of the decision that stood on the
    screen; None when the item was open.
    """

    item: str
    action: Action
    value: str | None = None
    note: str = ""
    message: str = ""
    seen: int | None = None


@dataclass(frozen=True)
class Acknowledged:
    """A decision is stored. `value` is as it is stored. `stands` says whether it counts. If it does
    not, `settled_by` is the person whose decision counts instead; None when it was taken back.
    """

    message: str
    item: str
    number: int
    value: str | None
    stands: bool
    settled_by: str | None = None

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        if self.stands:
            return "stored"
        return f"settled meanwhile by {self.settled_by}" if self.settled_by else "taken back"


@dataclass(frozen=True)
class Counts:
    """How many items are open, how many are settled, how many of these by asking the author, how
    many others hold, and how many are open by the field or flag that is asked about.
    """

    open: int
    settled: int
    asked: int
    held: int
    by_question: Mapping[str, int]
