"""Chrome of permission pages that people adopted.

Exactly these words at exactly this place, and never what is about rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from flows.catalogue.grids import grid_data
from flows.catalogue.schema import Chrome
from flows.models import PageGap, PageGapKind
from flows.permissions.accounting.listeners import is_listener
from flows.permissions.layouts import Layout
from flows.permissions.rows.furniture import rules_of_rows
from flows.permissions.rows.subject import EMAIL
from flows.permissions.rows.vocabulary import bare_title, is_level, is_section, level_words, lexicon, scope_of
from flows.words import fold

ADOPTABLE = frozenset({PageGapKind.UNEXPLAINED, PageGapKind.BANNER})
LONGEST = 199  # longer words are cut off in a gap, and could go on in any way
_NO_PLACES = frozenset({"", "control", "column head", "drop-down", "the user's row"})


def without_chrome(gaps: Iterable[PageGap], chrome: Sequence[Chrome], *, layout: str) -> list[PageGap]:
    """Leave out the gaps that a person adopted as chrome of this layout.

    What was adopted on a pair of a regional and a global page counts on each of the two.
    """
    layouts = {layout} if layout == Layout.OWN_VIEW else {layout, Layout.GLOBAL}
    known = {(one.kind, one.where, fold(one.words)) for one in chrome if one.layout in layouts}
    return [gap for gap in gaps if not (_key(gap) in known and why_not_chrome(gap) is None)]


def why_not_chrome(gap: PageGap) -> str | None:
    """Why a gap can never be adopted as chrome; None where it can.

    Chrome holds no level words, no names of rows and sections, no controls of rows, no ways to permissions, no
    address, and nothing that takes back or bounds what the rows say.
    """
    words = fold(gap.words)
    if gap.kind not in ADOPTABLE:
        return f"a gap of the kind {gap.kind.value} is never chrome"
    if gap.where in _NO_PLACES:
        return "it stands in a control or nowhere that could be found again"
    if not words or len(gap.words) > LONGEST:
        return "its words are missing or cut off"
    if is_listener(gap):
        return None  # code, and no words of the page: what it may not say was asked of all of it
    if EMAIL.search(gap.words):
        return "it names an address"
    if level := next((level for level in level_words() if _stands_in(level, words)), None):
        return f"it holds the level word {level!r}"
    if is_section(bare_title(gap.words)) or is_level(gap.words) or scope_of(bare_title(gap.words)):
        return "it is the title of a section or a marketplace"
    if row := next((label for label in _labels() if _stands_in(label, words)), None):
        return f"it names the permission {row!r}"
    if rule := next((rule for rule in rules_of_rows() if rule.search(words)), None):
        return f"it may take back what the rows say ({rule.pattern!r})"
    if word := next((word for word in _about_rows() if _stands_in(word, words)), None):
        return f"it is about rows, or a way to them ({word!r})"
    return None


def _key(gap: PageGap) -> tuple[str, str, str]:
    return gap.kind.value, gap.where, fold(gap.words)


@cache
def _labels() -> frozenset[str]:
    """The names of rows that the vocabulary knows."""
    return frozenset(fold(word) for word in lexicon("en").labels if len(word) > 2)


@cache
def _about_rows() -> tuple[str, ...]:
    reach = grid_data("reach")["words"]
    ways = [*reach["manage"], *reach["global"]]
    return tuple(dict.fromkeys(fold(word) for word in [*ways, *grid_data("furniture")["chrome"]["never"]]))


def _stands_in(word: str, text: str) -> bool:
    if not word.isascii():
        return word in text
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
