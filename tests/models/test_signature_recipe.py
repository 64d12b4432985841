"""The recipes of the signature model and of the calibration, on a small scale."""

import random
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
import pytest
from pdf2image import convert_from_bytes

from models.calibration.gather import meanings, told_rows, volume_of
from models.signature.agreements import agreements_of
from models.signature.compare import (
    FormMark,
    cross_validated,
    fitted,
    form_odds,
    importance_of,
    made_marks,
)
from models.signature.compare import report as form_report
from models.signature.fit import fit, odds_of, report
from ocr_extract.fields.marks import Mark
from ocr_extract.fields.observations import Observations, ObservedLabel
from ocr_extract.geometry import Rect
from ocr_extract.records import Document
from ocr_extract.signatures.presence import MAX_MIXED_LOG_ODDS, PresenceModel
from synthetic.signed_forms import CONDITIONS, Made, Strangers, form, strangers


@pytest.fixture(scope="module")
def hands(tmp_path_factory: pytest.TempPathFactory) -> Strangers:
    """One picture of a scrawl and one font, laid out as the clean handwriting is."""
    folder = tmp_path_factory.mktemp("clean")
    (folder / "signatures_crossmedia").mkdir()
    (folder / "fonts").mkdir()
    page = np.full((120, 300), 255, np.uint8)
    points = [(10 + 3 * i, 60 + round(40 * np.sin(i / 3))) for i in range(90)]
    cv2.polylines(page, [np.array(points, np.int32)], isClosed=False, color=0, thickness=4)
    cv2.imwrite(str(folder / "signatures_crossmedia" / "a.png"), page)
    rows = "file\tgroup\twriter\na.png\tx\t1\n"
    (folder / "signatures_crossmedia" / "labels.tsv").write_text(rows, encoding="utf-8")
    font = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Oblique.ttf"
    shutil.copy(font, folder / "fonts")
    return strangers(folder)


def _ink_in(made: Made) -> float:
    """Share of dark pixels where a form says that it is signed."""
    assert made.signature is not None
    page = np.asarray(convert_from_bytes(made.content, dpi=144, grayscale=True)[1])
    x0, y0, x1, y1 = (round(2 * v) for v in made.signature)
    return float((page[y0:y1, x0:x1] < 225).mean())


@pytest.mark.slow
def test_forms_are_signed_where_they_say(hands: Strangers) -> None:
    made = [form(random.Random(seed), hands) for seed in range(16)]  # noqa: S311
    signed = [one for one in made if one.signature is not None]
    assert 0 < len(signed) < len(made)
    straight = [one for one in signed if len(one.content) < 2_000_000]
    assert all(_ink_in(one) > 0.01 for one in straight[:4])
    again = form(random.Random(0), hands)  # noqa: S311
    assert (made[0].signature, made[0].date) == (again.signature, again.date)
    assert {"digital", "scan", "photo"} <= set(CONDITIONS)


def test_the_fit_finds_what_tells_signatures_apart() -> None:
    rng = random.Random(2)  # noqa: S311
    rows = []
    for number in range(300):
        signed = number % 2 == 0
        winding = rng.gauss(2.5 if signed else 1.0, 0.4)
        rows.append(({"winding": winding, "noise": rng.random()}, signed, number))
    weights, bias = fit(rows)
    assert weights["winding"] > 2
    assert abs(weights["noise"]) < 1
    assert sum((odds_of(f, weights, bias) > 0) == signed for f, signed, _ in rows) > 280
    assert "of 150 unsigned" in report(rows, weights, bias)


def _form_marks(count: int) -> list[FormMark]:
    """Forms of which every second one is signed by the mark that winds most."""
    rng = random.Random(2)  # noqa: S311
    rows = []
    for number in range(count):
        form, fold = f"made {number}", f"made {number % 3}"
        for signed in (True, False, False)[number % 2 :]:
            winding = rng.gauss(2.5 if signed else 1.0, 0.4)
            rows.append(FormMark({"winding": winding, "noise": rng.random()}, signed, form, fold))
    return rows


