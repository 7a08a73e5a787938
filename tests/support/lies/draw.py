"""What every kind of lie draws with.

One change as a value, the words and the markup of `tests/data/lies.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from random import Random
from typing import Any

from tests.support.lies.page import USER, Resource

LEFT_OUT = frozenset({"fail", "incomplete"})  # a row is not in order, and may be read as such
UNSURE = frozenset({"incomplete"})  # all that can be read is in order
OTHER = "bea.berg@users.example"
_DATA = Path(__file__).parents[2] / "data" / "lies.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One change: which act of the scripts, with what, and what is true afterwards."""

    act: str
    what: str
    right: frozenset[str] = LEFT_OUT
    options: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)


@cache
def words() -> dict[str, Any]:
    """All that is drawn from."""
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))


def salt(luck: Random) -> str:
    """A class name that means nothing."""
    return "c" + "".join(luck.choices("abcdefghkmnpqrstuvwxyz", k=5))


def form(luck: Random, name: str, *, said: str = "") -> str:
    """Markup of a form, filled in; what is said is text."""
    return filled(luck.choice(words()["forms"][name]), said=escape(said), salt=salt(luck))


def filled(markup: str, **values: str) -> str:
    """Put values in."""
    for name, value in {"user": USER, "other": OTHER, **values}.items():
        markup = markup.replace(f"{{{name}}}", value)
    return markup


def switch(luck: Random) -> tuple[str, str]:
    """A switch between two things: what it is, and its markup."""
    name = luck.choice(list(words()["switches"]))
    one, two = luck.choice(words()["choices"])
    return name, filled(words()["switches"][name], one=escape(one), two=escape(two))


def options(luck: Random, **choices: Sequence[str]) -> dict[str, Any]:
    """One of each."""
    return {name: luck.choice(list(some)) for name, some in choices.items()}
