"""`ocr-extract review` without a table: opens the review page until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import stat
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ocr_extract.cli.output import say
from ocr_extract.cli.user import user_name
from ocr_extract.errors import MissingTool
from ocr_extract.reports.files import writing
from ocr_extract.review.sessions import review_sessions

ADDRESS_FILE = ".review-address"
"""The file with the page's token in the folder of the results. It stays after a crash, so that a
page that is open goes on with the next program."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
INSTALL = "Install it: `python -m pip install 'ocr-extract[review]'`."


def serve_page(
    where: str | Path,
    out: Path,
    person: str | None,
    audit: float,
    port: int | None,
    *,
    browse: bool,
    search: str = "",
) -> None:
    """Serve the review page of a ledger until Ctrl-C, and print its address. The page opens at the
    first agreement with the words of `search`. Raises MissingTool without starlette and uvicorn,
    and other OcrExtractErrors on wrong use.
    """
    try:
        from ocr_extract.review import page  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise MissingTool(f"The review page needs {error.name}.", INSTALL) from error
    with (
        review_sessions(where, person or user_name(), audit) as opened,
        page.bound_socket(port) as bound,
        _token(out) as token,
    ):
        once = secrets.token_urlsafe(32)
        doorkeeper = page.Doorkeeper(bound.getsockname()[1], token, once if browse else "")
        pages = page.OpenPages(opened)
        say(f"The review is at {doorkeeper.address(token, search)}")
        say("Keep this address to yourself. Ctrl-C ends the review and writes the tables.")
        if browse:
            _open_browser(doorkeeper.address(once, search))
        with suppress(KeyboardInterrupt):
            page.serve(page.app_of(pages, doorkeeper), bound)
        pages.close()


@contextmanager
def _token(out: Path) -> Iterator[str]:
    """The token of the address: that of a review that was killed, or a new one. It is written to a
    file that only its owner can read, and removed at the end. A second review of the same results
    has a token of its own and leaves the file alone.
    """
    path, new = out / ADDRESS_FILE, secrets.token_urlsafe(32)
    if not out.is_dir():
        yield new
        return
    with os.fdopen(_private_file(path), "r+", encoding="ascii", errors="replace") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield new
            return
        stored = file.read(100)
        token = stored if _TOKEN.fullmatch(stored) else new
        with writing(path):
            file.seek(0)
            file.truncate()
            file.write(token)
            file.flush()
        yield token
        path.unlink(missing_ok=True)


def _private_file(path: Path) -> int:
    """A descriptor of the file, which nobody else can read; a new one in place of any other. Raises
    UnsafeOutput.
    """
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        state = os.fstat(descriptor)
        is_own = stat.S_ISREG(state.st_mode) and state.st_uid == os.getuid()
        if is_own and not state.st_mode & 0o077:
            return descriptor
        os.close(descriptor)
    with writing(path):
        path.unlink(missing_ok=True)
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)


def _open_browser(address: str) -> None:
    """Open a browser, where there is a screen."""
    has_screen = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if has_screen:
        with suppress(webbrowser.Error):
            webbrowser.open(address)
