"""Read signed publication agreements: signature and date, with a calibrated confidence.

Public names are imported when they are asked for: `ocr-extract --help` needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ocr_extract._version import __version__

if TYPE_CHECKING:
    from ocr_extract.dates.priors import Context
    from ocr_extract.errors import MissingTool, OcrExtractError, UsageError
    from ocr_extract.extraction import extract, extract_all
    from ocr_extract.records import Record, Verdict, record_schema
    from ocr_extract.settings import Settings

__all__ = [
    "Context",
    "MissingTool",
    "OcrExtractError",
    "Record",
    "Settings",
    "UsageError",
    "Verdict",
    "__version__",
    "extract",
    "extract_all",
    "record_schema",
]
_HOMES = {
    "Context": "dates.priors",
    "MissingTool": "errors",
    "OcrExtractError": "errors",
    "Record": "records",
    "Settings": "settings",
    "UsageError": "errors",
    "Verdict": "records",
    "extract": "extraction",
    "extract_all": "extraction",
    "record_schema": "records",
}


def __getattr__(name: str) -> object:
    """A public name, from the module that has it (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
