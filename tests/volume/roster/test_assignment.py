"""Probabilities of pairs of files and papers, against a count over all assignments."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.volume.roster.assignment import SHARES, Pairs

LOGS = st.lists(st.floats(-3, 9), min_size=6, max_size=6)


def _pairs(logs: np.ndarray, named: list[float] | None = None) -> Pairs:
    files, papers = np.indices(logs.shape)
    counts = np.array(named or [0.0] * logs.shape[1])
    return Pairs(files.ravel(), papers.ravel(), logs.ravel(), len(logs), counts)


def _probabilities(logs: np.ndarray, named: list[float] | None = None) -> np.ndarray:
    return _pairs(logs, named).probabilities().reshape(logs.shape)


def _counted(logs: np.ndarray, share: float) -> np.ndarray:
    """The same by summing over every choice of every file."""
    files, papers = logs.shape
    odds = np.exp(logs) * (1 - share) / share / papers
    sums, total = np.zeros(logs.shape), 0.0
    for choice in itertools.product(range(-1, papers), repeat=files):
        taken = [paper for paper in choice if paper >= 0]
        weight = SHARES.duplicates ** (len(taken) - len(set(taken)))
        weight *= math.prod(odds[file, paper] for file, paper in enumerate(choice) if paper >= 0)
        total += weight
        for file, paper in enumerate(choice):
            if paper >= 0:
                sums[file, paper] += weight
    return sums / total


@given(LOGS)
def test_probabilities_are_valid(values: list[float]) -> None:
    found = _probabilities(np.array(values).reshape(3, 2))
    assert (found >= 0).all()
    assert (found.sum(axis=1) <= 1 + 1e-9).all()


@given(LOGS)
def test_one_file_has_the_odds_of_its_evidence(values: list[float]) -> None:
    logs = np.array(values).reshape(1, 6)
    found = _probabilities(logs)[0]
    odds = found / (1 - found.sum())
    assert np.allclose(np.diff(np.log(odds)), np.diff(logs[0]), atol=1e-6)


def test_probabilities_are_those_of_all_assignments() -> None:
    logs = np.array([[6.0, 5.0, -2.0], [7.0, 2.0, 0.0], [-1.0, 6.0, 5.0]])
    found = _pairs(logs)._with_strangers(SHARES.strangers).reshape(logs.shape)
    assert np.abs(found - _counted(logs, SHARES.strangers)).max() < 0.03


def test_two_files_for_two_papers_are_matched_one_to_one() -> None:
    """Both files are more like the first paper, the second one hardly."""
    logs = np.array([[9.0, 1.0], [8.5, 8.0]])
    found = _probabilities(logs)
    assert found[0, 0] > 0.9
    assert found[1, 1] > 0.9
    assert _probabilities(logs[1:])[0, 0] > 0.5


def test_paper_with_a_named_file_is_given_up_unless_the_evidence_is_strong() -> None:
    logs = np.array([[6.0, 4.0]])
    assert _probabilities(logs)[0].argmax() == 0
    assert _probabilities(logs, [1.0, 0.0])[0].argmax() == 1
    assert _probabilities(logs + np.array([8.0, 0.0]), [1.0, 0.0])[0, 0] > 0.9


def test_one_more_stranger_makes_every_weak_match_less_likely() -> None:
    weak = np.array([[4.0, 0.0]])
    strangers = np.full((20, 2), -9.0)
    assert (
        _probabilities(np.vstack([weak, strangers]))[0, 0]
        < _probabilities(np.vstack([weak, strangers[:2]]))[0, 0]
        < _probabilities(weak)[0, 0]
    )


@pytest.mark.parametrize("papers", [0, 3])
def test_no_pairs_have_no_probabilities(papers: int) -> None:
    none = np.zeros(0, np.intp)
    assert Pairs(none, none, np.zeros(0), 2, np.zeros(papers)).probabilities().size == 0
