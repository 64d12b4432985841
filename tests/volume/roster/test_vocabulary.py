import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.volume.roster.vocabulary import (
    ABSENCE_COST,
    MIN_WORD_SIMILARITY,
    WORD_IN_ENTRY_SHARE,
    Vocabulary,
    _outside_rates,
    _word_evidence,
)

BAGS = (
    frozenset({"robust", "tree", "ensembles"}),
    frozenset({"sparse", "bandits", "learning"}),
    frozenset({"continual", "learning", "graphs"}),
    frozenset[str](),
)
WORDS = st.lists(st.sampled_from(["robust", "bandits", "learning", "zzzz", "qq", "grophs"]))


def test_rare_words_are_stronger_evidence() -> None:
    rare = Vocabulary(BAGS).evidence(["bandits"], [0.9])
    common = Vocabulary(BAGS).evidence(["learning"], [0.9])
    assert rare[1] > common[1] > 0 > rare[0]
    assert common[1] == common[2]


def test_misread_word_is_weaker_evidence() -> None:
    vocabulary = Vocabulary(BAGS)
    good, bad = (vocabulary.evidence([word], [0.9])[2] for word in ("graphs", "grophs"))
    assert good > bad > 0


def test_unknown_words_read_with_certainty_are_evidence_against_papers() -> None:
    vocabulary = Vocabulary(BAGS)
    unknown = ["quantum", "surface", "codes"]
    assert vocabulary.evidence(unknown, [0.95] * 3)[0] < vocabulary.evidence(unknown, [0.1] * 3)[0]


@given(WORDS)
def test_evidence_is_independent_of_word_order(words: list[str]) -> None:
    vocabulary = Vocabulary(BAGS)
    forward = vocabulary.evidence(words, [0.8] * len(words))
    backward = vocabulary.evidence(words[::-1], [0.8] * len(words))
    assert np.allclose(forward, backward)


@given(st.lists(st.floats(0, 1), min_size=1), st.sampled_from(["graphs", "the", "李"]))
def test_word_evidence_equals_a_count_over_all_other_papers(
    similarities: list[float], word: str
) -> None:
    row = np.array(similarities)
    evidence = _word_evidence(word, 0.9, row)
    others = max(1, len(row) - 1)
    for index, similarity in enumerate(row):
        expected = -ABSENCE_COST * 0.9
        if similarity >= MIN_WORD_SIMILARITY:
            share_of_others = (sum(other >= similarity - 1e-9 for other in row) - 1) / others
            chance = float(_outside_rates(word, row[[index]])[0])
            expected = max(expected, math.log(WORD_IN_ENTRY_SHARE / (share_of_others + chance)))
        assert math.isclose(evidence[index], expected)


def test_empty_vocabulary_gives_no_evidence() -> None:
    assert Vocabulary(()).evidence(["a"], [1.0]).size == 0
    assert not Vocabulary((frozenset[str](),)).evidence(["word"], [1.0]).any()
