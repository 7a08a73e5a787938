"""The second reading: rows told from the accessibility tree alone, by the order in which it is read aloud.

It knows no selector. Labels come before controls; a `row` is a row; what follows a control and is a level word is the control's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from playwright.async_api import Page

from flows.grids.aria_cells import (
    Head,
    cell_text,
    cells_across,
    cells_of,
    has_label,
    head_over,
    is_control,
    is_many,
    is_one,
    many_of,
    one_of,
    options_of,
    said_by,
    texts_in,
)
from flows.grids.aria_tree import AriaNode, Box, parse_aria
from flows.grids.tokens import Option, Way
from flows.grids.words import fold, generic, is_caption, is_language_picker, is_level, split_level

_OUTSIDE = ("navigation", "banner", "contentinfo", "search", "tablist")
_LINES = ("text", "paragraph", "listitem", "generic", "definition")  # whose parts are heard as one text
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
    """All rows of one accessibility tree."""

    rows: tuple[Heard, ...]


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
    return Hearing(rows=tuple(ear.rows))


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
    said = [said_by(kid) for kid in below if not is_control(kid) and kid.role != "option"]
    return any(is_control(kid) for kid in below) and any(text and not is_level(text) for text in said)


def _is_consent(node: AriaNode) -> bool:
    return node.role in ("dialog", "alertdialog", "region", "group") and any(word in fold(node.name) for word in generic("consent"))


class _Ear:
    """Listens node by node."""

    def __init__(self) -> None:
        self.rows: list[Heard] = []
        self.now = Heard()
        self._columns: dict[int, list[Head]] = {}  # table -> heads
        self._last_columns: list[Head] = []
        self._loose_heads: list[Head] = []  # those outside tables
        self._loose: list[Head] = []  # level words heard without a control
        self._done: set[int] = set()

    def take(self, node: AriaNode) -> None:
        if id(node) in self._done:
            return
        if node.role == "row":
            if not any(has_label(inner) for inner in node.walk() if inner.role == "row" and inner is not node):
                self._table_row(node)  # else it is there for the layout, and its rows are heard one by one
        elif is_one(node):
            self._control(node)
        elif is_many(node):
            self._choice(node)
        elif node.role == "option":
            return
        else:
            self._text(node)

    def flush(self) -> None:
        """Decide what loose level words were: heads if side by side, else the level of a row without controls."""
        if len(self._loose) == 1 and self.now.texts:
            word = self._loose[0][0]
            self.now.options.append(Option(way=Way.TEXT, own=(word,), on=True))
        elif len(self._loose) > 1:
            self._take_loose_heads()
        self._loose = []
        if self.now.options:
            self.rows.append(self.now)
            self.now = Heard()

    def _take_loose_heads(self) -> None:
        self._last_columns = self._loose_heads = self._loose

    def _text(self, node: AriaNode) -> None:
        said = said_by(node)
        if not said or node.role in ("switch", "textbox", "searchbox", "link", "dialog", "alert", "status", "progressbar"):
            return
        if node.name and not node.text and node.children and node.role not in ("heading", "button", "tab", "region", "group", "img"):
            return  # named by what follows anyway
        label, level = split_level(said) if node.role in _LINES else ("", said) if is_level(said) and node.role != "tab" else (said, "")
        if label and not is_caption(label):
            self._label(node, label)
        if level:
            self._level_word(level, node.box)

    def _label(self, node: AriaNode, said: str) -> None:
        if self.now.options or self._loose:
            self.flush()
        self.now.texts.append(said)
        if node.role in _HEADS or "expanded" in node.states:
            self.now.titles.append(said)

    def _level_word(self, said: str, box: Box | None) -> None:
        options = self.now.options
        if options and not self._loose:
            last = options[-1]
            if fold(said) in {fold(own) for own in last.own}:
                return  # the visible label of a control that has said it already
            if not last.own and last.way is Way.OPTION:
                options[-1] = Option(way=last.way, own=(said,), on=last.on, locked=last.locked)
                return
            self.flush()
        self._loose.append((said, box))

    def _control(self, node: AriaNode) -> None:
        if node.role == "checkbox" and not is_level(node.name) and node.above("row") is None:
            return
        if self._loose:
            self._take_loose_heads()
            self._loose = []
        self.now.options.append(one_of(node, column="" if node.name else head_over(node, self._loose_heads)))

    def _choice(self, node: AriaNode) -> None:
        self._done |= {id(child) for child in node.walk()}
        choice = many_of(node)
        if is_language_picker(choice.listed):
            return
        if self.now.options or self._loose:
            self.flush()
        self.now.options.append(choice)
        self.flush()

    def _table_row(self, row: AriaNode) -> None:
        below = list(row.walk())
        self._done |= {id(node) for node in below}
        table = row.above("table", "grid", "treegrid") or row
        cells = cells_of(row)
        texts = [cell_text(cell) for cell in cells]
        controls = [node for node in below if is_control(node) and node.above("columnheader") is None]
        if not controls and sum(is_level(text) for text in texts) > 1:
            self._heads(table, cells, texts)
            return
        if len(cells) > 1 and all(cell.role == "columnheader" for cell in cells):
            self._plain_heads(texts)
            return
        self.flush()
        heads = self._columns.get(id(table), self._last_columns)
        across = cells_across(cells, table)
        self._title(texts_in(across))
        own = [(at, cell) for at, cell in enumerate(cells) if cell not in across]
        said = [text for text in texts_in([cell for _, cell in own]) if not is_level(text)]
        if not controls and len([text for text in texts if text]) <= 1 and len(cells) <= 1:
            self._title(said)
            return
        self.now.row, self.now.explicit = row, said
        for at, cell in own:
            self.now.options += options_of(cell, heads[at : at + 1] if len(heads) == len(cells) else heads)
        self.now.texts += said
        if len(self.now.options) > 1 and all(option.way is Way.CHOICE for option in self.now.options):  # one for each marketplace
            self.rows += [replace(self.now, options=[option]) for option in self.now.options]
            self.now = Heard()
        elif self.now.options:
            self.rows.append(self.now)
            self.now = Heard()

    def _title(self, said: list[str]) -> None:
        self.now.texts += said
        self.now.titles += said

    def _plain_heads(self, texts: list[str]) -> None:
        """Heads that name no levels: the first may be the section, the rest says nothing about rows."""
        self.flush()
        self._title([text for text in texts[:1] if text and not is_level(text)])

    def _heads(self, table: AriaNode, cells: list[AriaNode], texts: list[str]) -> None:
        self.flush()
        self._columns[id(table)] = self._last_columns = [(text, cell.box) for text, cell in zip(texts, cells, strict=True)]
        self._title([text for text in texts[:1] if text and not is_level(text)])
