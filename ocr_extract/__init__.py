"""Read signed publication agreements: signature and date, with a calibrated confidence."""

from ocr_extract._version import __version__
from ocr_extract.agreement import extract, extract_all
from ocr_extract.dates.priors import Context
from ocr_extract.errors import MissingTool, OcrExtractError, UsageError
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
