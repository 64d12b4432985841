"""What readings and answers are stored under: digests of all that they follow from."""

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

NOT_FOR_READING = frozenset(("target_error", "accept_at", "calibration"))
"""Settings that only the consensus pass applies: a file is not read again for them."""
PACKAGE = Path(__file__).parent.parent
MODELS = (
    ("handwriting", "handwriting.onnx"),
    ("signature", "weights.json"),
    ("calibration", "dates.json"),
    ("pp_ocr", "characters.txt"),
    ("pp_ocr", "PP-OCRv6_rec_small.onnx"),
)
"""The learned files that are shipped."""


@lru_cache(maxsize=256)
def reading_key(suffix: str, settings: Settings, context: Context) -> str:
    """Digest of everything but the bytes that the reading of a file follows from: the file's
    suffix, the settings, what the editor said of the dates, the declared version of the
    extraction, the forms, and the models. Code may move without a file being read again.
    """
    known = {
        "extraction": EXTRACTION_VERSION,
        "suffix": suffix,
        "settings": settings.model_dump(mode="json", exclude=set(NOT_FOR_READING)),
        "context": [context.year, context.start, context.end, context.origin],
        "learned": _learned(),
    }
    return _digest(json.dumps(known, sort_keys=True, default=str).encode())


@lru_cache(maxsize=1)
def program_digest() -> str:
    """Digest of the whole program with its models: an answer is made anew with any change."""
    code = sorted(PACKAGE.rglob("*.py"))
    names = ["/".join(path.relative_to(PACKAGE).parts) for path in code]
    parts = [f"{name} {_digest(path.read_bytes())}" for name, path in zip(names, code, strict=True)]
    return _digest("\n".join((*parts, *_learned())).encode())


@lru_cache(maxsize=1)
def _learned() -> tuple[str, ...]:
    """The models and the forms, each as its name and its digest."""
    forms = [
        path
        for path in resources.files("ocr_extract.forms").iterdir()
        if path.name.endswith((".toml", ".json"))
    ]
    files = [*(model_file(*name) for name in MODELS), *forms]
    return tuple(sorted(f"{path.name} {_digest(path.read_bytes())}" for path in files))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
