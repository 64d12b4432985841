"""A real PostgreSQL server on loopback, for the time of a test session."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


def program(name: str) -> Path | None:
    """Where a program of the server lies; Debian keeps them off the path."""
    newest = sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)
    found = newest[0] if newest else shutil.which(name)
    return Path(found) if found else None


def _user() -> str | None:
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The URL of a fresh server's empty database; it ends with the block."""
    initdb, postgres = program("initdb"), program("postgres")
    assert initdb is not None
    assert postgres is not None
    cluster, user = folder / "cluster", _user()
    cluster.mkdir(mode=0o700)
    if user is not None:
        shutil.chown(cluster, user)
    where = ["-D", str(cluster)]
    subprocess.run(
        [initdb, *where, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        check=True, capture_output=True, user=user, cwd="/",
    )  # fmt: skip
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [postgres, *where, "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, user=user, cwd="/",
    )  # fmt: skip
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "ready to accept connections" in line:
                break
        yield f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres"
    finally:
        process.terminate()
        process.communicate(timeout=30)
