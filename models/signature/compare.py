"""Compares the stored weights with weights fitted anew, on volumes that the latter never saw.

    python -m models.signature.compare EXAMPLES.pickle AGREEMENTS.pickle

EXAMPLES is written by `gather`, AGREEMENTS by `agreements`. Each volume, and each fifth of the made
forms, is scored by weights that were fitted without it. The true place of a signature on a real
agreement is the mark of ink that the program chooses with the stored weights. Nothing is stored.
"""

from __future__ import annotations

import argparse
import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.signature.agreements import Agreement
from models.signature.fit import fit, is_large, is_signature
from models.signature.fit import odds_of as linear_odds
from models.signature.gather import Example
from ocr_extract.calibration.confidence import drawn_signature
from ocr_extract.dates.priors import context_of
from ocr_extract.decision.signature import SIGNED_THRESHOLD
from ocr_extract.decision.text_fields import inline_field
from ocr_extract.fields.assign import ScoredMark, assign, is_drawn
from ocr_extract.fields.features import ink_evidence, score_marks
from ocr_extract.fields.observations import Observations
from ocr_extract.forms.definition import FieldName
from ocr_extract.geometry import Rect
from ocr_extract.settings import Settings
from ocr_extract.signatures.presence import MAX_MIXED_LOG_ODDS, PresenceModel, presence_model
from synthetic.signed_forms import Place

MADE_YEAR = 2025
"""The year of the made forms' dates."""
MADE_FOLDS = 5
"""Parts of the made forms that are scored by weights fitted without them (chosen)."""
MAX_MARKS = 2
"""Marks of a form that are no signatures and weigh as much as its signature does (chosen)."""


@dataclass(frozen=True)
class FormMark:
    """A mark of ink: its features, whether it is a signature, and its form. Forms of one `fold` are
    scored by weights that were fitted without them. `drawn` and `mixed`: see `is_drawn` and
    `InkEvidence`.
    """

    features: dict[str, float]
    signed: bool
    form: str
    fold: str
    drawn: bool = True
    mixed: bool = False


def made_marks(examples: Sequence[Example]) -> list[FormMark]:
    """The marks of the made forms."""
    marks: list[FormMark] = []
    for number, (observed, place, _) in enumerate(examples):
        form, fold = f"made {number}", f"made {number % MADE_FOLDS}"
        marks += _form_marks(observed, _scored(observed, MADE_YEAR), place, form, fold)
    return marks


def agreement_marks(agreements: Sequence[Agreement]) -> list[FormMark]:
    """The marks of the real agreements whose signature the program chooses among marks of ink."""
    marks: list[FormMark] = []
    for number, agreement in enumerate(agreements):
        observed, volume = agreement.observed, agreement.volume
        scored = _scored(observed, agreement.year)
        chosen = assign(_labels(observed), scored).chosen.get("signature")
        if chosen is not None and is_drawn(scored[chosen]):
            place = scored[chosen].mark.rect
            marks += _form_marks(observed, scored, place, f"{volume} {number}", volume)
    return marks


def _labels(observed: Observations) -> dict[FieldName, Rect]:
    return {name: label.rect for name, label in observed.labels.items()}


def _scored(observed: Observations, year: int) -> list[ScoredMark]:
    """The marks with their scores. None without a label for the signature."""
    labels = _labels(observed)
    if "signature" not in labels:
        return []
    author = inline_field(observed.blanks.get("author")).value
    return score_marks(observed.marks, labels, author, context_of(year), Settings(year=year))


def _form_marks(
    observed: Observations, scored: Sequence[ScoredMark], place: Place | None, form: str, fold: str
) -> list[FormMark]:
    """Every large mark of ink that clearly is a signature or clearly is not. None of a signed form
    on which no mark clearly is the signature.
    """
    marks = []
    for mark in scored:
        signed = is_signature(mark.mark.rect, place)
        if mark.mark.kind == "ink" and signed is not None and is_large(mark.mark):
            evidence = ink_evidence(mark, scored, _labels(observed))
            features, mixed = evidence.features(), evidence.mixed
            marks.append(FormMark(features, signed, form, fold, is_drawn(mark), mixed))
    return marks if place is None or any(mark.signed for mark in marks) else []


