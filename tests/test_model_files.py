"""Model files are found inside an installed package, and beside the package in a checkout."""

from pathlib import Path

import pytest

from ocr_extract import model_files
from ocr_extract.model_files import model_file
from ocr_extract.volume.keys import MODEL_FILES


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a package without models, in the folder of a checkout without models."""
    package = tmp_path / "checkout" / "package"
    package.mkdir(parents=True)
    monkeypatch.setattr(model_files, "PACKAGE", package)
    return package


def _model(folder: Path) -> Path:
    path = folder / "models" / "kind" / "weights.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    return path


@pytest.mark.parametrize("name", MODEL_FILES, ids="/".join)
def test_every_shipped_model_is_found(name: tuple[str, ...]) -> None:
    path = model_file(*name)
    assert path.is_file()
    assert path.parts[-2:] == name


def test_model_of_a_checkout_lies_beside_the_package(package: Path) -> None:
    model = _model(package.parent)
    assert model_file("kind", "weights.json") == model


def test_model_of_an_installed_package_comes_first(package: Path) -> None:
    _model(package.parent)
    model = _model(package)
    assert model_file("kind", "weights.json") == model


def test_folder_inside_the_package_is_not_a_model(package: Path) -> None:
    model = _model(package.parent)
    (package / "models" / "kind" / "weights.json").mkdir(parents=True)
    assert model_file("kind", "weights.json") == model


def test_missing_model_has_a_path_all_the_same(package: Path) -> None:
    path = model_file("kind", "none.json")
    assert not path.exists()
    assert path == package.parent / "models" / "kind" / "none.json"
