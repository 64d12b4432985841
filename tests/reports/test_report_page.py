"""The report in a real browser, from disk: filter, search, sort, keys, print, hostile text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bench.report import seconds_to_open
from ocr_extract.records import Verdict
from ocr_extract.reports.html import write_report
from ocr_extract.volume.ledger import open_ledger
from tests.factory import Factory
from tests.reports.report_factory import HOSTILE, papers_of, record, stored
from tests.review.browser_harness import WAIT, chromium

pytestmark = pytest.mark.slow
MAX_SLOWDOWN = 1.5


@dataclass
class Report:
    """The page in a tab. `troubles` are its errors and its requests."""

    page: Any
    troubles: list[str] = field(default_factory=list)

    def shown(self) -> list[str]:
        keys: list[str] = self.page.eval_on_selector_all(
            "#p tbody:not([hidden]) th", "all => all.map((one) => one.textContent)"
        )
        return keys

    def status(self) -> str:
        text: str = self.page.inner_text("#shown")
        return text


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@contextmanager
def opened(browser: Any, path: Path) -> Iterator[Report]:
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    report = Report(context.new_page())
    report.page.set_default_timeout(WAIT)
    report.page.on("console", lambda message: report.troubles.append(message.text))
    report.page.on("pageerror", lambda error: report.troubles.append(str(error)))
    report.page.on("dialog", lambda dialog: report.troubles.append(dialog.message))
    report.page.on("request", lambda request: _note(report, request.url, path))
    report.page.goto(path.as_uri())
    yield report
    assert report.troubles == []
    context.close()


def _note(report: Report, url: str, path: Path) -> None:
    if not url.startswith("data:") and url != path.as_uri():
        report.troubles.append(url)


@pytest.fixture
def path(factory: Factory) -> Path:
    """Two accepted papers, one with a slip whose file is there, one that is missing."""
    agreement = factory.agreement("slip.pdf")
    records = [
        record(3, title="Zeta functions"),
        record(1, Verdict.REVIEW, name=agreement.name, title="Alpha waves"),
        record(2, title="Beta decay"),
    ]
    with open_ledger("sqlite://") as ledger:
        outcome = stored(ledger, factory.folder, records, papers_of(records, "gone"))
        return write_report(outcome, ledger, factory.folder, factory.folder)


def test_filter_search_and_sort(browser: Any, path: Path) -> None:
    with opened(browser, path) as report:
        page = report.page
        assert report.shown() == ["p00001", "gone", "p00003", "p00002"], "what is open comes first"
        assert report.status() == "4 of 4 shown"
        page.click("[data-filter=accepted]")
        assert (report.shown(), report.status()) == (["p00003", "p00002"], "2 of 4 shown")
        page.fill("#search", "P00002 accept")
        assert report.shown() == ["p00002"]
        page.fill("#search", "")
        page.click("[data-filter='']")
        page.click("#p thead button >> nth=0")
        assert report.shown() == ["gone", "p00001", "p00002", "p00003"]
        page.click("#p thead button >> nth=4")
        page.click("#p thead button >> nth=4")
        assert report.shown()[-1] == "gone", "a paper without a date comes last"
        assert page.get_attribute("#p thead th >> nth=4", "aria-sort") == "descending"
        assert page.locator("[aria-sort]").count() == 1


def test_paper_opens_by_keys_alone(browser: Any, path: Path) -> None:
    with opened(browser, path) as report:
        page = report.page
        page.keyboard.press("/")
        page.keyboard.type("p00001")
        assert report.shown() == ["p00001"]
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "p00001":
                break
        page.keyboard.press("Enter")
        more = page.locator("#p tr.opened-row")
        assert more.count() == 1
        assert "probably meant" in more.inner_text()
        assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
        page.keyboard.press("Enter")
        assert page.locator("#p tr.opened-row").count() == 0


def test_print_shows_every_paper_without_controls(browser: Any, path: Path) -> None:
    with opened(browser, path) as report:
        report.page.fill("#search", "nothing has this")
        assert report.shown() == []
        report.page.emulate_media(media="print")
        assert report.page.locator("#p tbody >> visible=true").count() == 4
        assert report.page.locator(".controls >> visible=true").count() == 0
        assert report.page.locator("tr.more >> visible=true").count() == 1
        assert report.page.pdf()[:5] == b"%PDF-"


def test_link_leads_to_the_file(browser: Any, path: Path) -> None:
    with opened(browser, path) as report:
        href = report.page.evaluate("document.querySelector('a[href*=slip]').href")
        assert href == (path.parent / "slip.pdf").as_uri()


@pytest.mark.parametrize("text", HOSTILE[:6])
def test_hostile_text_runs_nothing(browser: Any, factory: Factory, text: str) -> None:
    own = record(0, Verdict.REVIEW, title=text, author=text, name=text, read=text, message=text)
    with open_ledger("sqlite://") as ledger:
        outcome = stored(ledger, factory.folder, [own], papers_of([own], text))
        page = write_report(outcome, ledger, factory.folder, factory.folder)
    with opened(browser, page) as report:
        report.page.click("#every")
        assert report.page.title().startswith("1 of 2 papers") or "need" in report.page.title()
        assert report.page.locator("img").count() == 0


def test_thousand_papers_open_in_proportion(browser: Any, tmp_path: Path) -> None:
    """A paper of a thousand costs at most 1.5 times what a paper of a hundred costs."""
    few, many = (seconds_to_open(browser, tmp_path, count) for count in (100, 1000))
    assert many / 1000 <= MAX_SLOWDOWN * few / 100