def importance_of(marks: Sequence[FormMark]) -> list[float]:
    """The importance of each mark: all signatures of a form have 1 together, and so have all its
    other marks, or less when there are fewer than `MAX_MARKS`.
    """
    counts = Counter((mark.form, mark.signed) for mark in marks)
    return [
        1.0 / max(counts[mark.form, mark.signed], 1 if mark.signed else MAX_MARKS) for mark in marks
    ]


def fitted(marks: Sequence[FormMark]) -> PresenceModel:
    """The model that is fitted on some marks."""
    learned = [(mark.features, mark.signed, 0) for mark in marks]
    return PresenceModel(*fit(learned, importance_of(marks)))


def cross_validated(marks: Sequence[FormMark]) -> dict[str, PresenceModel]:
    """For each fold the model that is fitted without it."""
    folds = sorted({mark.fold for mark in marks})
    return {fold: fitted([mark for mark in marks if mark.fold != fold]) for fold in folds}


def odds_of(mark: FormMark, model: PresenceModel) -> float:
    """Natural log-odds that a mark is a signature, with the limit of mixed ink."""
    odds = linear_odds(mark.features, dict(model.weights), model.bias)
    return min(odds, MAX_MIXED_LOG_ODDS) if mark.mixed else odds


def form_odds(marks: Sequence[FormMark], models: Mapping[str, PresenceModel]) -> dict[str, float]:
    """For each form with drawn marks the log-odds of its signature, or of the mark most like one
    when it has none. `models` holds the model of each fold.
    """
    signed = {mark.form for mark in marks if mark.signed}
    odds: dict[str, float] = {}
    for mark in marks:
        if mark.drawn and (mark.signed or mark.form not in signed):
            own = odds_of(mark, models[mark.fold])
            odds[mark.form] = max(odds.get(mark.form, own), own)
    return odds


def report(marks: Sequence[FormMark], models: Mapping[str, PresenceModel]) -> str:
    """Lines with the number of forms, of those that would be called signed, the log loss and the
    Brier score of the probability: of real signed, made signed and unsigned forms.
    """
    signed = {mark.form for mark in marks if mark.signed}
    groups: dict[str, list[float]] = {"real signed": [], "made signed": [], "unsigned": []}
    for form, odds in form_odds(marks, models).items():
        made = "made signed" if form.startswith("made ") else "real signed"
        groups[made if form in signed else "unsigned"].append(drawn_signature(odds))
    return "\n".join(_line(kind, sure) for kind, sure in groups.items() if sure)


def _line(kind: str, probabilities: Sequence[float]) -> str:
    p = np.clip(np.array(probabilities), 1e-6, 1.0 - 1e-6)
    error = p if kind == "unsigned" else 1.0 - p
    above = int((p >= SIGNED_THRESHOLD).sum())
    loss, brier = -np.log(1.0 - error).mean(), np.square(error).mean()
    return (
        f"  {kind}: {above} of {len(p)} signed from {SIGNED_THRESHOLD}, log loss {loss:.4f}, "
        f"Brier {brier:.4f}"
    )


def main() -> None:
    """Print the figures of the stored weights and of weights fitted anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("agreements", type=Path)
    chosen = parser.parse_args()
    marks = made_marks(pickle.loads(chosen.examples.read_bytes()))  # noqa: S301  our own file
    marks += agreement_marks(pickle.loads(chosen.agreements.read_bytes()))  # noqa: S301  likewise
    stored = {mark.fold: presence_model() for mark in marks}
    print(f"the stored weights\n{report(marks, stored)}")
    print(f"weights fitted without the volume\n{report(marks, cross_validated(marks))}")


if __name__ == "__main__":
    main()
