"""Fixtures: a factory for test files, a clean environment, ledgers, and the first documents."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import create_engine, text

from ocr_extract.volume.ledger import sqlite_url
from tests.factory import Factory
from tests.postgres import program, server

# No deadline: a slow machine must not fail a test; bench/ measures speed.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove settings of the developer's machine from the environment of a test."""
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "170")


@pytest.fixture
def factory(tmp_path: Path) -> Factory:
    """Makes small test files, each with one property, in the folder of this test."""
    return Factory(tmp_path)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the first five documents; the test is skipped when it is missing."""
    folder = Path(os.environ.get("OCR_EXTRACT_SHARED", ROOT.parent / "shared"))
    if not (folder / "seeds").is_dir():
        pytest.skip(f"{folder.name}/seeds is not there: the first five documents are not public")
    return folder


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
