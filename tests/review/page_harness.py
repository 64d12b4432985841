"""The review page as a process of its own, which can be killed, and a client that speaks to it."""

from __future__ import annotations

import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLIENT = "client-01"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """A review page at a port. `address` has the token."""

    folder: Path
    port: int = field(default_factory=free_port)
    address: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "ocr_extract", "review", "--out", str(self.folder)]
        more = ["--person", "Ed", "--no-browser", "--port", str(self.port)]
        self.process = subprocess.Popen([*command, *more], stderr=subprocess.PIPE, text=True)
        self.address = re.findall(r"http\S+", self._line())[0]
        self._wait_until_it_listens()

    def _line(self) -> str:
        assert self.process is not None
        assert self.process.stderr is not None
        ready, _, _ = select.select([self.process.stderr], [], [], 60)
        assert ready, "the server says nothing"
        line = self.process.stderr.readline()
        assert "http" in line, line + self.process.stderr.read()
        return line

    def _wait_until_it_listens(self) -> None:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server does not listen")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self._ended()

    def interrupt(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self._ended()

    def _ended(self) -> int:
        assert self.process is not None
        code = self.process.wait(60)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return code

    @property
    def token(self) -> str:
        return self.address.partition("token=")[2]

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str | None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """A request of the page's own, unless `headers` say otherwise; None leaves one out."""
        own: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.port}",
            "Origin": f"http://127.0.0.1:{self.port}",
            "Cookie": f"ocr_extract_review_{self.port}={self.token}",
            "Content-Type": "application/json",
        }
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {name: value for name, value in own.items() if value is not None}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, response.headers, content

    def ask(self, kind: str, client: str = CLIENT, **fields: object) -> dict[str, Any]:
        """The answer to a message."""
        message = {"type": kind, "id": os.urandom(8).hex(), **fields}
        body = json.dumps(message).encode()
        status, _, content = self.request("POST", f"/messages/{client}", body)
        assert status == 200, content
        answer: dict[str, Any] = json.loads(content)
        return answer


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """The review page of a folder of results, until the end of the block."""
    page = Served(folder)
    page.start()
    try:
        yield page
    finally:
        page.kill()


def names(lines: Sequence[dict[str, Any]]) -> list[str]:
    return [line["file"] for line in lines]
