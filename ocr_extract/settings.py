"""Every number that steers a run, in one frozen value, with where it comes from.

Settings come from their defaults, then a TOML file, then command-line options;
an unknown key is refused. Lengths are points, angles degrees, times seconds.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_extract.errors import BadSettings


class Settings(BaseModel):
    """What a run may be told. `origin` of the defaults stands beside each group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Volume. Nothing is taken from the clock: an unknown year stays unknown.
    year: int | None = Field(default=None, ge=1900, le=2200)
    start: date | None = None
    end: date | None = None
    form: str = Field(default="pmlr-publication-agreement", description="the form expected")
    languages: tuple[str, ...] = ("en", "fr", "de", "es", "it", "pt", "nl")

    # Bounds. The largest of 328 real agreements is a 2740 x 3528 pt photo of 3 pages.
    max_bytes: int = Field(default=200_000_000, gt=0)
    max_pages: int = Field(default=100, gt=0)
    max_pages_read: int = Field(default=8, gt=0)
    max_pixels: int = Field(default=100_000_000, gt=0)
    max_side: int = Field(default=30_000, gt=0, description="pixels")
    max_characters: int = Field(default=1_000_000, gt=0)
    document_seconds: float = Field(
        default=120, gt=0, description="processor seconds a document, in a worker"
    )
    document_timeout: float = Field(
        default=600, gt=0, description="seconds a document, all told, in a worker of this machine"
    )
    render_timeout: float = Field(default=60, gt=0, description="seconds a page")
    read_timeout: float = Field(default=60, gt=0, description="seconds a tesseract call")

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
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"Cannot read settings {path}: {error}.") from error
    return parse_settings(content, str(path))


def parse_settings(content: dict[str, object], origin: str) -> Settings:
    """Validate; raises BadSettings naming the first key at fault."""
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadSettings(
            f"Settings ({origin}): {key}: {first['msg']}.",
            "`ocr-extract run --help` lists what can be set.",
        ) from error
