"""The runbook's paragraphs for a failure code, from docs/operations.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_EMPHASIS = re.compile(r"\*{1,2}([^*]{1,200})\*{1,2}")
_FILE = Path(__file__).resolve().parents[3] / "docs" / "operations.md"


def paragraphs(code: str | None) -> tuple[str, ...]:
    """What to do about a failure code; of its markup the backticks of code are left.

    Empty where the runbook has nothing.
    """
    return _sections().get((code or "").partition(":")[0], ())


@cache
def _sections() -> dict[str, tuple[str, ...]]:
    if not _FILE.is_file():
        return {}
    parts = re.split(r"^### (\w+)$", _FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = reversed(list(zip(parts[1::2], parts[2::2], strict=True)))  # of a name that stands twice the first is told
    return {code: tuple(_plain(re.split(r"^#+ ", text, maxsplit=1, flags=re.MULTILINE)[0])) for code, text in found}


def _plain(section: str) -> Iterator[str]:
    for part in section.split("\n\n"):
        if words := " ".join(part.split()):
            yield _EMPHASIS.sub(r"\1", words)
