"""Where the learned files lie that the program ships."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def model_file(*name: str) -> Path:
    """A file of models/: inside the installed package; beside it in a checkout."""
    path = Path("models", *name)
    installed = PACKAGE / path
    return installed if installed.is_file() else PACKAGE.parent / path
