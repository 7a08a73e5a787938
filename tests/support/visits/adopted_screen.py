"""An adopted screen as a draft writes it, and what can be made wrong about it."""

from __future__ import annotations

from flows.catalogue.adopted import EXCLUDED, Adopted, AdoptedKind, digest_of

NAME = "adopted_news_0a1b2c3d"
NONE = ", ".join(f'"{name}"' for name in EXCLUDED)
TEXT = f"""
screen = "{NAME}"
order = 1
summary = "Passed by a person."
source = "a test"
session = "cannot_tell"
last_verified = 2026-11-01

[handling]
kind = "press"
element = "control"
at_most = 1

[signs]
path = {{ path = "^/gp/whats-new/?$" }}
control = {{ button = "control" }}
says_0 = {{ text = "says_0" }}

[[claims]]
name = "address_and_words"
all = ["control", "path"]
any = ["says_0"]
at_least = 1
none = [{NONE}]

[elements.control]
candidates = [ {{ css = "#go", names = "control" }}, {{ role = "button", names = "control" }} ]

[texts.control]
en = ["got it"]

[texts.says_0]
en = ["what is new"]
"""


def screen(text: str = TEXT, *, name: str = NAME, digest: str | None = None) -> Adopted:
    """The screen as it would come from the database."""
    return Adopted(kind=AdoptedKind.SCREEN, name=name, text=text, digest=digest or digest_of(text))
