"""The review in a notebook: the same page as in a browser tab, as an anywidget."""

from __future__ import annotations

import getpass
from contextlib import ExitStack
from pathlib import Path

from ocr_extract.errors import MissingTool
from ocr_extract.review.finish import finish
from ocr_extract.review.session import ReviewSession
from ocr_extract.review.sessions import review_sessions

INSTALL = "Install it: `python -m pip install 'ocr-extract[notebook]'`."
try:
    import anywidget
except ModuleNotFoundError as error:
    raise MissingTool(f"The review in a notebook needs {error.name}.", INSTALL) from error

STATIC = Path(__file__).parent / "static"


class ReviewWidget(anywidget.AnyWidget):
    """The review in the output of a cell. Make one with `review`."""

    _esm = (STATIC / "review.js").read_text(encoding="utf-8")
    _css = (STATIC / "review.css").read_text(encoding="utf-8")

    def __init__(self, session: ReviewSession, closing: ExitStack, where: str | Path, out: Path):
        super().__init__()
        self._session, self._closing = session, closing
        self._where, self._out = where, out
        self.on_msg(self._on_message)

    def _on_message(self, _: object, message: object, __: object) -> None:
        """Answer a message of the page."""
        self.send(self._session.answer(message))

    def finish(self) -> str:
        """End the review, write the tables again, and say how much is still to review."""
        self.close()
        outcome, _ = finish(self._where, self._out)
        counts = outcome.summary.totals.verdicts
        said = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items())
        return f"{said}. The tables are in {self._out}."

    def close(self) -> None:
        """End the review: the item on the page is free for others."""
        self._closing.close()
        super().close()


def review(
    out: str | Path = "results",
    *,
    person: str | None = None,
    ledger: str | None = None,
    audit: float = 0.0,
) -> ReviewWidget:
    """The review of the results in a folder, for the output of a cell. `person` is who decides (the
    user's name when nobody is given), `ledger` the URL of a ledger elsewhere, `audit` the share
    (0..1) of accepted agreements that are asked about as well. Raises OcrExtractError on wrong use.
    """
    where = ledger or Path(out)
    with ExitStack() as stack:
        name = person or getpass.getuser()
        opened = stack.enter_context(review_sessions(where, name, audit))
        session = opened(False)
        stack.callback(session.close)
        return ReviewWidget(session, stack.pop_all(), where, Path(out))
