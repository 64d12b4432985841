"""Each card names the command that makes its model, and that command does what the card says."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CARDS = sorted((ROOT / "models").glob("*/CARD.md"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def _recipe(target: str) -> str:
    """The lines that `make` runs for a target, "" where there is none."""
    match = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    return match[1] if match else ""


def _first_target(card: Path) -> str:
    match = re.search(r"`make ([a-z-]+)", card.read_text(encoding="utf-8"))
    assert match is not None, "the card names no make target"
    return match[1]


def test_every_model_has_a_card() -> None:
    models = {path.parent.name for path in (ROOT / "models").glob("*/__init__.py")}
    assert {card.parent.name for card in CARDS} == models


@pytest.mark.parametrize("card", CARDS, ids=lambda path: path.parent.name)
def test_card_names_the_command_that_makes_its_model(card: Path) -> None:
    modules = re.findall(r"-m (models\.[\w.]+)", _recipe(_first_target(card)))
    assert modules
    assert {module.split(".")[1] for module in modules} == {card.parent.name}
    assert all(importlib.util.find_spec(module) for module in modules)


def test_handwriting_card_says_how_long_the_command_trains() -> None:
    source = (ROOT / "models" / "handwriting" / "train.py").read_text(encoding="utf-8")
    default = re.search(r'"--steps", type=int, default=([\d_]+)', source)
    assert default is not None
    assert "--steps" not in _recipe("train")
    card = (ROOT / "models" / "handwriting" / "CARD.md").read_text(encoding="utf-8")
    again = card[card.index("**Making it again.**") :]
    assert f"trains {int(default[1]):,} steps" in again.replace("\n", " ")
