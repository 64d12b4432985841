"""Names on a form against all authors of all papers."""

import numpy as np
import pytest

from ocr_extract.volume.roster.authors import Authors
from ocr_extract.volume.roster.roster import Paper

AUTHORS = Authors(
    (
        Paper("a", "", "García Hernández, Ana and Li, Wei"),
        Paper("b", "", "Pawłowski, Stanisław Jan"),
        Paper("c", "", ""),
    )
)


@pytest.mark.parametrize(
    ("name", "paper"),
    [
        ("Ana García Hernández", 0), ("garcia hernandez ana", 0),
        ("Ana Garcia Hernandez Wei Li", 0),
        ("Stanislaw Pawlowski", 1), ("S. Pawłowski", 1), ("Pawlowski Stanislaw", 1),
    ],
)  # fmt: skip
def test_names_in_any_order_fit_their_paper_best(name: str, paper: int) -> None:
    fit = AUTHORS.fit([name])
    assert fit is not None
    assert fit.whole.argmax() == paper
    assert fit.whole[paper] > 0.75
    assert fit.whole[2] == fit.word[2] == fit.first[2] == 0.0


def test_first_author_is_told_from_the_others() -> None:
    first, second = AUTHORS.fit(["Ana García Hernández"]), AUTHORS.fit(["Weii Li"])
    assert first is not None
    assert second is not None
    assert (first.first[0], second.first[0]) == (1.0, 0.0)
    assert second.whole[0] > 0.9


def test_best_of_several_readings_counts() -> None:
    alone, more = AUTHORS.fit(["Stanislaw Pawl"]), AUTHORS.fit(["12.3.", "xq zz", "Stanislaw Pawl"])
    assert alone is not None
    assert more is not None
    assert np.allclose(alone.whole[1], more.whole[1])


@pytest.mark.parametrize("names", [[], [""], ["Li"], ["1/2/25", "a b"]])
def test_too_few_letters_are_not_compared(names: list[str]) -> None:
    assert AUTHORS.fit(names) is None
    assert Authors(()).fit(["Ana García"]) is not None
