import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.volume.roster.vocabulary import (
    ABSENCE_COST,
    MIN_EVIDENCE,
    MIN_WORD_SIMILARITY,
    WORD_IN_ENTRY_SHARE,
    Vocabulary,
    _outside_rates,
    _word_evidence,
    posterior,
)

BAGS = (
    frozenset({"robust", "tree", "ensembles"}),
    frozenset({"sparse", "bandits", "learning"}),
    frozenset({"continual", "learning", "graphs"}),
    frozenset[str](),
)
WORDS = st.lists(st.sampled_from(["robust", "bandits", "learning", "zzzz", "qq", "grophs"]))


def test_rare_words_speak_louder() -> None:
    rare = Vocabulary(BAGS).evidence(["bandits"], [0.9])
    common = Vocabulary(BAGS).evidence(["learning"], [0.9])
    assert rare[1] > common[1] > 0 > rare[0]
    assert common[1] == common[2]


def test_a_misread_word_speaks_less_than_a_good_one() -> None:
    vocabulary = Vocabulary(BAGS)
    good, bad = (vocabulary.evidence([word], [0.9])[2] for word in ("graphs", "grophs"))
    assert good > bad > 0


def test_surely_read_strange_words_speak_against() -> None:
    vocabulary = Vocabulary(BAGS)
    strange = ["quantum", "surface", "codes"]
    assert vocabulary.evidence(strange, [0.95] * 3)[0] < vocabulary.evidence(strange, [0.1] * 3)[0]


def test_little_evidence_is_never_sure() -> None:
    shares = posterior(np.array([MIN_EVIDENCE - 0.1, -5.0]))
    assert shares.max() <= 0.5


@given(WORDS)
def test_shares_are_shares_and_the_order_of_words_is_nothing(words: list[str]) -> None:
    vocabulary = Vocabulary(BAGS)
    there = posterior(vocabulary.evidence(words, [0.8] * len(words)))
    back = posterior(vocabulary.evidence(words[::-1], [0.8] * len(words)))
    assert np.allclose(there, back)
    assert (there >= 0).all()
    assert there.sum() <= 1 + 1e-9


@given(st.lists(st.floats(0, 1), min_size=1), st.sampled_from(["graphs", "the", "李"]))
def test_a_word_says_of_each_paper_what_counting_all_others_would(
    likeness: list[float], word: str
) -> None:
    row = np.array(likeness)
    said = _word_evidence(word, 0.9, row)
    others = max(1, len(row) - 1)
    for index, like in enumerate(row):
        expected = -ABSENCE_COST * 0.9
        if like >= MIN_WORD_SIMILARITY:
            have = (sum(other >= like - 1e-9 for other in row) - 1) / others
            chance = float(_outside_rates(word, row[[index]])[0])
            expected = max(expected, math.log(WORD_IN_ENTRY_SHARE / (have + chance)))
        assert math.isclose(said[index], expected)


def test_nothing_to_compare() -> None:
    assert Vocabulary(()).evidence(["a"], [1.0]).size == 0
    assert posterior(np.zeros(0)).size == 0
    assert not Vocabulary((frozenset[str](),)).evidence(["word"], [1.0]).any()
