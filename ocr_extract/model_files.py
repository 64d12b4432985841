"""Finds the model files that are shipped with the program."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def model_file(*name: str) -> Path:
    """Path of a file of models/. The folder is inside an installed package, and beside the package
    in a checkout. The file may be missing.
    """
    path = Path("models", *name)
    installed = PACKAGE / path
    return installed if installed.is_file() else PACKAGE.parent / path
