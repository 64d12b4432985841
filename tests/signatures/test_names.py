import pytest

from ocr_extract.signatures.names import name_likeness


@pytest.mark.parametrize(
    ("written", "name", "least"),
    [
        ("Mira Feldmann", "Mira Feldmann", 0.99), ("FELDMANN Mira", "Mira Feldmann", 0.99),
        ("Mira Feldnann", "Mira Feldmann", 0.85), ("Feldmann", "Mira Feldmann", 0.85),
        ("Jorg Capek", "Jörg Čapek", 0.99), ("李 明", "李 明", 0.9),
    ],
)  # fmt: skip
def test_the_same_name(written: str, name: str, least: float) -> None:
    assert name_likeness(written, name) >= least


@pytest.mark.parametrize(
    ("written", "name"), [("25.07.2025", "Mira Feldmann"), ("", "x y"), ("xy", None)]
)
def test_nothing_alike(written: str, name: str | None) -> None:
    assert name_likeness(written, name) < 0.4
