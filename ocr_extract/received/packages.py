"""Which archives are packages that this program wrote: they are results, and no input."""

from __future__ import annotations

import re
import zipfile
import zlib
from lzma import LZMAError
from pathlib import Path

from ocr_extract.sources.foreign import zip_names

MANIFEST = "manifest.json"
"""Name of the manifest at the top of a package."""
_FORMAT = re.compile(rb'\s*\{\s*"format"\s*:\s*"ocr-extract package \d')
"""The beginning of a manifest."""
_HEAD_BYTES = 200
"""First bytes of a manifest that are read (chosen: its beginning has 40)."""
_BROKEN = (
    zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, ValueError, KeyError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
"""What the zip module raises on malformed or encrypted files."""


def is_package(path: Path) -> bool:
    """Whether a zip file is a package of this program, by its manifest."""
    try:
        with path.open("rb") as file:
            if MANIFEST not in (zip_names(file) or ()):
                return False
            with zipfile.ZipFile(file) as archive, archive.open(MANIFEST) as manifest:
                return _FORMAT.match(manifest.read(_HEAD_BYTES)) is not None
    except _BROKEN:
        return False
