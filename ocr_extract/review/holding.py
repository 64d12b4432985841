"""Who looks at which item: a person holds one item at a time, and others pass it over."""

from __future__ import annotations

from collections.abc import Callable, Set
from uuid import uuid4

from ocr_extract.volume.ledger.decisions import Decisions, session_name

HOLD_SECONDS = 900.0
"""Time for which an item is held, in seconds (chosen): longer than anybody looks at one page."""


class Holds:
    """The holds of one session. `now` gives the time in seconds since 1970.
    `beside`: the person's other holds of this process stay.
    """

    def __init__(
        self, decisions: Decisions, person: str, now: Callable[[], float], *, beside: bool = False
    ) -> None:
        self.person = person
        self._decisions, self._now = decisions, now
        self._session = session_name(uuid4().hex)
        self._held: str | None = None
        self._passed_over: set[str] = set()
        if not beside:
            decisions.end_lost_holds(person)

    def hold(self, item: str) -> bool:
        """Hold an item, and let go of the one before. False when somebody else holds it: it is
        passed over until that ends.
        """
        now = self._now()
        if item != self._held:
            self.let_go()
        if self._decisions.hold(item, self.person, self._session, now, now + HOLD_SECONDS):
            self._held = item
            return True
        self._passed_over.add(item)
        return False

    def let_go(self) -> None:
        """Let go of the item that is held."""
        if self._held is not None:
            self._decisions.release(self._held, self._session)
            self._held = None

    def ended(self) -> Set[str]:
        """The items that were passed over and that nobody else holds any longer."""
        if not self._passed_over:
            return set()
        free = self._passed_over - self.by_others()
        self._passed_over -= free
        return free

    def by_others(self) -> Set[str]:
        """The items that other sessions hold now."""
        held = self._decisions.held(self._now())
        return {item for item, (_, session, _) in held.items() if session != self._session}
