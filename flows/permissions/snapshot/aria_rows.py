"""The rows of an accessibility tree, collected as it is walked."""

from __future__ import annotations

from dataclasses import replace

from flows.permissions.rows.tokens import Option, Way
from flows.permissions.rows.vocabulary import (
    bare_title,
    is_caption,
    is_language_picker,
    is_level,
    scope_of,
    split_level,
)
from flows.permissions.snapshot.aria_cells import (
    cell_text,
    cells_across,
    cells_of,
    has_label,
    is_blank,
    is_control,
    is_many,
    is_one,
    many_of,
    one_of,
    options_of,
    said_by,
    sides_of,
    texts_in,
)
from flows.permissions.snapshot.aria_heads import AriaHeads, Placed, is_market
from flows.permissions.snapshot.aria_row import AccessibleRow
from flows.permissions.snapshot.aria_tree import AriaNode, Box
from flows.words import fold

_LINES = ("text", "paragraph", "listitem", "generic", "definition")  # whose parts are heard as one text
_HEADS = ("heading", "caption", "legend", "strong", "region", "group", "columnheader", "rowheader")


class RowCollector:
    """Listens node by node."""

    def __init__(self) -> None:
        self.rows: list[AccessibleRow] = []
        self.now = AccessibleRow()
        self._heads = AriaHeads()
        self._loose: list[Placed] = []  # level words heard without a control
        self._run: list[Placed] = []  # marketplaces heard one after the other
        self._beside = ""  # the marketplace that was heard last, with no other text since
        self._waiting: list[AriaNode] = []  # marketplaces heard inside a row, or before the next
        self._done: set[int] = set()
        self._sides: dict[int, list[float]] = {}  # by table
        self._shown = ""  # what the drop-down that was heard last shows, with no other text since

    def take(self, node: AriaNode) -> None:
        if id(node) in self._done:
            return
        if node.role == "row":
            if not any(has_label(inner) for inner in node.walk() if inner.role == "row" and inner is not node):
                self._table_row(node)  # else it is there for the layout, and its rows are heard one by one
        elif is_one(node):
            self._control(node)
        elif is_many(node) or self._shown_by_button(node):
            self._choice(node)
        elif node.role == "option":
            return
        else:
            self._text(node)

    def _shown_by_button(self, node: AriaNode) -> str:
        """The level shown by a button that is named after the label before it."""
        if node.role != "button" or node.children or not self.now.texts:
            return ""
        name, label = fold(node.name), fold(self.now.texts[-1])
        rest = name.removeprefix(label) if name.startswith(label) else name.removesuffix(label)
        level = rest.strip(" ,:-")
        return level if rest != name and is_level(level) else ""

    def flush(self) -> None:
        """Decide what loose level words were.

        Heads if side by side, else the level of a row without controls.
        """
        if (
            self._loose
            and self.now.texts
            and (len(self._loose) == 1 or self._heads.one_each([box for _, box in self._loose]))
        ):
            for word, box in self._loose:
                over = self._heads.market_over(box) or self._beside
                self.now.options.append(Option(way=Way.TEXT, own=(word,), over=over, on=True))
        elif len(self._loose) > 1:
            self._heads.take_levels(self._loose)
        self._loose = []
        self._end_row()

    def _end_row(self) -> None:
        """A row is whole; one with controls of several marketplaces is a row of each."""
        if self.now.options:
            scopes = [scope_of(bare_title(option.over)) for option in self.now.options]
            for scope in dict.fromkeys(scopes) if None not in scopes else (None,):
                options = [option for option, its in zip(self.now.options, scopes, strict=True) if scope in (None, its)]
                self.rows.append(replace(self.now, scope=scope, options=options))
            self.now = AccessibleRow()
            self._heads.row_heard()
        waiting, self._waiting = self._waiting, []
        for node in waiting:
            self._keep(node, said_by(node))

    def _end_run(self) -> None:
        if len(self._run) > 1:
            self._heads.take_markets(self._run)
        self._run = []

    def _market_over(self, node: AriaNode) -> str:
        """The marketplace above a control, or beside it, or of its group."""
        group = node.above("radiogroup", "group")
        named = group.name if group is not None and is_market(group.name) else ""
        return self._heads.market_over(node.box) or self._beside or named

    def _text(self, node: AriaNode) -> None:
        said = said_by(node)
        if not said or node.role in (
            "switch",
            "textbox",
            "searchbox",
            "link",
            "dialog",
            "alert",
            "status",
            "progressbar",
        ):
            return
        if (
            node.name
            and not node.text
            and node.children
            and node.role not in ("heading", "button", "tab", "region", "group", "img")
        ):
            return  # named by what follows anyway
        if node.role == "term" and is_level(said):
            return  # of a legend
        label, level = (
            split_level(said)
            if node.role in _LINES
            else ("", said)
            if is_level(said) and node.role != "tab"
            else (said, "")
        )
        if label and is_market(label) and node.above("tab", "button", "link", "option") is None:
            self._market(node, label)
        elif label and not is_caption(label):
            self._label(node, label)
        if level:
            self._level_word(level, node.box)

    def _label(self, node: AriaNode, said: str) -> None:
        self._end_run()
        self._shown = ""
        if self.now.options or self._loose:
            self.flush()
        self._keep(node, said)
        self._beside = ""

    def _market(self, node: AriaNode, said: str) -> None:
        """A marketplace: beside others a head.

        Between the controls of a row what the next of them are for; else a title.
        """
        self._shown = ""
        if self._loose:
            self.flush()
        self._run.append((said, node.box))
        self._beside = said
        if self.now.options:
            self._waiting.append(node)
        else:
            self._keep(node, said)

    def _keep(self, node: AriaNode, said: str) -> None:
        self.now.texts.append(said)
        if node.role in _HEADS or "expanded" in node.states:
            self.now.titles.append(said)

    def _level_word(self, said: str, box: Box | None) -> None:
        self._end_run()
        if self._shown and fold(said) == self._shown and not self.now.texts:
            self._shown = ""
            return  # the words of a drop-down that has said them already
        options = self.now.options
        if options and not self._loose:
            last = options[-1]
            if is_blank(last):  # a drop-down that shows its level beside its field
                options[-1] = replace(last, shows=said)
                if not last.over:
                    self.flush()
                return
            if fold(said) in {fold(own) for own in last.own}:
                return  # the visible label of a control that has said it already
            if not last.own and last.way is Way.OPTION:
                options[-1] = replace(last, own=(said,))
                return
            self.flush()
        self._loose.append((said, box))

    def _control(self, node: AriaNode) -> None:
        if node.role == "checkbox" and not is_level(node.name) and node.above("row") is None:
            return
        self._end_run()
        if self._loose:
            self._heads.take_levels(self._loose)
            self._loose = []
        self._waiting = []
        self.now.options.append(
            one_of(node, column="" if node.name else self._heads.level_over(node), over=self._market_over(node))
        )

    def _choice(self, node: AriaNode) -> None:
        self._done |= {id(child) for child in node.walk()}
        by_button = self._shown_by_button(node)
        choice = many_of(node, over=self._market_over(node), beside=by_button)
        shown = fold(choice.shows) if len(choice.chosen) == 0 else fold(choice.chosen[0])
        if self._shown and shown in ("", self._shown) and not choice.over and not self.now.texts:
            return  # a field of a drop-down that has said it already
        if self.now.options and is_blank(self.now.options[-1]):
            self.now.options.pop()  # the field that the drop-down keeps for forms
        if len(self._loose) == 1 and fold(self._loose[0][0]) == shown and self.now.texts and not self.now.options:
            self._loose = []
        if is_language_picker(choice.listed):
            return
        self._end_run()
        if is_blank(choice) and len(self._loose) == 1 and not self.now.options and self.now.texts:
            choice, self._loose = replace(choice, shows=self._loose[0][0]), []
        if self._loose or not choice.over or choice.over in {one.over for one in self.now.options}:
            self.flush()
        self._waiting = []
        self.now.options.append(choice)
        self._shown = shown
        if not choice.over and not is_blank(choice):  # else the same row may have one for the next marketplace
            self.flush()

    def _table_row(self, row: AriaNode) -> None:
        below = list(row.walk())
        self._done |= {id(node) for node in below}
        self.flush()
        self._end_run()
        self._beside = self._shown = ""
        table = row.above("table", "grid", "treegrid") or row
        cells = cells_of(row)
        texts = [cell_text(cell) for cell in cells]
        controls = [node for node in below if is_control(node) and node.above("columnheader") is None]
        if not controls and self._are_heads(table, cells, texts):
            return
        if id(table) not in self._sides:
            self._sides[id(table)] = sides_of(table)
        across = cells_across(cells, self._sides[id(table)])
        self._title(texts_in(across))
        own = [(at, cell) for at, cell in enumerate(cells) if cell not in across]
        said = [text for text in texts_in([cell for _, cell in own]) if not is_level(text)]
        if not controls and len([text for text in texts if text]) <= 1 and len(cells) <= 1:
            self._title(said)
            return
        self.now.row, self.now.explicit = row, said
        for at, cell in own:
            self.now.options += options_of(
                cell, column=self._heads.over_cell(table, at, len(cells)), over=self._market_over
            )
        self.now.texts += said
        self._end_row()

    def _are_heads(self, table: AriaNode, cells: list[AriaNode], texts: list[str]) -> bool:
        """Take a table row of heads.

        Levels, marketplaces, or others, of which only the first says something: the section.
        """
        placed: list[Placed] = [(text, cell.box) for text, cell in zip(texts, cells, strict=True)]
        levels = [box for text, box in placed if is_level(text)]
        if len(levels) > 1 and not self._heads.one_each(levels):
            self._heads.take_levels(placed, table=table)
        elif len(cells) > 1 and not levels and any(is_market(text) for text in texts[1:]):
            self._heads.take_markets([(text, box) for text, box in placed[1:] if text])
        elif len(cells) < 2 or any(cell.role != "columnheader" for cell in cells):
            return False
        self._title([text for text in texts[:1] if text and not is_level(text) and not is_market(text)])
        return True

    def _title(self, said: list[str]) -> None:
        self.now.texts += said
        self.now.titles += said
