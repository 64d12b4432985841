"""Takes the weights, their dictionary and their licence from the wheel that contains them.

Run `make pp-ocr`. pip downloads the wheel but does not install it, because it requires a second
OpenCV. The weights must have the digest below, so the recipe gives the same bytes every time.
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
    """Write the three files of a wheel to a folder. Raises ValueError when the weights have another
    digest.
    """
    with zipfile.ZipFile(wheel) as archive:
        weights = archive.read(f"rapidocr/models/{WEIGHTS}")
        if hashlib.sha256(weights).hexdigest() != SHA256:
            raise ValueError(f"{wheel.name} has other weights than {SHA256}.")
        licences = next(n for n in archive.namelist() if n.endswith("MODEL_LICENSES.md"))
        (folder / "LICENSES.md").write_bytes(archive.read(licences))
    (folder / WEIGHTS).write_bytes(weights)
    (folder / "characters.txt").write_text(characters(weights) + "\n", encoding="utf-8")


def characters(weights: bytes) -> str:
    """The dictionary stored in the weights: one character per line, in the order of the outputs."""
    session = onnxruntime.InferenceSession(weights, providers=["CPUExecutionProvider"])
    return str(session.get_modelmeta().custom_metadata_map["character"])


if __name__ == "__main__":
    main()
