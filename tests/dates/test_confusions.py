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
def test_date_behind_misread_string_ranks_first(read: str, meant: str) -> None:
    assert score(read, (2024, 2025, 2026))[0].parts.iso == meant


def test_clean_string_has_log_likelihood_zero() -> None:
    best = score("25/07/2025", (2025,))[0]
    assert best.log_likelihood == 0.0


def test_scores_are_sorted_and_dates_lie_in_the_given_years() -> None:
    scored = score("Vox/Ox/25", (2025,))
    values = [s.log_likelihood for s in scored]
    assert values == sorted(values, reverse=True)
    assert {s.parts.year for s in scored} == {2025}
    assert len({(s.parts, s.order) for s in scored}) == len(scored)


def test_empty_string_or_no_years_give_no_dates() -> None:
    assert score("", (2025,)) == ()
    assert score("25/07/2025", ()) == ()


def test_string_in_another_script_gives_dates() -> None:
    assert score("二〇二五/五/十九", (2025,))
