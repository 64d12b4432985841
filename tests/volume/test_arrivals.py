"""Containers of a run: what is in them takes their place, and is stored with the run."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from sqlalchemy import URL

from ocr_extract.errors import UnsafeOutput
from ocr_extract.received.arrival import Arrival
from ocr_extract.settings import Settings
from ocr_extract.volume.answer import last_volume, resolve_again
from ocr_extract.volume.arrivals import FOLDER, Arrivals, remove_copies, unpack_containers
from ocr_extract.volume.inputs import input_paths
from ocr_extract.volume.ledger import open_ledger
from ocr_extract.volume.run import Volume, run_volume
from ocr_extract.volume.stored_volume import StoredFile, StoredVolume, without_paper
from ocr_extract.volume.workers.pool import InlineWorkers
from tests.factory import Factory
from tests.received.received_factory import SENDER, mail_of, zip_of

MEMORY = URL.create("sqlite")
TEXT = b"Name: A B\nSignature: A B\nDate: 3 May 2025\n"


def _unpacked(factory: Factory, *files: Path) -> Arrivals:
    with open_ledger(MEMORY) as ledger:
        return unpack_containers(files, factory.folder, ledger, Settings())


def test_files_without_containers_stay_as_they_are(factory: Factory) -> None:
    files = (factory.text("b.txt", "x"), factory.text("a.txt", "x"), factory.folder / "none.zip")
    assert _unpacked(factory, *files) == Arrivals(files)
    assert not (factory.folder / FOLDER).exists()


def test_files_are_in_the_order_of_their_names(factory: Factory) -> None:
    archive = factory.file("z.zip", zip_of({"c.txt": TEXT, "a.txt": TEXT}))
    arrivals = _unpacked(factory, factory.text("b.txt", "x"), archive)
    assert [file.name for file in arrivals.files] == ["a.txt", "b.txt", "c.txt"]
    assert arrivals.opened == 1


def test_a_package_of_this_program_is_left_out(factory: Factory) -> None:
    """And no other archive with a file of that name."""
    manifest = b'{\n "format": "ocr-extract package 1",\n "volume": "v330"}'
    own = factory.file("own.zip", zip_of({"manifest.json": manifest, "a.pdf": TEXT}))
    foreign = {
        "x.zip": {"manifest.json": b"{}", "x.txt": TEXT},
        "y.zip": {"sub/manifest.json": manifest, "y.txt": TEXT},
    }
    others = [factory.file(name, zip_of(content)) for name, content in foreign.items()]
    arrivals = _unpacked(factory, own, *others)
    assert arrivals.packages == (own,)
    names = {file.name for file in arrivals.files}
    assert {"x.txt", "y.txt"} <= names
    assert "a.pdf" not in names
    assert _unpacked(factory, own) == Arrivals((), packages=(own,))


def test_a_container_that_cannot_be_unpacked_stays_in_its_place(factory: Factory) -> None:
    broken = factory.file("b.zip", b"PK\x03\x04")
    arrivals = _unpacked(factory, broken)
    assert arrivals.files == (broken,)
    assert arrivals.damaged[broken].kind == "broken"


def test_a_file_in_place_of_the_folder_is_refused(factory: Factory) -> None:
    factory.text(FOLDER, "mine")
    with pytest.raises(UnsafeOutput, match="received"):
        _unpacked(factory, factory.file("a.zip", zip_of({"a.txt": TEXT})))
    assert (factory.folder / FOLDER).read_text() == "mine"


def test_a_run_is_resolved_again_with_its_senders(factory: Factory) -> None:
    message = mail_of({"a.txt": TEXT})
    message.add_attachment(b"0", "application", "pkcs7-mime", filename="smime.p7m")
    mail = factory.file("a.eml", message.as_bytes())
    with open_ledger(MEMORY) as ledger:
        found = unpack_containers([mail], factory.folder, ledger, Settings())
        volume = Volume(
            found.files, Settings(year=2025), arrived=found.arrived, damaged=found.damaged
        )
        run_volume(volume, ledger, lambda _: nullcontext(InlineWorkers()), _Silent())
        _, read = last_volume(ledger)
        assert read.volume.arrived == found.arrived
        outcome = resolve_again(ledger)
        senders = [r.document.received for r in ledger.records_of(outcome.source)]
    assert [each.sender for each in senders if each] == [SENDER, SENDER]


class _Silent:
    def begin(self, total: int) -> None:
        """Nothing is shown."""

    def __call__(self, path: Path, extracted: object) -> None:
        """Nothing is shown."""


def test_forgetting_removes_what_came_with_the_same_mail() -> None:
    own = Arrival("box", "mail 1/a.pdf", "r/1/a.pdf", sender="a@example.org", message_id="<1>")
    logo = Arrival("box", "mail 1/l.png", sender="a@example.org", message_id="<1>", left_out="x")
    other = Arrival("box", "mail 2/b.pdf", "r/3/b.pdf", sender="b@example.org", message_id="<2>")
    volume = StoredVolume((), None, (own, logo, other))
    assert StoredVolume.unpacked(volume.packed()) == volume
    assert StoredVolume.unpacked(without_paper(volume.packed(), ["a.pdf"], [])).arrived == (other,)


def test_copies_are_removed_also_after_the_results_were_moved(factory: Factory) -> None:
    old, new = factory.folder / "old", factory.folder / "new"
    old.mkdir()
    with open_ledger(MEMORY) as ledger:
        archive = factory.file("a.zip", zip_of({"a.txt": TEXT, "b.txt": TEXT}))
        first, second = unpack_containers([archive], old, ledger, Settings()).files
    old.rename(new)
    place = new / first.relative_to(old)
    assert remove_copies(new, [str(first)]) == (place,)
    assert not place.exists()
    assert (new / second.relative_to(old)).exists()
    assert not (place.parent.parent / ".arrivals.json").exists()


def test_copies_behind_a_link_stay(factory: Factory) -> None:
    archive = factory.file("a.zip", zip_of({"a.txt": TEXT}))
    (copy,) = _unpacked(factory, archive).files
    elsewhere = factory.folder / "elsewhere"
    copy.parent.rename(elsewhere)
    copy.parent.symlink_to(elsewhere)
    assert remove_copies(factory.folder, [str(copy)]) == ()
    assert (elsewhere / "a.txt").exists()


def test_inputs_of_a_run_are_containers_and_not_copies(factory: Factory) -> None:
    archive = factory.file("a.zip", zip_of({"a.txt": TEXT}))
    beside = factory.file("b.txt", TEXT)
    with open_ledger(MEMORY) as ledger:
        found = unpack_containers([archive, beside], factory.folder, ledger, Settings())
        files = tuple(StoredFile(path, str(path)) for path in found.files)
        volume = StoredVolume(files, None, found.arrived)
        assert input_paths(volume, ledger) == (beside, archive)
        archive.rename(factory.folder / "moved.zip")
        assert input_paths(volume, ledger) == (beside,)


def test_only_copies_are_removed(factory: Factory) -> None:
    arrivals = _unpacked(factory, factory.file("a.zip", zip_of({"a.txt": TEXT, "b.txt": TEXT})))
    mine = factory.text("mine.txt", "x")
    outside = factory.folder / FOLDER / ".." / "mine.txt"
    removed = remove_copies(factory.folder, [str(arrivals.files[0]), str(mine), str(outside)])
    assert [path.name for path in removed] == ["a.txt"]
    assert mine.exists()
    assert arrivals.files[1].exists()
    assert not arrivals.files[0].exists()
