"""What stands above a control, as heard.

Level words and marketplaces side by side, told from where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from flows.permissions.rows.vocabulary import bare_title, is_level, scope_of
from flows.permissions.snapshot.aria_tree import AriaNode, Box
from flows.words import fold

Placed = tuple[str, Box | None]  # a text, and its place in the window


class AriaHeads:
    """The heads heard last; those of a table are kept for it."""

    def __init__(self) -> None:
        self._levels: list[Placed] = []
        self._of_table: dict[int, list[Placed]] = {}
        self._markets: list[Placed] = []
        self._rows_since = 0

    def take_levels(self, heads: list[Placed], *, table: AriaNode | None = None) -> None:
        """End the marketplaces above the rows before at new level heads.

        Unless they say every level again for each.
        """
        words = [fold(said) for said, _ in heads if is_level(said)]
        if self._rows_since and len(set(words)) == len(words):
            self._markets = []
        self._levels = heads
        if table is not None:
            self._of_table[id(table)] = heads

    def take_markets(self, heads: list[Placed]) -> None:
        """Marketplaces side by side; they hold until others come."""
        self._markets, self._rows_since = heads, 0

    def row_heard(self) -> None:
        """A row stood under the heads."""
        self._rows_since += 1

    def level_over(self, node: AriaNode) -> str:
        """The level head above a control outside tables."""
        return _above(node.box, self._levels)

    def over_cell(self, table: AriaNode, index: int, count: int) -> Callable[[AriaNode], str]:
        """What tells the level head above a control in a cell.

        That of the same number where every cell has one, else by its place.
        """
        heads = self._of_table.get(id(table), self._levels)
        return lambda node: heads[index][0] if len(heads) == count else _above(node.box, heads)

    def market_over(self, box: Box | None) -> str:
        """The marketplace above a place, or nothing."""
        return _above(box, self._markets)

    def one_each(self, boxes: Iterable[Box | None]) -> bool:
        """Whether every place is under a marketplace of its own."""
        found = [self.market_over(box) for box in boxes]
        return "" not in found and len(set(found)) == len(found)


def is_market(text: str) -> bool:
    """Whether a text names a scope of rights and nothing else."""
    return scope_of(bare_title(text)) is not None


def _above(box: Box | None, heads: list[Placed]) -> str:
    """The head above a place; none where heads overlap."""
    placed = [(said, its) for said, its in heads if its is not None]
    if box is None or any(a[2] > b[0] + 1 for (_, a), (_, b) in pairwise(placed)):
        return ""
    middle = (box[0] + box[2]) / 2
    return next((said for said, its in placed if its[0] <= middle <= its[2]), "")
