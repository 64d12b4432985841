"""Messages for tests of the outbox."""

from ocr_extract.volume.ledger.messages import NewMessage


def new_message(run: int, recipient: str, paper: str | None, round_: int = 1) -> NewMessage:
    """A message to an author; its id follows from recipient, paper and round."""
    return NewMessage(
        run=run, round=round_, kind="author", recipient=recipient, paper=paper, template="author",
        subject="Your agreement", message_id=f"<{paper}.{round_}@test>", asked="missing",
        content=f"To: {recipient}\r\n\r\nPlease sign {paper}.\r\n".encode(),
    )  # fmt: skip
