"""Fixtures: a folder of purpose-made files, and what a test may need to find."""

import os
from pathlib import Path

import hypothesis
import pytest

from tests.factory import Factory

# A busy machine is no failure: speed is for bench/.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's machine reaches a test."""
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "170")


@pytest.fixture
def factory(tmp_path: Path) -> Factory:
    """Makes tiny files, one property each, in a folder of this test."""
    return Factory(tmp_path)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the first five documents; skips where it is not there."""
    folder = Path(os.environ.get("OCR_EXTRACT_SHARED", ROOT.parent / "shared"))
    if not (folder / "seeds").is_dir():
        pytest.skip(f"{folder.name}/seeds is not there: the first five documents are not public")
    return folder
