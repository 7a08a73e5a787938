"""Labels of merchants and countries as pickers and navigation write them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from flows.catalogue.load import Catalogue
from flows.words import squeeze

_PARTS = re.compile(r"\s*[|\n·•]\s*|\s+[–—-]\s+")


def plain_label(label: str, catalogue: Catalogue) -> str:
    """Take off what a picker adds ("(current)", ".

    Selected", a stray dot), in any language, and bring to one form.
    """
    *_, plain = _stages(label, catalogue)
    return squeeze(plain)


def forms_of(label: str, catalogue: Catalogue) -> list[str]:
    """List every name that a label may stand for.

    The whole and its parts, as written and with one addition after another taken off.

    A shop may itself be called "Acme (EU)" or "Acme - Outlet".
    """
    forms = (squeeze(stage) for piece in (label, *_PARTS.split(label)) for stage in _stages(piece, catalogue))
    return list(dict.fromkeys(form for form in forms if form))


def is_country(label: str, catalogue: Catalogue, *, code: str | None = None) -> bool:
    """Whether a plain label is a marketplace, or this one."""
    codes = catalogue.shared.countries if code is None else {code: catalogue.shared.countries[code]}
    return any(label in _squeezed(names) for names in codes.values())


def parts_of(label: str, catalogue: Catalogue) -> list[str]:
    """Split a label that holds store and country, such as "Store | Country"."""
    return [part for piece in _PARTS.split(label) if (part := plain_label(piece, catalogue))]


def names_merchant(forms: Iterable[str], name: str) -> bool:
    """Whether one of a label's forms is this store's name."""
    return squeeze(name).rstrip(". ") in [form.rstrip(". ") for form in forms]


def _stages(label: str, catalogue: Catalogue) -> Iterator[str]:
    """Yield the label as written, then with each addition taken off."""
    text = label.strip()
    yield text
    for suffix in (*_suffixes(catalogue.shared.suffixes),) * 4:
        shorter = suffix.sub("", text).strip()
        if shorter and shorter != text:
            text = shorter
            yield text


@lru_cache(maxsize=64)
def _squeezed(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(squeeze(name) for name in names)


@lru_cache(maxsize=8)
def _suffixes(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
