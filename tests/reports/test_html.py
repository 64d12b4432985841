"""The report: what it says, what it leaves out, and that no document can write markup into it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_extract.records import Record, Verdict
from ocr_extract.reports.answer_words import answer_of
from ocr_extract.reports.html import write_report
from ocr_extract.reports.report_rows import MAX_TEXT, cut, link_of
from ocr_extract.volume.answer import Outcome
from ocr_extract.volume.ledger import Ledger, open_ledger
from ocr_extract.volume.ledger.decisions import NewDecision
from tests.reports.report_factory import HOSTILE, every_tenth_open, papers_of, record, stored


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with open_ledger("sqlite://") as opened:
        yield opened


class Reader(HTMLParser):
    """The elements of a page, and its text without style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script"):
            self.text += data


def written(ledger: Ledger, outcome: Outcome, folder: Path, *, full: bool = False) -> str:
    return write_report(outcome, ledger, folder, folder, full=full).read_text()


def test_answer_comes_first_and_adds_up(ledger: Ledger, tmp_path: Path) -> None:
    records = [record(0), record(1, Verdict.REVIEW), record(2, key="", name="stray.txt")]
    outcome = stored(ledger, tmp_path, records, papers_of(records, "gone"))
    page = Reader(written(ledger, outcome, tmp_path))
    said = "1 of 3 papers has a signed and dated agreement; 1 needs a person; 1 is missing."
    assert page.text.index(said) < page.text.index("What to do next")
    assert "1 file belongs to no paper." in page.text
    for expected in ("ocr-extract review --out .", "stray.txt", "Ask for the signed agreement."):
        assert expected in page.text
    assert "Ask the signer to confirm the year that was meant." in page.text


@pytest.mark.parametrize(
    ("verdicts", "missing", "commands"),
    [
        ([Verdict.ACCEPTED], (), ["package"]),
        ([Verdict.REVIEW], (), ["review"]),
        ([Verdict.REJECTED], (), ["notify", "run"]),
        ([Verdict.ACCEPTED], ("gone",), ["notify", "run", "package"]),
        ([Verdict.REVIEW, Verdict.ACCEPTED], ("gone",), ["review", "notify", "run", "package"]),
    ],
)
def test_next_steps_are_those_that_are_of_use(
    ledger: Ledger,
    tmp_path: Path,
    verdicts: list[Verdict],
    missing: tuple[str, ...],
    commands: list[str],
) -> None:
    records = [record(number, verdict) for number, verdict in enumerate(verdicts)]
    outcome = stored(ledger, tmp_path, records, papers_of(records, *missing))
    steps = answer_of(outcome.summary, len(records)).steps
    assert [step.command.split()[1] for step in steps] == commands
    assert ("Every paper is in order" in steps[-1].what) is (commands == ["package"])


def test_forgotten_papers_are_in_the_headline_and_nothing_is_called_whole(
    ledger: Ledger, tmp_path: Path
) -> None:
    records = [record(0)]
    outcome = stored(ledger, tmp_path, records, papers_of(records))
    outcome = replace(outcome, summary=replace(outcome.summary, forgotten=2))
    page = Reader(written(ledger, outcome, tmp_path)).text
    assert "1 of 1 paper has a signed and dated agreement; 2 more were forgotten." in page
    assert "Read the roster again, to learn what the forgotten papers lack:" in page
    assert "`ocr-extract" not in page, "a page shows commands as code"
    steps = answer_of(outcome.summary, 1).steps
    assert [step.command.split()[1] for step in steps] == ["run", "package"]
    assert "Every paper is in order" not in page


def test_without_a_roster_the_agreements_are_the_rows(ledger: Ledger, tmp_path: Path) -> None:
    page = Reader(written(ledger, stored(ledger, tmp_path, [record(0)]), tmp_path))
    assert "1 of 1 agreement is signed and dated." in page.text
    assert "p00000Permission.txt" in page.text


