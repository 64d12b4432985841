"""`ocr-extract review` without a table: opens the review page until Ctrl-C."""

from __future__ import annotations

import getpass
import os
import re
import secrets
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ocr_extract.cli.output import say
from ocr_extract.errors import MissingTool, UsageError
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
) -> None:
    """Serve the review page of a ledger until Ctrl-C, and print its address. Raises MissingTool
    without starlette and uvicorn, and other OcrExtractErrors on wrong use.
    """
    try:
        from ocr_extract.review import page  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise MissingTool(f"The review page needs {error.name}.", INSTALL) from error
    with (
        review_sessions(where, person or _user(), audit) as opened,
        page.bound_socket(port) as bound,
        _token(out) as token,
    ):
        once = secrets.token_urlsafe(32)
        doorkeeper = page.Doorkeeper(bound.getsockname()[1], token, once if browse else "")
        pages = page.OpenPages(opened)
        say(f"The review is at {doorkeeper.address(token)}")
        say("Keep this address to yourself. Ctrl-C ends the review and writes the tables.")
        if browse:
            _open_browser(doorkeeper.address(once))
        with suppress(KeyboardInterrupt):
            page.serve(page.app_of(pages, doorkeeper), bound)
        pages.close()


def _user() -> str:
    """The name of who is logged in. Raises UsageError when there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise UsageError("Nobody is named who decides.", "Give a name: --person NAME.") from error


@contextmanager
def _token(out: Path) -> Iterator[str]:
    """The token of the address: that of a review that was killed, or a new one. It is written to a
    file that only its owner can read, and removed at the end.
    """
    path = out / ADDRESS_FILE
    token = _stored_token(path) or secrets.token_urlsafe(32)
    if out.is_dir():
        with writing(path):
            path.unlink(missing_ok=True)
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(token)
    yield token
    path.unlink(missing_ok=True)


def _stored_token(path: Path) -> str | None:
    """The token in a file that is the user's own and that nobody else can read."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), encoding="ascii") as file:
            state = os.fstat(file.fileno())
            text = file.read(100)
    except (OSError, UnicodeDecodeError):
        return None
    is_private = state.st_uid == os.getuid() and not state.st_mode & 0o077
    return text if is_private and _TOKEN.fullmatch(text) else None


def _open_browser(address: str) -> None:
    """Open a browser, where there is a screen."""
    has_screen = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if has_screen:
        with suppress(webbrowser.Error):
            webbrowser.open(address)
