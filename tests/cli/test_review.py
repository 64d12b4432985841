"""`ocr-extract review`: export, fill in, import; the tables are written again without reading."""

import csv
from pathlib import Path

from ocr_extract.volume.ledger import open_ledger, sqlite_url
from tests.factory import Factory
from tests.volume.test_bad_input import _call
from tests.volume.test_decided import write

ROSTER = (
    "key,title,authors\n"
    'feldmann25,Robust Tree Ensembles for Long Documents,"Feldmann, Mira"\n'
    'garcia25,Sparse Bandits under Drifting Rewards,"García, Ana"\n'
)


def _run(factory: Factory) -> tuple[Path, Path]:
    """The folders of a volume and of its results."""
    folder = factory.folder / "volume"
    folder.mkdir()
    write(Factory(folder), "feldmann25.txt", 0, "27 May 2015")
    write(Factory(folder), "garcia25.txt", 1, "28 May 2025")
    (factory.folder / "v.csv").write_text(ROSTER, encoding="utf-8")
    settings = factory.text("s.toml", 'year = 2025\n[flags]\nother_form = "note"\n')
    out = factory.folder / "out"
    _call("run", folder, "--out", out, "--roster", factory.folder / "v.csv", "--settings", settings)
    return folder, out


def _state(out: Path, key: str) -> str:
    with (out / "papers.csv").open(encoding="utf-8", newline="") as file:
        return next(row["state"] for row in csv.DictReader(file) if row["key"] == key)


def _fill_in(table: Path, value: str) -> None:
    rows = list(csv.reader(table.read_text(encoding="utf-8").splitlines()))
    rows[1][rows[0].index("value")] = value
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_decisions_go_out_as_a_table_and_come_back(factory: Factory) -> None:
    folder, out = _run(factory)
    table = factory.folder / "open.csv"
    listed = _call("review", "--out", out, "--list", "--export", table)
    assert listed.returncode == 1, listed.stderr
    assert "feldmann25.txt  date: Written 2015-05-27" in listed.stdout
    assert "1 open item in" in listed.stdout
    assert _state(out, "feldmann25") == "review"
    _fill_in(table, "2025-05-27")
    for file in folder.iterdir():
        file.rename(factory.folder / file.name)
    done = _call("review", "--out", out, "--person", "Ed", "--import", table)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 decision stored." in done.stdout
    assert "2 papers: 2 accepted" in done.stdout
    assert "0 items open, 1 settled." in done.stdout
    assert _state(out, "feldmann25") == "accepted"
    again = _call("review", "--out", out, "--person", "Ed", "--import", table)
    assert "0 decisions stored, 1 stored before." in again.stdout
    history = _call("history", "feldmann25", "--out", out)
    assert "person Ed" in history.stdout
    assert "2025-05-27" in history.stdout


def test_wrong_table_is_refused_with_its_line(factory: Factory) -> None:
    _, out = _run(factory)
    table = factory.folder / "open.csv"
    _call("review", "--out", out, "--export", table)
    _fill_in(table, "soon")
    unnamed = _call("review", "--out", out, "--import", table)
    assert (unnamed.returncode, "--person NAME" in unnamed.stderr) == (2, True)
    wrong = _call("review", "--out", out, "--person", "Ed", "--import", table)
    assert wrong.returncode == 2
    assert "line 2: “soon” is no day of the calendar." in wrong.stderr
    assert "Nothing was decided." in wrong.stderr
    rows = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join((*rows, "x,,,,,,leave,")), encoding="utf-8")
    both = _call("review", "--out", out, "--person", "Ed", "--import", table).stderr.splitlines()
    assert [line.partition(":")[0] for line in both] == ["line 2", "line 3", "ocr-extract"]
    assert "open.csv has 2 errors. Nothing was decided." in both[2]


def test_review_without_a_run_is_wrong_use(factory: Factory) -> None:
    done = _call("review", "--out", factory.folder)
    assert done.returncode == 2
    assert "There is no ledger" in done.stderr


def test_decision_of_a_changed_file_is_named_by_the_run(factory: Factory) -> None:
    folder, out = _run(factory)
    table = factory.folder / "open.csv"
    _call("review", "--out", out, "--export", table)
    _fill_in(table, "leave")
    _call("review", "--out", out, "--person", "Ed", "--import", table)
    write(Factory(folder), "feldmann25.txt", 0, "29 May 2025")
    done = _call("run", folder, "--out", out, "--roster", factory.folder / "v.csv")
    assert "feldmann25.txt: No longer counts: date leave, decided by Ed on" in done.stdout


def test_decisions_are_stored_while_a_run_uses_the_ledger(factory: Factory) -> None:
    _, out = _run(factory)
    table = factory.folder / "open.csv"
    _call("review", "--out", out, "--export", table)
    _fill_in(table, "2025-05-27")
    with open_ledger(sqlite_url(out)):
        done = _call("review", "--out", out, "--person", "Ed", "--import", table)
    assert done.returncode == 2
    assert "The decisions are stored, but another run uses the ledger" in done.stderr
    assert "0 items open, 1 settled." in _call("review", "--out", out, "--list").stdout
