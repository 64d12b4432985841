"""Titles are compared without case, accents and LaTeX, also with the beginning of a title."""

from ocr_extract.volume.roster.titles import beginning_similarity, fold_title, title_similarity

TITLE = "Robust Tree Ensembles for Long Documents"


def test_title_similarity() -> None:
    assert title_similarity("", "A") == (None, False)
    similarity, cut = title_similarity("Robust Tree Ensembles", TITLE)
    assert (similarity, cut) == (1.0, True)
    similarity, cut = title_similarity("Robust Tree Ensembles for Long Document", TITLE)
    assert similarity is not None
    assert similarity > 0.95
    assert not cut


def test_titles_are_normalized() -> None:
    assert fold_title("Über \\textit{DNA}: $L_2$-Norms  & O'Neil") == "uber dna l 2 norms oneil"


def test_letters_with_strokes_are_plain_letters() -> None:
    assert fold_title("Łoś, Øre and Đa\u0131") == "los ore and dai"


def test_beginning_is_neither_too_short_nor_nearly_the_whole() -> None:
    title = fold_title(TITLE)
    assert beginning_similarity("robust tree", title) == 0.0
    assert beginning_similarity("robust tree ensembles", title) == 1.0
    assert beginning_similarity(title[:-3], title) == 0.0