def test_file_that_is_away_has_a_sentence_in_place_of_its_picture(
    ledger: Ledger, tmp_path: Path
) -> None:
    outcome = stored(ledger, tmp_path, [record(0, Verdict.REVIEW)])
    assert "The file cannot be shown." in written(ledger, outcome, tmp_path)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_only_text(ledger: Ledger, tmp_path: Path, text: str) -> None:
    own = record(
        0, Verdict.REVIEW, key=text, title=text, author=text, name=text, read=text, message=text
    )
    outcome = stored(ledger, tmp_path, [own], papers_of([own], text + "2"))
    page = written(ledger, outcome, tmp_path)
    tags = Reader(page).tags
    assert sum(tag == "script" for tag, _ in tags) == sum(tag == "style" for tag, _ in tags) == 1
    assert not [a for _, a in tags if any(name.startswith("on") for name in a)]
    assert all(a["href"].startswith(("./", "../", "data:,")) for _, a in tags if a.get("href"))
    assert not set(page) & set("\x00\x1b\u202e\r")
    assert len(page) < 60_000


def test_policy_allows_its_own_style_and_script_alone(ledger: Ledger, tmp_path: Path) -> None:
    page = written(ledger, stored(ledger, tmp_path, [record(0)]), tmp_path)
    [policy] = [a["content"] for tag, a in Reader(page).tags if "http-equiv" in a]
    assert policy
    assert policy.startswith("default-src 'none'; img-src data:;")
    for tag in ("style", "script"):
        [content] = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert " style=" not in page


def test_page_is_the_same_again_and_names_no_folder(ledger: Ledger, tmp_path: Path) -> None:
    records = every_tenth_open(20)
    outcome = stored(ledger, tmp_path, records, papers_of(records))
    page = written(ledger, outcome, tmp_path)
    assert page == written(ledger, outcome, tmp_path)
    assert str(tmp_path) not in page


def test_thousand_papers_stay_below_three_megabytes(ledger: Ledger, tmp_path: Path) -> None:
    records = every_tenth_open(1000)
    outcome = stored(ledger, tmp_path, records, papers_of(records))
    page = written(ledger, outcome, tmp_path)
    assert len(page.encode()) < 3_000_000
    assert "cannot be opened" not in page


def test_large_volume_says_what_is_left_out(ledger: Ledger, tmp_path: Path) -> None:
    records = every_tenth_open(2000)
    outcome = stored(ledger, tmp_path, records, papers_of(records))
    page = written(ledger, outcome, tmp_path)
    assert "1800 agreements cannot be opened here" in page
    assert "of the first 150 of 200 agreements" in page
    assert page.count('data-state="review"') == 200


def decision(own: Record, number: int, **changes: str | None) -> NewDecision:
    given: dict[str, str | None] = {"value": own.fields.date.value, "shown": '{"codes": []}'}
    return NewDecision(
        f"m{number}", own.document.sha256 or "", 0, "date", "set", person="Ed",
        before=own.fields.date.value, **{**given, **changes},
    )  # fmt: skip


def test_audit_counts_what_people_found_wrong(ledger: Ledger, tmp_path: Path) -> None:
    records = [record(n) for n in range(4)]
    new = [decision(one, n) for n, one in enumerate(records[:2])]
    new += [
        decision(records[2], 2, value="2025-06-30"),
        decision(records[3], 3, shown='{"codes": ["x"]}'),
    ]
    stored(ledger, tmp_path, records)
    for each in ledger.decisions.add(new):
        index = [r.document.sha256 for r in records].index(each.sha256)
        assert each.decision is not None
        records[index] = records[index].model_copy(update={"decisions": (each.decision,)})
    outcome = stored(ledger, tmp_path, records)
    text = Reader(written(ledger, outcome, tmp_path)).text
    assert "People looked at 3 accepted agreements. Wrong among them: 1, 33.3%" in text
    assert "4 whole dates with the confidence that the program had before" in text
    assert "date: 2025-06-30, decided by Ed on" in text


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_cut_text_is_one_short_printable_line(text: str) -> None:
    line = cut(text)
    assert line.isprintable()
    assert len(line) <= MAX_TEXT


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_characters="/\x00"), min_size=1))
def test_links_are_relative_whatever_the_name(name: str) -> None:
    href = link_of(f"/v/in/{name}", Path("/v/out")).href
    assert href == "" or re.fullmatch(r"\.\.?/[\w./%~-]*", href, re.ASCII)
