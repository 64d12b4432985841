"""The keys of stored readings and answers: digests of everything that the result depends on."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib import resources
from pathlib import Path

from ocr_extract._version import EXTRACTION_VERSION
from ocr_extract.dates.priors import Context
from ocr_extract.model_files import model_file
from ocr_extract.settings import Settings

CONSENSUS_SETTINGS = frozenset(("target_error", "accept_at", "calibration", "flags"))
"""Settings that only the consensus pass uses: a file is not read again when they change."""
SINCE_PHOTOS = frozenset(
    ".heic .heif .hif .avif .webp .docx .doc .odt .pages .rtf .zip .eml .mbox .msg .dat".split()
)
"""Suffixes of files that earlier versions could not read, or said less of: the same content gets a
new reading, and no other file is read again."""
PACKAGE = Path(__file__).parent.parent
"""The folder of the program's own code."""
MODEL_FILES = (
    ("handwriting", "handwriting.onnx"),
    ("signature", "weights.json"),
    ("calibration", "dates.json"),
    ("pp_ocr", "characters.txt"),
    ("pp_ocr", "PP-OCRv6_rec_small.onnx"),
)
"""The learned files that are shipped: folder and file name of each."""


@lru_cache(maxsize=256)
def reading_key(suffix: str, settings: Settings, context: Context) -> str:
    """Digest, in hexadecimal, of everything except the bytes that a file's reading depends on: the
    file's suffix, the settings, what the editor or the roster says about the dates, the declared
    version of the extraction, the forms, and the models. Code can move to another module without a
    file being read again.
    """
    causes = {
        "extraction": EXTRACTION_VERSION,
        "suffix": suffix,
        "settings": settings.model_dump(mode="json", exclude=set(CONSENSUS_SETTINGS)),
        "context": [context.year, context.start, context.end, context.origin],
        "learned": model_digests(),
    }
    if suffix in SINCE_PHOTOS:
        causes["photos"] = 1
    return _digest(json.dumps(causes, sort_keys=True, default=str).encode())


@lru_cache(maxsize=1)
def program_digest() -> str:
    """Digest, in hexadecimal, of the whole program with its models. Any change of the program makes
    the answer be computed again.
    """
    code = sorted(PACKAGE.rglob("*.py"))
    names = ["/".join(path.relative_to(PACKAGE).parts) for path in code]
    lines = [f"{name} {_digest(path.read_bytes())}" for name, path in zip(names, code, strict=True)]
    return _digest("\n".join((*lines, *model_digests())).encode())


@lru_cache(maxsize=1)
def model_digests() -> tuple[str, ...]:
    """The models and the forms, each as its name and its digest, sorted."""
    forms = [
        path
        for path in resources.files("ocr_extract.forms").iterdir()
        if path.name.endswith((".toml", ".json"))
    ]
    files = [*(model_file(*name) for name in MODEL_FILES), *forms]
    return tuple(sorted(f"{path.name} {_digest(path.read_bytes())}" for path in files))


def shipped_models() -> dict[str, str]:
    """The SHA-256 of each shipped model, by its folder and its file's name."""
    return {"/".join(name): _digest(model_file(*name).read_bytes()) for name in MODEL_FILES}


def _digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
