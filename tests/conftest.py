"""Fixtures: a factory for test files, a clean environment, and the first five documents."""

import os
from pathlib import Path

import hypothesis
import pytest

from tests.factory import Factory

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
