"""The code that the older flow shows and the seller compares.

What of a page's text is one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(
    r"(?<![\w@./-])(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{3,23}(?![\w@/])", re.IGNORECASE
)  # not a piece of an address
_GROUPS = re.compile(r"[A-Z0-9]{2,12}(?:[ -][A-Z0-9]{2,12}){0,5}")
_AROUND = " \t:.,;=-–—\"'“”«»()[]"


def code_in(texts: Iterable[str]) -> str | None:
    """Return the one code that these texts hold; None where none is certain.

    A text that is nothing but a code counts, in groups and of letters alone too; in running text only a word with a
    digit does.
    """
    plain = [unicodedata.normalize("NFKC", text).strip(_AROUND) for text in texts]
    whole = [text for text in plain if 4 <= len(text) <= 40 and _GROUPS.fullmatch(text)]
    codes = list(dict.fromkeys(whole or [code for text in plain for code in _words(text)]))
    return codes[0] if len(codes) == 1 else None


def _words(text: str) -> list[str]:
    """List the words that can be a code.

    One written as codes are, in capitals, goes before the others.
    """
    words = [word.rstrip("-") for word in _WORD.findall(text)]
    return [word for word in words if word == word.upper()] or words
