"""The review page in a real browser: keys, mouse, a killed server, hostile texts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ocr_extract.volume.ledger import open_ledger, sqlite_url
from ocr_extract.volume.roster.roster import Paper, Roster
from tests.factory import Factory
from tests.review.browser_harness import Tab, chromium, tab_of
from tests.review.conftest import ReviewedVolume
from tests.review.page_harness import Served, served
from tests.volume.test_decided import run

pytest.importorskip("uvicorn", reason="pip install 'ocr-extract[review]'")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(volume: ReviewedVolume) -> Iterator[Served]:
    with served(volume.folder) as running:
        yield running


def _open(volume: ReviewedVolume) -> int:
    with volume.open("Reader") as queue:
        return queue.counts().open


def _decisions(volume: ReviewedVolume) -> list[tuple[str, str | None]]:
    with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
        return [(one.action, one.value) for one in ledger.decisions.since()]


def _settle_all(tab: Tab) -> int:
    """Take the first candidate of each item. Returns the number of keys that were pressed."""
    pressed = 0
    while tab.shown() is not None:
        tab.press("Enter")
        pressed += 1
        assert pressed < 200
    return pressed


def test_all_is_settled_by_keys_and_taken_back(
    browser: Any, page: Served, volume: ReviewedVolume
) -> None:
    count = _open(volume)
    with tab_of(browser, page) as tab:
        pressed = _settle_all(tab)
        assert pressed <= 1.3 * len(_decisions(volume))
        assert len(_decisions(volume)) >= count
        assert "Nothing is open" in tab.text()
        assert _open(volume) == 0
        for _ in range(count):
            tab.page.keyboard.press("u")
            tab.page.wait_for_function("() => !document.querySelector('.oxr[aria-busy]')")
        assert _open(volume) >= count
        assert tab.page.evaluate("document.activeElement.className") == "oxr"


def _sixty_slips(factory: Factory) -> ReviewedVolume:
    """Sixty agreements whose year is a slip: one item each."""
    papers = [Paper(f"paper{n}", f"Trees of Kind {n} in Depth {n}", "Li, Ana") for n in range(60)]
    text = "Title: {}\nName: Ana Li\nSignature: Ana Li\nDate: {} May 2015\n"
    files = [
        factory.text(f"{paper.key}.txt", text.format(paper.title, 1 + n % 28))
        for n, paper in enumerate(papers)
    ]
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        run(ledger, files, roster=Roster(tuple(papers), year=2025))
    return ReviewedVolume(factory.folder, tuple(files))


def test_sixty_agreements_take_few_keys(browser: Any, factory: Factory) -> None:
    volume = _sixty_slips(factory)
    count = _open(volume)
    with served(volume.folder) as page, tab_of(browser, page) as tab:
        pressed = _settle_all(tab)
    assert count == len(_decisions(volume)) == 60
    assert pressed <= 1.3 * count
    assert _open(volume) == 0


def test_mouse_chooses_skips_and_takes_back(
    browser: Any, page: Served, volume: ReviewedVolume
) -> None:
    with tab_of(browser, page) as tab:
        first = tab.shown()
        tab.page.click(".oxr-choice >> nth=0")
        second = tab.wait_for_item(other_than=first)
        assert len(_decisions(volume)) == 1
        tab.page.click("text=Skip for now")
        third = tab.wait_for_item(other_than=second)
        assert third not in (first, second)
        tab.page.click("text=Undo")
        assert tab.wait_for_item(other_than=third) == first
        assert [action for action, _ in _decisions(volume)] == ["set", "undo"]


def test_page_opens_at_what_is_searched(browser: Any, page: Served) -> None:
    found = Served(page.folder, page.port, f"{page.address}#search=garcia25.txt%20")
    with tab_of(browser, found) as tab:
        tab.page.wait_for_function(
            "() => document.querySelector('.oxr').innerText.includes('garcia25.txt')"
        )
        assert "#" not in tab.page.url
    nothing = Served(page.folder, page.port, f"{page.address}#search=<b>nobody</b>")
    with tab_of(browser, nothing) as tab:
        tab.page.wait_for_selector("text=Nothing is found for “<b>nobody</b>”.")


def test_taken_back_decision_about_an_accepted_agreement_shows_it_again(
    browser: Any, page: Served, volume: ReviewedVolume
) -> None:
    accepted = Served(page.folder, page.port, f"{page.address}#search=tanaka25")
    with tab_of(browser, accepted) as tab:
        is_shown = "() => document.querySelector('.oxr').dataset.item === %s"
        tab.page.wait_for_function(
            "() => document.querySelector('.oxr').innerText.includes('tanaka25.txt')"
        )
        own = tab.shown()
        tab.press("Enter")
        assert len(_decisions(volume)) == 1
        tab.page.keyboard.press("u")
        tab.page.wait_for_function(is_shown % json.dumps(own))
        assert [action for action, _ in _decisions(volume)] == ["set", "undo"]


def test_typing_is_no_key_and_is_stored_as_shown(
    browser: Any, page: Served, volume: ReviewedVolume
) -> None:
    with tab_of(browser, page) as tab:
        first = tab.shown()
        tab.page.keyboard.press("n")
        tab.page.keyboard.type("us 1 ? /g")
        tab.page.keyboard.press("Enter")
        tab.page.keyboard.press("Backspace")
        tab.page.keyboard.press("d")
        tab.page.keyboard.type("12 june 2025")
        tab.page.wait_for_selector("text=will be stored as 2025-06-12")
        assert tab.shown() == first
        assert _decisions(volume) == []
        tab.press("Enter")
        assert _decisions(volume) == [("set", "2025-06-12")]
        with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
            assert ledger.decisions.since()[0].note == "us 1 ? /g"
        tab.page.keyboard.press("Control+1")
        assert len(_decisions(volume)) == 1


def test_page_goes_on_after_the_server_was_killed(
    browser: Any, page: Served, volume: ReviewedVolume
) -> None:
    with tab_of(browser, page) as tab:
        tab.press("Enter")
        before = tab.shown()
        page.kill()
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_selector("text=The program does not answer")
        page.start()
        assert tab.wait_for_item(other_than=before) != before
        assert "does not answer" not in tab.text()
        assert len(_decisions(volume)) == 2
        tab.press("u")
        assert tab.shown() == before


def test_two_pages_show_different_items(browser: Any, page: Served) -> None:
    with tab_of(browser, page) as one, tab_of(browser, page) as two:
        for _ in range(2):
            assert one.shown() != two.shown()
            one.press("Enter")
            assert one.shown() != two.shown()
            two.press("Enter")


@pytest.mark.parametrize("zoom", [0.8, 1.0, 2.0])
def test_panels_open_close_and_fit(browser: Any, page: Served, zoom: float) -> None:
    size = {"width": round(1200 / zoom), "height": round(800 / zoom)}
    with tab_of(browser, page) as tab:
        tab.page.set_viewport_size(size)
        for key, words in (("?", "takes the first candidate"), ("g", "tanaka25"), ("/", "File")):
            tab.page.keyboard.press(key)
            tab.page.wait_for_selector(f"text={words}")
            assert tab.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), key
            tab.page.keyboard.press("Escape")
        assert tab.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        tab.page.keyboard.press("/")
        tab.page.keyboard.type("tanaka")
        tab.page.wait_for_selector(".oxr-found button")
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_selector("text=Back to the open items")
        assert "tanaka25" in tab.text(".oxr-file")


TITLE = "<script>window.broken=1</script><img src=x onerror=window.broken=1>"
NAME = "\u05de\u05d9\u05e8\u05d4 \u05e4\u05dc\u05d3\u05de\u05df"


def test_texts_of_documents_stay_texts(browser: Any, factory: Factory) -> None:
    text = "Title: {}\nName: {}\nSignature: {}\nDate: 27 May 2015\n"
    paths = [
        factory.text("<b>a.txt", text.format(TITLE, NAME, NAME)),
        factory.text("b\u202e<img src=x>.txt", text.format("long " * 2000, NAME, NAME)),
    ]
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        run(ledger, paths)
    with served(factory.folder) as page, tab_of(browser, page) as tab:
        seen = ""
        for _ in range(4):
            seen += tab.page.evaluate("document.querySelector('.oxr').textContent")
            if tab.shown() is not None:
                tab.press("Enter")
        assert "<b>a.txt" in seen
        assert "window.broken=1</script>" in seen
        assert NAME in seen
        assert tab.page.evaluate("window.broken") is None
        marks = "document.querySelectorAll('.oxr script, .oxr b, .oxr img').length"
        assert tab.page.evaluate(marks) == 0
        assert tab.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_pictures_are_drawn(browser: Any, factory: Factory) -> None:
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        run(ledger, [factory.agreement("feldmann25.pdf")])
    with served(factory.folder) as page, tab_of(browser, page) as tab:
        tab.page.keyboard.press("/")
        tab.page.keyboard.type("feldmann25")
        tab.page.click(".oxr-found button >> nth=0")
        tab.page.wait_for_selector(".oxr-picture img")
        assert tab.page.evaluate("document.querySelector('.oxr-picture img').naturalWidth") > 300
        tab.page.keyboard.press("t")
        tab.page.wait_for_function(
            "() => (i => i.naturalHeight > i.naturalWidth)"
            "(document.querySelector('.oxr-picture img'))"
        )
        tab.page.keyboard.press("p")
        tab.page.wait_for_selector(".oxr-whole img")
        tab.page.click("text=Previous page")
        tab.page.wait_for_selector("text=page 1 of 2")
        tab.page.click("text=Turn left")
        tab.page.wait_for_selector(".oxr-whole img")
