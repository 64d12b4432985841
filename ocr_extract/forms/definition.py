"""Forms as data: a TOML file each, so that a second form needs no code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FieldName = Literal["title", "author", "corresponding_author", "signature", "date"]
BUILT_IN = ("pmlr", "final_contribution", "generic")
"""In the order in which they are tried; the last one is the fallback."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Blank(_Frozen):
    """A field inside running text: it stands after one phrase and before another."""

    after: tuple[str, ...]
    before: tuple[str, ...] = ()


class Label(_Frozen):
    """A label of the signing block; `at` is where it starts on the blank form, points."""

    texts: tuple[str, ...]
    at: tuple[float, float] | None = None
    required: bool = False


class Block(_Frozen):
    """The signing block: its labels, and the phrase under which it stands; `after_at` is
    where that phrase starts on the blank form, points.
    """

    after: tuple[str, ...] = ()
    after_at: tuple[float, float] | None = None
    labels: dict[FieldName, Label]


class Form(_Frozen):
    """A printed form: how it is known, where its fields are."""

    name: str
    phrases: tuple[str, ...] = ()
    blanks: dict[FieldName, Blank] = Field(default_factory=dict)
    block: Block


@cache
def built_in_forms() -> tuple[Form, ...]:
    """The forms that the program knows, the fallback last."""
    return tuple(_load(name) for name in BUILT_IN)


def _load(name: str) -> Form:
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return Form.model_validate(tomllib.loads(text))
