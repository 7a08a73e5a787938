"""What of a page is read so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from flows.models import PermissionRow
from flows.permissions.rows.tokens import ColumnsToken, TextToken
from flows.permissions.rows.vocabulary import Lexicon


@dataclass(slots=True)
class ReadSoFar:
    """What of a page is read so far, while its tokens are gone through."""

    lexicon: Lexicon
    scope: str
    section: str | None = None
    pending: list[TextToken | ColumnsToken] = field(default_factory=list)
    stated: list[tuple[str, int]] = field(default_factory=list)
    sections: list[tuple[str, str]] = field(default_factory=list)  # (scope, section) in order of their titles
    rows: list[PermissionRow] = field(default_factory=list)
    at: list[int | None] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    started: bool = False  # a row, or the page's own heading, was seen
    run: int = 0  # how often a section was opened so far
    spread: set[tuple[str, str]] = field(
        default_factory=set
    )  # sections whose rows went to the marketplaces of their columns
    same: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # rows of one scope, section and name so far
    runs: dict[tuple[str, str, str], int] = field(default_factory=dict)  # a row's place -> the run it stood in first
