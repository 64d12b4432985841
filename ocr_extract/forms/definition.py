"""Definitions of forms. Each form is a TOML file, so a further form needs no code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FieldName = Literal["title", "author", "corresponding_author", "signature", "date"]
BUILT_IN = ("pmlr", "final_contribution", "generic")
"""Names of the forms, in the order in which they are tried. The last one is the fallback."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Blank(_Frozen):
    """A field inside running text. It stands after one phrase and before another."""

    after: tuple[str, ...]
    before: tuple[str, ...] = ()


class Label(_Frozen):
    """A label of the signing block. `at` is where it starts on the blank form, (x, y) in points."""

    texts: tuple[str, ...]
    at: tuple[float, float] | None = None
    required: bool = False


class Block(_Frozen):
    """The signing block: its labels, and the phrases that may stand above it. `after_at` is where
    that phrase starts on the blank form, (x, y) in points.
    """

    after: tuple[str, ...] = ()
    after_at: tuple[float, float] | None = None
    labels: dict[FieldName, Label]


class Form(_Frozen):
    """A printed form: the phrases that identify it, and where its fields are."""

    name: str
    phrases: tuple[str, ...] = ()
    blanks: dict[FieldName, Blank] = Field(default_factory=dict)
    block: Block


@cache
def built_in_forms() -> tuple[Form, ...]:
    """The forms that the program knows. The fallback is last."""
    return tuple(_load(name) for name in BUILT_IN)


def _load(name: str) -> Form:
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return Form.model_validate(tomllib.loads(text))
