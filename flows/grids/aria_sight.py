"""The second reading: rows told from the accessibility tree alone, by the order in which it is read aloud.

It knows no selector. Labels come before controls; a `row` is a row; what follows a control and is a level word is the control's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from playwright.async_api import Page

from flows.grids.aria_tree import AriaNode, parse_aria
from flows.grids.tokens import Option, Way
from flows.grids.words import fold, generic, level_words, marks

_ONE = ("radio", "menuitemradio", "checkbox")
_MANY = ("combobox", "listbox")
_OUTSIDE = ("navigation", "banner", "contentinfo", "search", "tablist")
_HEADS = ("heading", "caption", "legend", "strong", "region", "group", "columnheader", "rowheader")


@dataclass(slots=True)
class Heard:
    """One row as heard: every text since the row before, then its options. `titles` are those of the texts that may name a section."""

    texts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    row: AriaNode | None = None
    explicit: list[str] = field(default_factory=list)  # texts inside the table row itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """All rows of one accessibility tree, and what was said after the last one."""

    rows: tuple[Heard, ...]
    rest: Heard
    collapsed: int  # handles that say they are not expanded
    words: tuple[str, ...]  # every text that is a level word or stands in a column of them


async def read_aria(page: Page) -> Hearing:
    """Listen to the page once."""
    return hear(parse_aria(await page.aria_snapshot(mode="ai", boxes=True)))


def hear(root: AriaNode) -> Hearing:
    """Tell rows from a tree; pure."""
    ear = _Ear()
    _drop_decoys(root)
    for node in root.walk():
        if node.role != "root" and (node.above(*_OUTSIDE) is None or node.role == "tab"):
            ear.take(node)
    ear.flush()
    collapsed = sum(1 for node in root.walk() if node.states.get("expanded") == "false" and node.role in ("button", "heading"))
    return Hearing(rows=tuple(ear.rows), rest=ear.now, collapsed=collapsed, words=tuple(ear.words))


def _drop_decoys(node: AriaNode) -> None:
    """Leave out what nobody can see: rows left of the window, where no scrolling leads, and the question about cookies."""
    node.children = [kid for kid in node.children if not (_is_consent(kid) or (_is_out_of_reach(kid) and _has_row(kid)))]
    for kid in node.children:
        _drop_decoys(kid)


def _is_out_of_reach(node: AriaNode) -> bool:
    return node.box is not None and node.box[2] <= 0


def _has_row(node: AriaNode) -> bool:
    """A control and a text that names it; the text alone may be a title for those who cannot see."""
    below = list(node.walk())
    levels = frozenset(level_words())
    said = [kid.text or kid.name for kid in below if kid.role not in (*_ONE, *_MANY, "option")]
    return any(kid.role in (*_ONE, *_MANY) for kid in below) and any(text and fold(text) not in levels for text in said)


def _is_consent(node: AriaNode) -> bool:
    return node.role in ("dialog", "alertdialog", "region", "group") and any(word in fold(node.name) for word in generic("consent"))


class _Ear:
    """Listens node by node."""

    def __init__(self) -> None:
        self.rows: list[Heard] = []
        self.now = Heard()
        self.words: list[str] = []
        self._levels = frozenset(level_words())
        self._on, self._off = frozenset(marks("on")), frozenset(marks("off"))
        self._columns: dict[int, list[str]] = {}  # table -> heads
        self._last_columns: list[str] = []
        self._heads_at: list[tuple[str, tuple[float, float, float, float]]] = []  # heads outside tables, with their places
        self._loose: list[AriaNode] = []  # level words heard without a control
        self._done: set[int] = set()

    def take(self, node: AriaNode) -> None:
        if node.role == "row":
            self._table_row(node)
        elif id(node) in self._done:
            return
        elif node.role in _ONE:
            self._control(node)
        elif node.role in _MANY:
            self._choice(node)
        elif node.role == "option":
            return
        else:
            self._text(node)

    def flush(self) -> None:
        """Decide what loose level words were: heads if side by side, else the level of a row without controls."""
        if len(self._loose) == 1 and self.now.texts:
            word = self._said(self._loose[0])
            self.now.options.append(Option(way=Way.TEXT, own=(word,), on=True))
        elif len(self._loose) > 1:
            self._take_loose_heads()
        self._loose = []
        if self.now.options:
            self.rows.append(self.now)
            self.now = Heard()

    def _take_loose_heads(self) -> None:
        self._last_columns = [self._said(node) for node in self._loose]
        self._heads_at = [(self._said(node), node.box) for node in self._loose if node.box is not None]

    def _column_over(self, node: AriaNode) -> str:
        """The head a control without a word of its own stands under; none where heads overlap."""
        if node.name or node.box is None or any(a[2] > b[0] + 1 for (_, a), (_, b) in pairwise(self._heads_at)):
            return ""
        middle = (node.box[0] + node.box[2]) / 2
        return next((said for said, box in self._heads_at if box[0] <= middle <= box[2]), "")

    def _said(self, node: AriaNode) -> str:
        return node.text or node.name

    def _text(self, node: AriaNode) -> None:
        said = self._said(node)
        if not said or node.role in ("switch", "textbox", "searchbox", "link", "dialog", "alert", "status", "progressbar"):
            return
        if node.name and not node.text and node.children and node.role not in ("heading", "button", "tab", "region", "group", "img"):
            return  # named by what follows anyway
        if fold(said) in self._levels and node.role != "tab":
            self._level_word(node, said)
            return
        if self.now.options or len(self._loose) == 1 or self._loose:
            self.flush()
        self.now.texts.append(said)
        if node.role in _HEADS or "expanded" in node.states:
            self.now.titles.append(said)

    def _level_word(self, node: AriaNode, said: str) -> None:
        self.words.append(said)
        options = self.now.options
        if options and not self._loose:
            last = options[-1]
            if fold(said) in {fold(own) for own in last.own}:
                return  # the visible label of a control that has said it already
            if not last.own and last.way is Way.OPTION:
                options[-1] = Option(way=last.way, own=(said,), on=last.on, locked=last.locked)
                return
            self.flush()
        self._loose.append(node)

    def _control(self, node: AriaNode) -> None:
        if node.role == "checkbox" and fold(node.name) not in self._levels and node.above("row") is None:
            return
        if self._loose:
            self._take_loose_heads()
            self._loose = []
        state = node.states.get("checked")
        own = (node.name,) if node.name else ()
        on = None if state == "mixed" else state == "true"
        self.now.options.append(Option(own=own, column=self._column_over(node), on=on, locked="disabled" in node.states))
        self.words += own

    def _choice(self, node: AriaNode) -> None:
        self._done |= {id(child) for child in node.walk()}
        if self.now.options or self._loose:
            self.flush()
        self.now.options.append(self._choice_of(node))
        self.flush()

    def _choice_of(self, node: AriaNode) -> Option:
        """A drop-down: what it lists, where the tree says so, and what it shows."""
        listed = [(kid.name or kid.text, "selected" in kid.states) for kid in node.walk() if kid.role == "option"]
        chosen = tuple(name for name, selected in listed if selected)
        said = [kid.text for kid in node.walk() if kid.role != "option" and kid.text and kid.above("option") is None]
        locked = "disabled" in node.states
        listing = tuple(name for name, _ in listed)
        return Option(way=Way.CHOICE, on=True, locked=locked, listed=listing, chosen=chosen, shows="" if chosen else " ".join(said))

    def _table_row(self, row: AriaNode) -> None:
        below = list(row.walk())
        self._done |= {id(node) for node in below}
        table = row.above("table", "grid", "treegrid") or row
        cells = row.children if len(row.children) > 1 else [child for kid in row.children for child in (kid.children or [kid])]
        texts = [self._cell_text(cell) for cell in cells]
        controls = [node for node in below if node.role in (*_ONE, *_MANY) and node.above("columnheader") is None]
        levels = [text for text in texts if fold(text) in self._levels]
        if not controls and len(levels) > 1:
            self._heads(table, cells, texts)
            return
        if len(cells) > 1 and all(cell.role == "columnheader" for cell in cells):
            self._plain_heads(texts)
            return
        said = [text for text in self._texts_of(row) if fold(text) not in self._levels]
        self.flush()
        if not controls and len([text for text in texts if text]) <= 1 and len(cells) <= 1:
            self.now.texts += said
            self.now.titles += said
            return
        heads = self._columns.get(id(table), self._last_columns)
        self.now.row, self.now.explicit = row, said
        for index, cell in enumerate(cells):
            self._cell(cell, heads[index] if len(heads) == len(cells) else "", texts[index])
        self.now.texts += said
        if len(self.now.options) > 1 and all(option.way is Way.CHOICE for option in self.now.options):  # one for each marketplace
            self.rows += [replace(self.now, options=[option]) for option in self.now.options]
            self.now = Heard()
        elif self.now.options:
            self.rows.append(self.now)
            self.now = Heard()

    def _plain_heads(self, texts: list[str]) -> None:
        """Heads that name no levels: the first may be the section, the rest says nothing about rows."""
        self.flush()
        said = [text for text in texts[:1] if text and fold(text) not in self._levels]
        self.now.texts += said
        self.now.titles += said

    def _heads(self, table: AriaNode, cells: list[AriaNode], texts: list[str]) -> None:
        self.flush()
        self._columns[id(table)] = texts
        self._last_columns = texts
        self.words += [text for text in texts[1:] if text]
        if texts and texts[0] and fold(texts[0]) not in self._levels:
            self.now.texts.append(texts[0])
            self.now.titles.append(texts[0])

    def _cell(self, cell: AriaNode, head: str, text: str) -> None:
        for node in cell.walk():
            if node.role in _ONE:
                state = node.states.get("checked")
                name = node.name or next((t for t in self._texts_of(cell) if fold(t) in self._levels), "")
                own = (name,) if name else ()
                on = None if state == "mixed" else state == "true"
                self.now.options.append(Option(own=own, column=head, on=on, locked="disabled" in node.states))
                return
            if node.role in _MANY:
                self.now.options.append(self._choice_of(node))
                return
        if fold(text) in self._levels and not any(node.role in ("link", "button") for node in cell.walk()):
            self.now.options.append(Option(way=Way.TEXT, own=(text,), column=head, on=True))
        elif fold(head) in self._levels and fold(text) in self._on:
            self.now.options.append(Option(way=Way.MARK, column=head, on=True))

    def _texts_of(self, node: AriaNode) -> list[str]:
        """Every text below a node, each once, in order; names of controls are not texts."""
        found = []
        for kid in node.walk():
            if kid.role in (*_ONE, *_MANY, "option", "row") or kid.above(*_MANY) is not None:
                continue
            said = kid.text or (kid.name if not kid.children else "")
            if said:
                found.append(said)
        return found

    def _cell_text(self, cell: AriaNode) -> str:
        return " ".join(self._texts_of(cell)).strip()
