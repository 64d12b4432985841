"""Every number that steers a run, in one frozen value, with where it comes from.

Settings come from their defaults, then a TOML file, then command-line options;
an unknown key is refused. Lengths are points, angles degrees, times seconds.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from ocr_extract.errors import BadSettings

ADVICE = "docs/usage.md lists what can be set."
A_DAY = 86_400
"""Seconds: no document is worth more."""
LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")
MAX_BYTES = 1_000_000
"""Of a settings file."""


def _language(code: str) -> str:
    """A language that month words are known in."""
    if code in LANGUAGES:
        return code
    from dateparser.data.languages_info import language_order  # noqa: PLC0415  a tenth of a second

    if code not in language_order:
        raise PydanticCustomError("unknown_language", "unknown language")
    return code


class Settings(BaseModel):
    """What a run may be told. `origin` of the defaults stands beside each group."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    # Volume. Nothing is taken from the clock: an unknown year stays unknown.
    year: int | None = Field(default=None, ge=1900, le=2200)
    start: date | None = None
    end: date | None = None
    form: str = Field(default="pmlr-publication-agreement", description="the form expected")
    languages: tuple[Annotated[str, AfterValidator(_language)], ...] = LANGUAGES

    # Bounds. The largest of 328 real agreements is a 2740 x 3528 pt photo of 3 pages; upper
    # ends are what the system's own limits and a day's patience allow.
    max_bytes: int = Field(default=200_000_000, gt=0, le=10**11)
    max_pages: int = Field(default=100, gt=0, le=100_000)
    max_pages_read: int = Field(default=8, gt=0, le=10_000)
    max_pixels: int = Field(default=100_000_000, gt=0, le=10**10)
    max_side: int = Field(default=30_000, gt=0, le=1_000_000, description="pixels")
    max_characters: int = Field(default=1_000_000, gt=0, le=10**9)
    document_seconds: float = Field(
        default=120, ge=1, le=A_DAY, description="processor seconds a document, in a worker"
    )
    document_timeout: float = Field(
        default=600,
        ge=1,
        le=A_DAY,
        description="seconds a document, all told, in a worker of this machine",
    )
    render_timeout: float = Field(default=60, ge=1, le=A_DAY, description="seconds a page")
    read_timeout: float = Field(default=60, ge=1, le=A_DAY, description="seconds a tesseract call")

    # Resolution: crops are read at `read_dpi`; labels are found at `locate_dpi`, in two
    # thirds of the time that `read_dpi` takes, and all the same (bench/labels.py).
    read_dpi: int = Field(default=300, ge=72, le=1200)
    locate_dpi: int = Field(default=200, ge=72, le=1200)

    # Roots that certificates are verified against, beside the system's: PEM or DER files.
    trusted_roots: tuple[Path, ...] = ()

    # Judgement. Of the dates accepted no more than `target_error` may be wrong: the
    # confidence from which that holds is measured, see docs/confidence.md; `accept_at`
    # overrides it.
    target_error: float = Field(default=0.005, gt=0, lt=1)
    accept_at: float | None = Field(default=None, ge=0, le=1)
    calibration: Path | None = None

    def with_options(self, **options: object) -> Settings:
        """A copy with the options that are not None; raises BadSettings."""
        given = {name: value for name, value in options.items() if value is not None}
        return parse_settings({**self.model_dump(), **given}, "options")


def load_settings(path: Path) -> Settings:
    """Read a TOML file; raises BadSettings with the key at fault."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadSettings(f"{path} is too large for settings.", ADVICE)
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSettings(f"Cannot read settings {path}: {error.strerror}.", ADVICE) from error
    except UnicodeDecodeError as error:
        raise BadSettings(f"Cannot read settings {path}: it is no UTF-8.", ADVICE) from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"Cannot read settings {path}: {error}.", ADVICE) from error
    except (ValueError, RecursionError) as error:  # thousands of digits, or of brackets
        message = f"Cannot read settings {path}: a number is too long, or nested too deep."
        raise BadSettings(message, ADVICE) from error
    return parse_settings(content, str(path))


def parse_settings(content: dict[str, object], origin: str) -> Settings:
    """Validate; raises BadSettings naming the first key at fault."""
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadSettings(f"Settings ({origin}): {key} {_wrong(first)}.", ADVICE) from error


def _wrong(found: ErrorDetails) -> str:
    """What a value should have been, for each kind of error."""
    kind, bounds = found["type"], found.get("ctx", {})
    if kind in _SENTENCES:
        shown = {name: str(value).removesuffix(".0") for name, value in bounds.items()}
        return _SENTENCES[kind].format(**shown)
    return next((said for part, said in _KINDS if part in kind), "has a value that it cannot have")


_SENTENCES = {
    "extra_forbidden": "is no setting",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "finite_number": "must be a number that is finite",
    "unknown_language": "is no language that is known",
}
"""By pydantic's name of the error."""
_KINDS = (
    ("int", "must be a whole number"),
    ("float", "must be a number"),
    ("date", "must be a day, as 2025-07-13"),
    ("tuple", "must be a list"),
    ("string", "must be text in quotes"),
    ("path", "must be a path in quotes"),
)
"""By a part of it."""
