"""What arrived in a container: each file with its sender."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ocr_extract.records import Damage, Received


@dataclass(frozen=True)
class Letter:
    """What a mail says of itself, as plain text of one line each; "" when it does not. `sent` is an
    ISO 8601 time.
    """

    sender: str = ""
    sent: str = ""
    subject: str = ""
    message_id: str = ""


@dataclass(frozen=True)
class Found:
    """One thing that was found in a container. `name` is its whole name inside. Either its
    `content` is there, or `damage` says why not, or `left_out` why it is not an agreement.
    """

    name: str
    letter: Letter = Letter()
    content: bytes | None = None
    damage: Damage | None = None
    left_out: str = ""


@dataclass(frozen=True)
class Arrival:
    """One thing that arrived in a container, as it is stored. `path` is that of the unpacked file:
    within the container's folder in its list, and whole in a run; "" for what was left out.
    `damage` and `effect` say what is wrong with it, and `left_out` why it is no agreement.
    """

    container: str
    name: str
    path: str = ""
    sha256: str = ""
    size: int = 0
    sender: str = ""
    sent: str = ""
    subject: str = ""
    message_id: str = ""
    damage: str = ""
    effect: str = ""
    left_out: str = ""

    @property
    def received(self) -> Received:
        """What a record says of it."""
        return Received(
            container=self.container,
            name=self.name,
            sender=self.sender or None,
            sent=self.sent or None,
            subject=self.subject or None,
            message_id=self.message_id or None,
        )

    def at(self, container: str, path: str) -> Arrival:
        """The same in a container of this name, with this path."""
        return replace(self, container=container, path=path)


def fault(kind: str, effect: str) -> Damage:
    """Damage of a member that cannot be unpacked."""
    return Damage(stage="open", kind=kind, effect=effect)