def test_signatures_of_a_form_weigh_as_much_as_its_other_marks() -> None:
    marks = [("a", True)] * 2 + [("a", False)] * 3 + [("b", False)]
    rows = [FormMark({}, signed, form, "f") for form, signed in marks]
    assert importance_of(rows) == pytest.approx([1 / 2, 1 / 2, 1 / 3, 1 / 3, 1 / 3, 1 / 2])


def test_each_form_is_scored_by_weights_fitted_without_its_fold() -> None:
    rows = _form_marks(60)
    odd = [replace(row, signed=not row.signed, fold="odd") for row in rows[:30]]
    models = cross_validated([*rows, *odd])
    assert set(models) == {"made 0", "made 1", "made 2", "odd"}
    assert models["odd"] == fitted(rows)
    assert models["made 0"].weights["winding"] < models["odd"].weights["winding"]


def test_report_counts_forms_by_their_signature_or_the_mark_most_like_one() -> None:
    model = PresenceModel({"x": 1.0}, 0.0)
    rows = [
        FormMark({"x": 9.0}, True, "made 1", "f"),
        FormMark({"x": -9.0}, True, "v1 1", "v1"),
        FormMark({"x": 9.0}, False, "v1 1", "v1"),
        FormMark({"x": -9.0}, False, "made 2", "f"),
        FormMark({"x": 9.0}, False, "made 2", "f", mixed=True),
        FormMark({"x": 9.0}, False, "made 3", "f", drawn=False),
    ]
    assert form_odds(rows, {"f": model, "v1": model}) == {
        "made 1": 9.0, "v1 1": -9.0, "made 2": MAX_MIXED_LOG_ODDS
    }  # fmt: skip
    lines = form_report(rows, {"f": model, "v1": model}).splitlines()
    assert [line.split(":")[1].split(" signed from")[0] for line in lines] == [
        " 0 of 1", " 1 of 1", " 0 of 1"
    ]  # fmt: skip


def test_signed_form_without_a_mark_that_is_the_signature_is_left_out() -> None:
    mark = Mark("ink", Rect(220, 425, 300, 445), (), 100.0, 5)
    label = ObservedLabel(Rect(185, 430, 216, 440), None, inferred=False)
    observed = Observations(
        Document(name="x", path="x"), labels={"signature": label}, marks=(mark,)
    )
    places = ((220, 424, 301, 446), (320, 425, 400, 445), None)
    marks = made_marks([(observed, place, "") for place in places])
    assert [(m.form, m.fold, m.signed) for m in marks] == [
        ("made 0", "made 0", True),
        ("made 2", "made 2", False),
    ]


def test_agreements_are_those_that_a_person_saw_signed(tmp_path: Path) -> None:
    samples = Path(__file__).parent.parent.parent / "samples"
    name = min(samples.rglob("*.pdf")).name
    table = tmp_path / "v1.tsv"
    rows = f"file\tiso\tsignature\n{name}\t2025-05-27\thand\nother.pdf\t2025-05-28\tnone\n"
    table.write_text(rows, encoding="utf-8")
    shutil.copy(next(samples.rglob(name)), tmp_path)
    (tmp_path / "other.pdf").write_bytes(b"")
    read = agreements_of("v1", tmp_path, table)
    assert [(a.volume, a.year, a.observed.document.name) for a in read] == [("v1", 2025, name)]


def test_what_a_string_may_mean_with_how_usual_that_is() -> None:
    both = meanings("05/06/2025")
    assert set(both) == {date(2025, 5, 6), date(2025, 6, 5)}
    assert both[date(2025, 5, 6)] > both[date(2025, 6, 5)]
    assert meanings("RECEIVED") == {}


def test_a_made_up_volume_holds_its_date() -> None:
    rng = random.Random(4)  # noqa: S311
    day = date(1987, 3, 9)
    found = [volume_of(day, rng).start for _ in range(300)]
    inside = [start for start in found if start is not None and -40 < (start - day).days < 80]
    assert len(inside) > 285


def test_simulated_text_is_mostly_right() -> None:
    rows = list(told_rows(300))
    assert {kind for _, kind, _, _ in rows} == {"born_digital"}
    assert 0.9 < sum(right for *_, right in rows) / len(rows) <= 1.0
