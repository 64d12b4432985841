"""The settings of a run, in one frozen value.

Values come from the defaults, then from a TOML file, then from command-line options. An unknown
key is refused. Lengths are points, angles degrees, times seconds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from ocr_extract.errors import BadSettings
from ocr_extract.flag_codes import CODES
from ocr_extract.records import Severity

ADVICE = "docs/usage.md lists what can be set."
SECONDS_PER_DAY = 86_400
"""One day in seconds: the upper limit of all time limits (chosen)."""
LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")
"""Default languages of month words, as ISO 639-1 codes."""
MAX_SETTINGS_BYTES = 1_000_000
"""Largest size of a settings file, in bytes (chosen)."""


def _language(code: str) -> str:
    """The language code itself. Raises PydanticCustomError when dateparser has no month words for
    it.
    """
    if code in LANGUAGES:
        return code
    from dateparser.data.languages_info import language_order  # noqa: PLC0415  a tenth of a second

    if code not in language_order:
        raise PydanticCustomError("unknown_language", "unknown language")
    return code


def _severities(table: object) -> tuple[tuple[str, Severity], ...]:
    """The pairs of a table of flags, sorted. Raises PydanticCustomError when it is no table, or
    names a flag or a severity that does not exist.
    """
    pairs = tuple(table.items()) if isinstance(table, Mapping) else table
    if not isinstance(pairs, list | tuple) or not all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs
    ):
        raise PydanticCustomError("flag_table", "no table")
    for code, severity in pairs:
        if code not in list(CODES):
            raise PydanticCustomError("unknown_flag", "unknown flag", {"code": str(code)})
        if severity not in get_args(Severity):
            raise PydanticCustomError("unknown_severity", "unknown severity", {"code": code})
    return tuple(sorted((code, severity) for code, severity in pairs))


class Settings(BaseModel):
    """The options of a run. A comment above each group says where its defaults come from."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    # Volume. Nothing is taken from the clock: an unknown year stays unknown.
    year: int | None = Field(default=None, ge=1900, le=2200)
    start: date | None = None
    end: date | None = None
    form: str = Field(default="pmlr-publication-agreement", description="the form expected")
    languages: tuple[Annotated[str, AfterValidator(_language)], ...] = LANGUAGES

    # Limits (chosen). The largest of 328 real agreements is a photo of 2740 x 3528 points with 3
    # pages. The largest values allowed follow from the system's own limits and from one day.
    max_bytes: int = Field(default=200_000_000, gt=0, le=10**11)
    max_pages: int = Field(default=100, gt=0, le=100_000)
    max_pages_read: int = Field(default=8, gt=0, le=10_000)
    max_pixels: int = Field(default=100_000_000, gt=0, le=10**10)
    max_side: int = Field(default=30_000, gt=0, le=1_000_000, description="pixels")
    max_characters: int = Field(default=1_000_000, gt=0, le=10**9)
    document_seconds: float = Field(
        default=120,
        ge=1,
        le=SECONDS_PER_DAY,
        description="processor seconds a document, in a worker",
    )
    document_timeout: float = Field(
        default=600,
        ge=1,
        le=SECONDS_PER_DAY,
        description="seconds a document in total, in a worker of this machine",
    )
    render_timeout: float = Field(
        default=60, ge=1, le=SECONDS_PER_DAY, description="seconds a page"
    )
    read_timeout: float = Field(
        default=60, ge=1, le=SECONDS_PER_DAY, description="seconds a tesseract call"
    )

    # Resolution. Marks are read at `read_dpi`; labels are located at `locate_dpi`. As measured
    # by bench/labels.py, this finds as many labels in two thirds of the time of `read_dpi`.
    read_dpi: int = Field(default=300, ge=72, le=1200)
    locate_dpi: int = Field(default=200, ge=72, le=1200)

    # Root certificates (PEM or DER files) that are trusted besides the system's own.
    trusted_roots: tuple[Path, ...] = ()

    # Acceptance. At most the share `target_error` of the accepted dates may be wrong. The
    # threshold for that was measured, see docs/confidence.md. `accept_at` sets it directly.
    target_error: float = Field(default=0.005, gt=0, lt=1)
    accept_at: float | None = Field(default=None, ge=0, le=1)
    calibration: Path | None = None

    # How grave flags are, by their code: pairs that stand as a table in the file. A flag that is
    # not named has the severity of `flag_codes.SEVERITIES`, or that of its case.
    flags: Annotated[tuple[tuple[str, Severity], ...], BeforeValidator(_severities)] = ()

    def severity_of(self, code: str) -> Severity | None:
        """The severity that is set for a flag; None when nothing is set for it."""
        return dict(self.flags).get(code)

    def with_options(self, **options: object) -> Settings:
        """A copy with the options that are not None. Raises BadSettings for an unknown option or a
        value out of range.
        """
        given = {name: value for name, value in options.items() if value is not None}
        return parse_settings({**self.model_dump(), **given}, "options")


def load_settings(path: Path) -> Settings:
    """Read a TOML file. Raises BadSettings when it cannot be read, or with the first wrong key."""
    try:
        if path.stat().st_size > MAX_SETTINGS_BYTES:
            raise BadSettings(f"{path} is too large for settings.", ADVICE)
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSettings(f"Cannot read settings {path}: {error.strerror}.", ADVICE) from error
    except UnicodeDecodeError as error:
        raise BadSettings(f"Cannot read settings {path}: it is no UTF-8.", ADVICE) from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"Cannot read settings {path}: {error}.", ADVICE) from error
    except (ValueError, RecursionError) as error:  # thousands of digits or of brackets
        message = f"Cannot read settings {path}: a number is too long, or nested too deep."
        raise BadSettings(message, ADVICE) from error
    return parse_settings(content, str(path))


def parse_settings(content: dict[str, object], origin: str) -> Settings:
    """Validate settings. `origin` is the name of their source for the error message. Raises
    BadSettings with the first wrong key.
    """
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadSettings(f"Settings ({origin}): {key} {_wrong(first)}.", ADVICE) from error


def _wrong(error: ErrorDetails) -> str:
    """Says in words what is wrong with a value."""
    kind, bounds = error["type"], error.get("ctx", {})
    if kind in _SENTENCES:
        shown = {name: str(value).removesuffix(".0") for name, value in bounds.items()}
        return _SENTENCES[kind].format(**shown)
    return next((text for part, text in _KINDS if part in kind), "has a value that it cannot have")


_SENTENCES = {
    "extra_forbidden": "is no setting",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "finite_number": "must be a number that is finite",
    "unknown_language": "is no language that is known",
    "flag_table": 'must be a table of flags, as undated = "note"',
    "unknown_flag": "names “{code}”, which is no flag",
    "unknown_severity": "gives {code} a severity that is none of note, review and reject",
}
"""End of the error message, by pydantic's name of the error."""
_KINDS = (
    ("int", "must be a whole number"),
    ("float", "must be a number"),
    ("date", "must be a day, as 2025-07-13"),
    ("tuple", "must be a list"),
    ("string", "must be text in quotes"),
    ("path", "must be a path in quotes"),
)
"""End of the error message, by a part of pydantic's name of the error; the first match counts."""
