"""Serves the review page on this machine, to the one who has its address.

The address has a random token. The browser gets it as a cookie, and every later request needs it.
Requests for another host, or from another site's page, are refused. Nothing is fetched from
anywhere, and no script runs but the page's own.
"""

from __future__ import annotations

import hmac
import json
import re
import socket
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ocr_extract.errors import OcrExtractError, UsageError
from ocr_extract.review.session import ReviewSession

HOST = "127.0.0.1"
"""The page is served to this machine only."""
PORT = 8643
"""The port that is tried first (chosen), so that an open page finds a program started again."""
MAX_BODY = 100_000
"""Largest size of a message, in bytes (chosen: a typed text has at most 20,000 characters)."""
MAX_PAGES = 16
"""Largest number of pages that are open at the same time (chosen)."""
STATIC = Path(__file__).parent / "static"
FILES = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/review.js": ("review.js", "text/javascript; charset=utf-8"),
    "/review.css": ("review.css", "text/css; charset=utf-8"),
}
"""What is served: file and media type, by its path."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers of every answer."""
_CLIENT = re.compile(r"[A-Za-z0-9-]{8,64}")


class OpenPages:
    """The sessions of the open pages, by the name that each page gives itself. `opened` makes a
    session; its argument says whether other pages are open.
    """

    def __init__(self, opened: Callable[[bool], ReviewSession]) -> None:
        self._opened = opened
        self._sessions: OrderedDict[str, ReviewSession] = OrderedDict()
        self._lock = Lock()

    def of(self, client: str) -> ReviewSession:
        """The session of a page. The page that was silent longest is closed when there are more
        than MAX_PAGES. Raises OcrExtractError when the ledger cannot be opened.
        """
        with self._lock:
            if client not in self._sessions:
                self._sessions[client] = self._opened(bool(self._sessions))
            self._sessions.move_to_end(client)
            if len(self._sessions) > MAX_PAGES:
                self._sessions.popitem(last=False)[1].close()
            return self._sessions[client]

    def leave(self, client: str) -> None:
        """A page was closed."""
        with self._lock:
            session = self._sessions.pop(client, None)
        if session is not None:
            session.close()

    def close(self) -> None:
        """Close all sessions."""
        for client in tuple(self._sessions):
            self.leave(client)


@dataclass
class Doorkeeper:
    """Says who may come in. `port` is the server's, `token` the secret of its address. `once` is a
    second secret, which works once: other users of the machine may see it when a browser starts.
    """

    port: int
    token: str
    once: str = ""

    @property
    def cookie(self) -> str:
        """The cookie's name. All ports of a machine share their cookies."""
        return f"ocr_extract_review_{self.port}"

    def address(self, token: str, search: str = "") -> str:
        """The page's address with a token; it opens at the first agreement with these words."""
        opened_at = f"#search={quote(search, safe='')}" if search else ""
        return f"http://{HOST}:{self.port}/?token={token}{opened_at}"

    def refusal(self, request: Request) -> str:
        """Why a request is refused; "" when it is not."""
        hosts = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        if request.headers.get("host") not in hosts:
            return "This address is not the page's."
        origin = request.headers.get("origin")
        foreign = origin is not None and origin not in {f"http://{host}" for host in hosts}
        if foreign or (origin is None and request.method == "POST"):
            return "The request comes from another site."
        given = request.query_params.get("token") or request.cookies.get(self.cookie, "")
        if self.once and hmac.compare_digest(given.encode(), self.once.encode()):
            self.once = ""
        elif not hmac.compare_digest(given.encode(), self.token.encode()):
            return "Open the address that `ocr-extract review` printed last."
        return ""


def app_of(pages: OpenPages, doorkeeper: Doorkeeper) -> Starlette:
    """The web application."""

    async def static(request: Request) -> Response:
        if refusal := doorkeeper.refusal(request):
            return _refused(refusal)
        name, media = FILES[request.url.path]
        answer = Response((STATIC / name).read_bytes(), media_type=media, headers=HEADERS)
        if "token" in request.query_params:
            answer.set_cookie(
                doorkeeper.cookie, doorkeeper.token, httponly=True, samesite="strict", path="/"
            )
        return answer

    async def message(request: Request) -> Response:
        client = request.path_params["client"]
        if refusal := doorkeeper.refusal(request):
            return _refused(refusal)
        raw = await _body(request)
        if raw is None or not _CLIENT.fullmatch(client):
            return PlainTextResponse("No message.", 400, HEADERS)
        answer = await run_in_threadpool(_answer, pages, client, raw)
        return JSONResponse(answer, headers=HEADERS)

    async def leave(request: Request) -> Response:
        if refusal := doorkeeper.refusal(request):
            return _refused(refusal)
        await run_in_threadpool(pages.leave, request.path_params["client"])
        return Response(status_code=204, headers=HEADERS)

    routes = [Route(path, static, methods=["GET"]) for path in FILES]
    routes.append(Route("/messages/{client}", message, methods=["POST"]))
    routes.append(Route("/leave/{client}", leave, methods=["POST"]))
    return Starlette(routes=routes)


def _refused(reason: str) -> Response:
    return PlainTextResponse(reason, 403, HEADERS)


async def _body(request: Request) -> bytes | None:
    """The body of a request; None when it is no JSON by its type, or too large."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def _answer(pages: OpenPages, client: str, raw: bytes) -> dict[str, object]:
    """The session's answer to a message."""
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        return {"type": None, "id": None, "ok": False, "error": "The message is no JSON."}
    try:
        return pages.of(client).answer(message)
    except OcrExtractError as error:
        known = message if isinstance(message, dict) else {}
        head = {"type": known.get("type"), "id": known.get("id")}
        return {**head, "ok": False, "error": str(error)}


def bound_socket(port: int | None) -> socket.socket:
    """A socket at a port of this machine; without one at PORT, or at any other that is free. Raises
    UsageError when the port is in use.
    """
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, PORT if port is None else port))
    except OSError as error:
        if port is not None:
            bound.close()
            message = f"The port {port} cannot be used: {error.strerror}."
            raise UsageError(message, "Give another one: --port N.") from error
        bound.bind((HOST, 0))
    return bound


def serve(app: Starlette, bound: socket.socket) -> None:
    """Serve until Ctrl-C, which raises KeyboardInterrupt."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run(sockets=[bound])
