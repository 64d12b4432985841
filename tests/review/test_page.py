"""The server of the review page: who may come in, and what messages do."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="pip install 'ocr-extract[review]'")

from starlette.requests import Request

from ocr_extract.reports.crops import Crops
from ocr_extract.review.page import Doorkeeper
from ocr_extract.volume.ledger import open_ledger, sqlite_url
from tests.factory import Factory
from tests.review.conftest import ReviewedVolume, make_volume
from tests.review.page_harness import Served, names, served
from tests.volume.test_decided import run, write


@pytest.fixture
def page(volume: ReviewedVolume) -> Iterator[Served]:
    with served(volume.folder) as running:
        yield running


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page that these tests do not change."""
    volume = make_volume(Factory(tmp_path_factory.mktemp("door")))
    with served(volume.folder) as running:
        yield running


def test_only_the_own_page_with_the_token_comes_in(door: Served) -> None:
    foreign = {
        "no cookie": {"Cookie": None},
        "wrong token": {"Cookie": f"ocr_extract_review_{door.port}=x"},
        "rebound name": {"Host": f"evil.example:{door.port}"},
        "other site": {"Origin": "http://evil.example"},
        "other port": {"Origin": "http://127.0.0.1:1"},
        "no origin": {"Origin": None},
        "sandboxed": {"Origin": "null"},
    }
    body = b'{"type": "next", "id": "1"}'
    for name, headers in foreign.items():
        status, _, content = door.request("POST", "/messages/client-01", body, **headers)
        assert status == 403, name
        assert b"item" not in content
    for path in ("/", "/review.js", "/review.css", "/page.js"):
        assert door.request("GET", path, Cookie=None)[0] == 403
        assert door.request("GET", path, Origin="http://evil.example")[0] == 403
        assert door.request("GET", path)[0] == 200
    assert door.request("GET", "/?token=x", Cookie=None)[0] == 403
    assert door.request("GET", "/../page.py")[0] == 404


def test_token_becomes_a_cookie_that_no_script_and_no_other_site_gets(door: Served) -> None:
    status, headers, _ = door.request("GET", f"/?token={door.token}", Cookie=None, Origin=None)
    assert status == 200
    cookie = headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"


BROKEN = [
    b"", b"{", b"[]", b"1", b"null", b"\xff", b'"next"', b"{}", b'{"type": "next"}',
    b'{"type": "leap", "id": "1"}', b'{"type": ["next"], "id": {"a": 1}}',
    b'{"type": "decide", "id": "1", "item": "x", "action": "undo"}',
    b'{"type": "decide", "id": "1", "item": "x", "action": "leave"}',
    b'{"type": "page", "id": "1", "item": "x", "number": -1}',
    b'{"type": "next", "id": "1", "more": 1}', b"[" * 90_000,
    b'{"type": "next", "id": "\\ud800"}', b'{"type": "\\ud800", "id": "1"}',
]  # fmt: skip


def test_malformed_message_gets_an_error(door: Served) -> None:
    for body in BROKEN:
        status, _, content = door.request("POST", "/messages/client-01", body)
        assert status == 200, body
        answer = json.loads(content)
        assert answer["ok"] is False, body
        assert answer["error"]
    assert door.ask("next")["ok"]


def test_large_message_and_foreign_type_and_name_are_refused(door: Served) -> None:
    body = b'{"type": "next", "id": "1"}'
    assert door.request("POST", "/messages/client-01", b" " * 200_000)[0] == 400
    assert door.request("POST", "/messages/client-01", body, Content_Type="text/plain")[0] == 400
    assert door.request("POST", "/messages/a", body)[0] == 400
    assert door.request("GET", "/messages/client-01")[0] == 405


def test_decision_is_stored_once_previewed_and_taken_back(
    page: Served, volume: ReviewedVolume
) -> None:
    first = page.ask("next")
    assert first["counts"]["open"] >= 3
    item = first["item"]
    assert item["question"] == "date"
    assert page.ask("preview", item=item["id"], value="27 May 2025")["value"] == "2025-05-27"
    assert not page.ask("preview", item=item["id"], value="05/06/2025")["ok"]
    said = {"item": item["id"], "action": "set", "value": "27 May 2025", "note": "asked"}
    decided = [page.ask("decide", **said, id="once")["decided"] for _ in range(2)]
    assert decided[0] == decided[1]
    assert decided[0]["value"] == "2025-05-27"
    assert page.ask("next")["item"]["id"] != item["id"]
    with volume.open("Somebody") as queue:
        assert queue.counts().settled == 1
    assert page.ask("undo")["decided"]["item"] == item["id"]
    assert page.ask("next")["item"]["id"] == item["id"]
    assert not page.ask("undo")["ok"]


def test_two_pages_never_show_one_item(page: Served) -> None:
    clients = [f"client-{number:02}" for number in range(3)]
    shown = [page.ask("next", client)["item"]["id"] for client in clients]
    assert len(set(shown)) == 3
    assert [page.ask("next", client)["item"]["id"] for client in clients] == shown
    page.request("POST", f"/leave/{clients[0]}")
    page.ask("skip", clients[1], item=shown[1])
    assert page.ask("next", clients[1])["item"]["id"] not in shown[1:]


