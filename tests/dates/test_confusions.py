import pytest

from ocr_extract.dates.confusions import score


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("25/07/2O25", "2025-07-25"),
        ("25107/2025", "2025-07-25"),
        ("2025-O7-2S", "2025-07-25"),
        ("Z5.07.2025", "2025-07-25"),
        ("20 Ju|y 2025", "2025-07-20"),
        ("l9/05/2025", "2025-05-19"),
    ],
)
def test_the_date_behind_a_misread_string_ranks_first(read: str, meant: str) -> None:
    assert score(read, (2024, 2025, 2026))[0].parts.iso == meant


def test_a_clean_string_costs_nothing() -> None:
    best = score("25/07/2025", (2025,))[0]
    assert best.log_likelihood == 0.0


def test_scores_fall_and_dates_are_of_the_years_asked() -> None:
    scored = score("Vox/Ox/25", (2025,))
    values = [s.log_likelihood for s in scored]
    assert values == sorted(values, reverse=True)
    assert {s.parts.year for s in scored} == {2025}
    assert len({(s.parts, s.order) for s in scored}) == len(scored)


def test_nothing_to_score() -> None:
    assert score("", (2025,)) == ()
    assert score("25/07/2025", ()) == ()


def test_strings_from_other_scripts_are_survived() -> None:
    assert score("二〇二五/五/十九", (2025,))
