"""Table files (CSV): no cell steers who looks at it, and none is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from agent.printable import printable_cell


class TableFile:
    """Writes rows into a stream; None is an empty cell."""

    def __init__(self, out: TextIO) -> None:
        self._writer = csv.writer(out, lineterminator="\n")

    def row(self, cells: Iterable[object]) -> None:
        """Write one line."""
        self._writer.writerow(["" if cell is None else printable_cell(cell) for cell in cells])
