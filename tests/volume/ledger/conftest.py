"""Ledgers on SQLite and on a real PostgreSQL server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from ocr_extract.volume.ledger import sqlite_url
from tests.postgres import program, server


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if program("initdb") is None or program("postgres") is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = tmp_path_factory.mktemp("postgres")
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(0o755)
    with server(folder) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty ledger, as a user writes it."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path).render_as_string(hide_password=False)
    base = str(request.getfixturevalue("postgres"))
    engine = create_engine(base, isolation_level="AUTOCOMMIT")
    name = f"t{abs(hash(request.node.nodeid))}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return base.rpartition("/")[0] + f"/{name}"
