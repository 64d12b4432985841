"""What the pages of one review share: the pictures in memory, and the thread that resolves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ocr_extract.reports.crops import Crops
from ocr_extract.review.background import Resolver
from ocr_extract.review.queue import ReviewQueue, ledger_url
from ocr_extract.review.session import ReviewSession
from ocr_extract.volume.answer import Outcome, resolve_again
from ocr_extract.volume.ledger import open_ledger


@contextmanager
def review_sessions(
    where: str | Path, person: str, audit: float = 0.0
) -> Iterator[Callable[[bool], ReviewSession]]:
    """A function that opens a session for a page; its argument says whether the person has other
    pages open. `where` is the ledger's URL or the folder of the results. Raises LedgerTrouble when
    there is no ledger or no run to review.
    """
    with ReviewQueue.open(where, person=person, audit=audit) as queue:
        crops = Crops(queue.settings)
    with Resolver(lambda: _resolved(where)) as resolver:

        def opened(beside: bool) -> ReviewSession:  # noqa: FBT001  the only argument
            own = ReviewQueue.open(where, person=person, audit=audit, beside=beside)
            return ReviewSession(own, crops, resolver)

        yield opened


def _resolved(where: str | Path) -> Outcome:
    """Resolve the volume again, without any session."""
    with open_ledger(ledger_url(where)) as ledger:
        return resolve_again(ledger)
