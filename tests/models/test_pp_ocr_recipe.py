"""The weights that the project ships and did not train: the ones that the card names."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from models.pp_ocr.take import FOLDER, SHA256, WEIGHTS, characters, take
from ocr_extract.recognition.pp_ocr import pp_ocr


def test_the_weights_are_those_of_the_card() -> None:
    assert hashlib.sha256((FOLDER / WEIGHTS).read_bytes()).hexdigest() == SHA256
    assert SHA256 in (FOLDER / "CARD.md").read_text()
    assert "Apache" in (FOLDER / "LICENSES.md").read_text()


def test_the_dictionary_is_the_one_that_the_weights_carry() -> None:
    carried = characters((FOLDER / WEIGHTS).read_bytes())
    assert pp_ocr().characters == ("", *carried.split("\n"), " ")
    assert len(pp_ocr().characters) == 18710


def test_the_recipe_takes_them_from_a_wheel_and_no_others(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.whl", tmp_path / "bad.whl"
    for wheel, weights in ((good, (FOLDER / WEIGHTS).read_bytes()), (bad, b"others")):
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"rapidocr/models/{WEIGHTS}", weights)
            archive.writestr("rapidocr.dist-info/licenses/MODEL_LICENSES.md", "Apache-2.0")
    take(good, tmp_path)
    for name in (WEIGHTS, "characters.txt"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
    with pytest.raises(ValueError, match="other weights"):
        take(bad, tmp_path)
