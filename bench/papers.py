"""Learns the weights that say how likely a form is the agreement of a paper, and measures how well
papers are found by content.

    python -m bench.papers RESULTS=ROSTER.bib ...

RESULTS is the folder of a run (`--out`) over a volume whose files are named for their papers, or
whose papers the run found. A volume is measured with weights that were learned from the others. All
its files get names without meaning; the files of each other volume are strangers to it. Only counts
and the weights are printed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from ocr_extract.records import Record
from ocr_extract.volume.roster.likelihood import WEIGHTS, Likelihood, Weights
from ocr_extract.volume.roster.matching import Matcher
from ocr_extract.volume.roster.roster import Roster, read_roster

FloatArray = npt.NDArray[np.float64]
NAMES = tuple(field.name for field in fields(Weights))
"""The weights in the order of the columns."""
BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "base": (None, None),
    "title_print": (None, 0.0),
    "title_print_other": (0.0, 0.0),
    "title_hand": (None, 0.0),
    "title_hand_other": (None, 0.0),
    "name_print": (None, 0.0),
    "first_author": (0.0, 2.5),
}
"""Least and most of a weight; all others are at least 0. The first author alone does not decide
between two papers of one person: 2.5 nats are odds of 12 to 1 (chosen). `title_print_other` is
chosen, not learned."""
SHRINKAGE = 0.05
"""Weight of the squared weights, in nats (chosen)."""
STRANGER_WEIGHT = 0.5
"""How much all strangers weigh, and how much a file without its paper, against the files with their
papers (chosen)."""


@dataclass(frozen=True)
class Volume:
    """A roster, the records of its files, and their true papers (None when unknown)."""

    roster: Roster
    records: tuple[Record, ...]
    keys: tuple[str | None, ...]


@dataclass(frozen=True)
class Form:
    """One form against one roster: the measures of each paper, (papers, weights), the index of its
    own paper (-1 without one), and the weight of the example.
    """

    measures: FloatArray
    own: int
    weight: float


def main() -> None:
    """Print the weights and the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("volumes", nargs="+", metavar="RESULTS=ROSTER")
    volumes = [_volume(*map(Path, text.split("="))) for text in parser.parse_args().volumes]
    for number, volume in enumerate(volumes):
        others = volumes[:number] + volumes[number + 1 :]
        _measure(number, volume, others, _learned(others) if others else Weights())
    for name, value in zip(NAMES, astuple(_learned(volumes)), strict=True):
        print(f"    {name}: float = {value:.2f}")


def _volume(results: Path, roster: Path) -> Volume:
    """The volume with the results in a folder."""
    lines = (results / "records.jsonl").read_text(encoding="utf-8").splitlines()
    records = tuple(Record.model_validate_json(line) for line in lines)
    keys = tuple(record.roster.key if record.roster else None for record in records)
    return Volume(read_roster(roster), records, keys)


# Measuring


def _measure(number: int, volume: Volume, others: Sequence[Volume], weights: Weights) -> None:
    """Print how many files find their paper by content, and how many strangers find one."""
    found = list(_found(volume.roster, volume.records, weights))
    known = [pair for pair in zip(found, volume.keys, strict=True) if pair[1]]
    right = sum(key == true for key, true in known)
    wrong = sum(key is not None and key != true for key, true in known)
    strangers = [key for other in others for key in _found(volume.roster, other.records, weights)]
    matched = sum(key is not None for key in strangers)
    print(
        f"volume {number + 1}: {right} right, {wrong} wrong of {len(known)};"
        f" {matched} of {len(strangers)} strangers matched"
    )


def _found(
    roster: Roster, records: Sequence[Record], weights: Weights
) -> Iterator[str | None]:  # fmt: skip
    """The keys that records find under names without meaning."""
    named = (_renamed(record, f"scan{i:05d}.pdf") for i, record in enumerate(records))
    for match in Matcher(roster, weights).matches(named):
        yield match.paper.key if match.paper else None


def _renamed(record: Record, name: str) -> Record:
    """The record under another file name."""
    document = record.document.model_copy(update={"name": name})
    return record.model_copy(update={"document": document})


# Learning


def _learned(volumes: Sequence[Volume]) -> Weights:
    """The weights that fit these volumes best."""
    forms = [form for i in range(len(volumes)) for form in _forms(volumes, i)]
    measures = np.concatenate([form.measures for form in forms])
    counts = np.array([len(form.measures) for form in forms])
    starts = np.cumsum(counts) - counts
    own = np.array([start + form.own for start, form in zip(starts, forms, strict=True)])
    has_paper = np.array([form.own >= 0 for form in forms])
    weight = np.array([form.weight for form in forms])
    of_form = np.repeat(np.arange(len(forms)), counts)
    prior = -np.log(counts)[of_form]

    def cost(values: FloatArray) -> tuple[float, FloatArray]:
        """Negative log-likelihood of all choices, and its derivative by the weights."""
        logs = measures @ values + prior
        top = np.maximum(np.maximum.reduceat(logs, starts), 0.0)
        odds = np.exp(logs - top[of_form])
        total = np.add.reduceat(odds, starts) + np.exp(-top)
        chosen = np.where(has_paper, logs[np.where(has_paper, own, 0)], 0.0)
        loss = -(weight * (chosen - top - np.log(total))).sum() + SHRINKAGE * values @ values
        slope = weight[of_form] * odds / total[of_form]
        slope[own[has_paper]] -= weight[has_paper]
        return float(loss), measures.T @ slope + 2 * SHRINKAGE * values

    bounds = [BOUNDS.get(name, (0.0, None)) for name in NAMES]
    start = np.zeros(len(NAMES))
    result = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds)
    learned = Weights(*(round(float(value), 2) for value in result.x))
    return replace(learned, title_print_other=WEIGHTS.title_print_other)


def _forms(volumes: Sequence[Volume], number: int) -> Iterator[Form]:
    """The examples of one roster: its own files, with and without their papers, and strangers."""
    volume = volumes[number]
    likelihood = Likelihood(volume.roster.papers)
    index = {paper.key: i for i, paper in enumerate(volume.roster.papers)}
    for record, key in zip(volume.records, volume.keys, strict=True):
        if key in index and (rows := _rows(likelihood, record)) is not None:
            yield Form(rows, index[key], 1.0)
            yield Form(np.delete(rows, index[key], axis=0), -1, STRANGER_WEIGHT)
    strangers = [r for i, other in enumerate(volumes) if i != number for r in other.records]
    for record in strangers:
        if (rows := _rows(likelihood, record)) is not None:
            yield Form(rows, -1, STRANGER_WEIGHT * len(volume.records) / len(strangers))


def _rows(likelihood: Likelihood, record: Record) -> FloatArray | None:
    """The measures of a record: shape (papers, weights). None when nothing can be compared."""
    features = likelihood.features(record.fields)
    if not features:
        return None
    papers = len(likelihood.papers)
    columns = [features.get(name, np.zeros(papers)) for name in NAMES]
    columns[0] = np.ones(papers)
    return np.stack(columns, axis=1)


if __name__ == "__main__":
    main()
