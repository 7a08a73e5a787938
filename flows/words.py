"""How words of pages and mails are compared: three forms, each for its purpose."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACES = re.compile(r"\s+")
_SLASH = re.compile(r"\s*/\s*")
_UNSEEN = dict.fromkeys([0x00AD, 0xFEFF, *range(0x200B, 0x2010), 0x2060])
_PLAIN = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-"})


def squeeze(text: str) -> str:
    """Bring running text to one form for comparing with phrases.

    Compatibility form, plain apostrophes and hyphens, single spaces, lower case; what is not seen is left out.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_PLAIN).translate(_UNSEEN)
    return _SPACES.sub(" ", plain).strip().lower()


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Compare labels as people read them.

    Case, blanks, a closing colon and blanks round a slash do not count.
    """
    return _SLASH.sub("/", " ".join(seen(text).split()).rstrip(":\uff1a").strip().casefold())


@lru_cache(maxsize=16384)
def squash(text: str) -> str:
    """Compare longer texts without their blanks."""
    return "".join(seen(text).split()).casefold()


def seen(text: str) -> str:
    """A text without signs that show nothing and part no words; blanks are plain.

    Such signs are soft hyphens, joiners, marks of direction.
    """
    return text.replace("\u00a0", " ").translate(_UNSEEN)
