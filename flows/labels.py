"""Labels of merchants and countries as pickers and navigation write them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from flows.catalogue import Catalogue
from flows.words import squeeze

_PARTS = re.compile(r"\s*[|\n·•]\s*|\s+[–—-]\s+")


def plain_label(label: str, catalogue: Catalogue) -> str:
    """Take off what a picker adds ("(current)", ". Selected", a stray dot), in any language, and bring to one form."""
    text = label.strip()
    for _ in range(4):
        before = text
        for suffix in _suffixes(catalogue.shared.suffixes):
            text = suffix.sub("", text).strip() or text
        if text == before:
            break
    return squeeze(text)


def is_country(label: str, catalogue: Catalogue, *, code: str | None = None) -> bool:
    """Whether a plain label is a marketplace, or this one."""
    codes = catalogue.shared.countries if code is None else {code: catalogue.shared.countries[code]}
    return any(label in _squeezed(names) for names in codes.values())


def parts_of(label: str, catalogue: Catalogue) -> list[str]:
    """Split a label that holds store and country, such as "Store | Country"."""
    return [part for piece in _PARTS.split(label) if (part := plain_label(piece, catalogue))]


def names_merchant(parts: Iterable[str], name: str) -> bool:
    """Whether one of the parts is this store's name."""
    return squeeze(name).rstrip(". ") in [part.rstrip(". ") for part in parts]


@lru_cache(maxsize=64)
def _squeezed(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(squeeze(name) for name in names)


@lru_cache(maxsize=8)
def _suffixes(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