def test_skip_of_another_item_does_nothing(page: Served) -> None:
    shown = page.ask("next")["item"]["id"]
    assert page.ask("skip", item="other")["ok"]
    assert page.ask("next")["item"]["id"] == shown


def test_search_grid_open_and_pages(page: Served) -> None:
    found = page.ask("search", text="feldmann25")["found"]
    assert names(found) == ["feldmann25.txt"]
    assert page.ask("open", item=found[0]["id"])["item"]["file"] == "feldmann25.txt"
    grid = page.ask("grid")
    assert names(grid["found"]) == ["tanaka25.txt"]
    assert grid["count"] == 1
    assert "Tanaka" in page.ask("crop", item=grid["found"][0]["id"], small=True)["picture"]["text"]
    picture = page.ask("page", item=found[0]["id"], number=1)["picture"]
    assert "27 May 2015" in picture["text"]


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"changed", "changed since it was read"),
        (b"", "empty"),
        (b"%PDF-1.7 garbage", "cannot be opened"),
        (b"MZ\x00\xff\x01\x02", "Neither PDF"),
    ],
)
def test_item_whose_file_is_gone_is_only_settled_when_it_was_seen(
    page: Served, volume: ReviewedVolume, content: bytes, trouble: str
) -> None:
    seen = page.ask("next")["item"]
    for path in volume.files:
        path.write_bytes(content)
    said = {"action": "set", "value": "2025-05-27"}
    assert page.ask("decide", item=seen["id"], **said)["ok"]
    unseen = page.ask("next")
    assert trouble in unseen["picture"]["trouble"]
    refused = page.ask("decide", item=unseen["item"]["id"], **said)
    assert "Nobody can see" in refused["error"]
    assert page.ask("decide", item=unseen["item"]["id"], action="ask")["ok"]


def test_undo_shows_the_item_again_after_the_volume_was_resolved(
    page: Served, volume: ReviewedVolume
) -> None:
    first = page.ask("next")["item"]
    said = {"item": first["id"], "action": "set", "value": "2025-03-03"}
    assert page.ask("decide", **said)["ok"]
    volume.resolved()
    assert page.ask("next")["item"]["id"] != first["id"]
    assert page.ask("undo")["decided"]["item"] == first["id"]
    again = page.ask("next")
    assert again["item"]["id"] == first["id"]
    assert again["item"]["choices"] == first["choices"]
    assert again["counts"]["open"] == 6


def test_killed_server_starts_again_at_the_same_address_and_knows_its_messages(
    page: Served,
) -> None:
    item = page.ask("next")["item"]["id"]
    said = {"item": item, "action": "set", "value": "2025-05-27", "id": "sent twice"}
    before, address = page.ask("decide", **said), page.address
    page.kill()
    page.start()
    assert page.address == address
    assert page.ask("decide", **said)["decided"] == before["decided"]
    assert page.ask("next")["item"]["id"] != item


def test_end_writes_the_tables_and_forgets_the_token(page: Served, volume: ReviewedVolume) -> None:
    item = next(iter(page.ask("search", text="feldmann25")["found"]))["id"]
    assert page.ask("decide", item=item, action="set", value="2025-05-27")["ok"]
    assert page.interrupt() == 1
    assert "2025-05-27" in (volume.folder / "fields.csv").read_text()
    assert not (volume.folder / ".review-address").exists()


def test_address_file_is_private(page: Served, volume: ReviewedVolume) -> None:
    assert (volume.folder / ".review-address").stat().st_mode & 0o077 == 0
    assert page.token == (volume.folder / ".review-address").read_text()


def test_second_review_leaves_the_address_file_of_the_first_alone(
    page: Served, volume: ReviewedVolume
) -> None:
    with served(volume.folder) as second:
        assert second.token != page.token
        assert second.interrupt() == 1
    assert page.token == (volume.folder / ".review-address").read_text()


def test_secret_of_the_started_browser_works_once() -> None:
    doorkeeper = Doorkeeper(1, "token", "once")

    def refusal(token: str) -> str:
        headers = [(b"host", b"127.0.0.1:1")]
        query = f"token={token}".encode()
        scope = {"type": "http", "method": "GET", "headers": headers, "query_string": query}
        return doorkeeper.refusal(Request(scope))

    assert refusal("once") == ""
    assert refusal("once") != ""
    assert refusal("") != ""
    assert refusal("token") == ""


def test_skipped_item_stays_last_after_the_volume_was_resolved_again(
    volume: ReviewedVolume,
) -> None:
    with volume.open() as queue:
        first = queue.next()
        assert first is not None
        queue.skip()
        queue.reload()
        assert [item.id for item in queue.open_items()][-1] == first.id


def test_file_of_a_relative_path_is_found_from_elsewhere(
    factory: Factory, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(factory.folder)
    write(factory, "feldmann25.txt", 0, "27 May 2015")
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        run(ledger, [Path("feldmann25.txt")])
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with ReviewedVolume(factory.folder, ()).open() as queue:
        item = queue.next()
        assert item is not None
        assert "27 May 2015" in Crops(queue.settings).block(item).text
        assert str(factory.folder) not in item.to_json()
