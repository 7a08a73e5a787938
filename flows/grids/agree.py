"""Whether the two readings say the same."""

from __future__ import annotations

from flows.grids.aria_sight import Heard, Hearing
from flows.grids.levels import read_level
from flows.grids.tokens import Way
from flows.grids.words import Lexicon, bare_title, scope_of, squash
from flows.models import PermissionRow


def disagreements(rows: tuple[PermissionRow, ...], labels: tuple[str, ...], hearing: Hearing, words: Lexicon) -> tuple[str, ...]:
    """What the second reading says otherwise than the first; `labels` are the rows' labels as the page writes them."""
    if len(rows) != len(hearing.rows):
        return (f"the document shows {len(rows)} rows, the accessibility tree {len(hearing.rows)}",)
    found: list[str] = []
    section: str | None = None
    for row, label, heard in zip(rows, labels, hearing.rows, strict=True):
        named = [words.section(text) for text in heard.titles if words.section(text) is not None and squash(text) != squash(label)]
        moved = any(scope_of(bare_title(text)) for text in heard.titles)
        section = (named[-1] if named else None) if (named or moved) else section
        wrong = _differs(row, label, heard, words, section)
        if wrong:
            found.append(f"the two readings of {row.section} > {row.permission} differ: {wrong}")
    return tuple(found[:5])


def _differs(row: PermissionRow, label: str, heard: Heard, words: Lexicon, section: str | None) -> str | None:
    said = heard.explicit or heard.texts
    wanted = squash(label)
    if not any(squash(text).startswith(wanted) for text in said) and wanted not in squash("".join(said)):
        return f"the label ({said[-1] if said else 'none'!r} was heard)"
    if section is not None and section != row.section:
        return f"the section ({section!r} was heard)"
    heard_row = read_level(tuple(heard.options), words, label=label)
    if row.problem is not None:
        return None  # it is no pass anyway, whatever else is said
    if heard_row.problem is not None:
        return heard_row.problem.partition(": ")[2]
    if heard_row.level is not row.level:
        return f"the level ({heard_row.level} was heard)"
    choices = {option.way for option in heard.options}
    if (heard_row.offered and heard_row.offered != row.offered) or (choices == {Way.OPTION} and heard_row.offered != row.offered):
        return f"what is offered ({', '.join(heard_row.offered)} was heard)"
    return None
