"""Every command with a ledger on a PostgreSQL server, as a user types them one after the other."""

from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import create_engine, text

from tests.factory import Factory
from tests.handoff.volume_factory import agreement
from tests.messages.mail_server import Mailbox, mail_server
from tests.volume.test_bad_input import _call
from tests.volume.test_decided import PAPERS

pytestmark = pytest.mark.slow

ROSTER = "key,title,authors,email\n" + "".join(
    f'{paper.key},{paper.title},"{paper.authors}",{paper.key}@example.org\n' for paper in PAPERS
)


@pytest.fixture
def database(postgres: str) -> str:
    """The URL of an empty database."""
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS commands"))
        connection.execute(text("CREATE DATABASE commands"))
    engine.dispose()
    return postgres.rpartition("/")[0] + "/commands"


def test_all_commands_work_with_a_ledger_on_a_server(
    factory: Factory, database: str, tmp_path: Path
) -> None:
    (inputs := factory.folder / "v330permissions").mkdir()
    agreement(Factory(inputs), "feldmann25Permission.pdf", PAPERS[0])
    agreement(Factory(inputs), "garcia25Permission.pdf", PAPERS[1])
    Factory(inputs).text("tanaka25.txt", "Title: Continual Graph Learning without Replay\n")
    roster, table = factory.text("v.csv", ROSTER), factory.folder / "open.csv"
    out, package = factory.folder / "out", factory.folder / "package.zip"

    def call(*arguments: object) -> CompletedProcess[str]:
        return _call(*map(str, arguments), "--ledger", database)

    def check(code: int, words: str, *arguments: object) -> None:
        done = call(*arguments)
        assert (done.returncode, words in done.stdout) == (code, True), f"{arguments[0]} {done}"

    def steps(*commands: tuple[int, str, Sequence[object]]) -> None:
        for code, words, arguments in commands:
            check(code, words, *arguments)

    sender = ("--from", "Ed <ed@example.org>", "--out", out)
    steps(
        (1, "3 files read", ("run", inputs, "--roster", roster, "--out", out)),
        (1, "tanaka25.txt  ", ("review", "--list", "--export", table)),
        (0, "feldmann25Permission.pdf: accepted", ("history", "feldmann25")),
        (0, "1 message prepared", ("notify", "authors", *sender)),
        (
            0,
            "Prepared: 2 prepared  eds@example.org",
            ("notify", "editors", "--to", "eds@example.org", *sender),
        ),
        (0, "tanaka25@example.org tanaka25", ("notify", "--list")),
        (1, "2 of 3 papers, INCOMPLETE", ("package", "--to", package)),
        (0, "holds  trail:", ("verify", package)),
    )
    with mail_server(tmp_path, Mailbox(), tls=False) as running:
        server = ("--smtp", f"127.0.0.1:{running.port}", "--tls", "none")
        check(0, "Would be sent: 1", "notify", "--send", *server, "--dry-run")
        check(0, "2 messages: 2 sent", "notify", "--send", *server, *sender)
        check(0, "0 messages", "notify", "--send", *server, *sender)
        assert sorted(running.mailbox.recipients) == ["eds@example.org", "tanaka25@example.org"]
    steps(
        (0, "whole up to the package, and 6 entries since", ("verify", package)),
        (0, "Removed from the ledger", ("forget", "garcia25", "--out", out)),
        (1, "1 paper was forgotten", ("package", "--to", package)),
        (0, "holds  trail:", ("verify", package)),
        (0, "Report:", ("report", "--out", out)),
    )
