"""What words alone say: of a count, of a head, of a form, of whose page it is."""

from __future__ import annotations

import re

from flows.catalogue.grids import grid_data
from flows.models import PageGapKind
from flows.permissions.rows.furniture import matches
from flows.permissions.rows.subject import EMAIL
from flows.permissions.rows.vocabulary import (
    bare_title,
    generic,
    is_caption,
    is_generic,
    is_level,
    is_section,
    says,
    scope_of,
    stated_count,
)
from flows.words import fold

# A count of rows, and nothing else: of what is filtered, of users or pages, or a date, it is none.
_COUNT = re.compile(
    r"[^\d]{0,40}?\(?\d+ (permissions|rights|rows)\)?\.?"
    r"|(showing |viewing |rows? |permissions? |results? )?\d+( ?[-–] ?\d+| to \d+)? of \d+( \w+)?\.?",
    re.IGNORECASE,
)
_OTHER_COUNT = re.compile(
    r"hidden|not shown|filter|\b(user|person|page|step|tab|store|account|marketplace)s?\b", re.IGNORECASE
)


def is_harmless(words: str) -> bool:
    """Whether pressing what is called so shows no rows and changes nothing."""
    return matches("presses", words)


def is_known(text: str) -> bool:
    """Whether a text names a section, the page or a place, or counts rows."""
    title = bare_title(text)
    return (
        is_section(text)
        or is_generic(text)
        or is_generic(title)
        or scope_of(title) is not None
        or fold(text) in generic("universal_admin")
        or (stated_count(text) is not None and bool(_COUNT.fullmatch(text)) and not _OTHER_COUNT.search(text))
    )


def is_head(part: str) -> bool:
    """Whether a text may stand at the head of a column."""
    return is_level(part) or is_known(part) or is_caption(part) or matches("heads", part)


def sorts(head: str) -> bool:
    """Whether a column head sorts its rows, or sets all of them: it shows no others."""
    return is_level(head) or is_caption(head) or matches("heads", head)


def sends_the_form(text: str, *, above: bool) -> bool:
    """Whether a button sends a form of permissions, or gives it up.

    Neither shows rows. "Continue" saves on a classic page, behind the rows (facts: permissions); with rows behind it,
    it leads on.
    """
    return (fold(text) in generic("save") or matches("forms", text)) and not (above and matches("onward", text))


def leads_to_the_other_half(text: str) -> bool:
    """A link that the visit follows by itself."""
    return fold(text) in {fold(word) for word in grid_data("reach")["words"]["global"]}


def kind_of(words: str, otherwise: PageGapKind) -> PageGapKind:
    """The kind of a gap by its words: a person, or rows that are filtered."""
    if EMAIL.search(words) or says("whose", words):
        return PageGapKind.SUBJECT
    return PageGapKind.FILTERED if says("filtered", words) else otherwise
