"""The console that people read: whatever is printed through it is printable.

A text is one line: a value with a line break looks like no second line of ours.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from agent.printable import printable

_PIPE_WIDTH = 160  # a pipe gets no wrapping at 80 columns


class PrintableConsole(Console):
    """A console without colours unless it is a terminal, whose texts cannot steer it."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(
            file=stream,
            width=None if stream.isatty() else _PIPE_WIDTH,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=False,
            color_system=None
            if os.environ.get("NO_COLOR")
            else "auto",  # without colour, no bold either: nothing but text
        )

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does, each text on one line."""
        super().print(*(_one_line(each) for each in objects), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does, then make every text printable.

        Rich's own control codes are no texts.
        """
        return self._printable(super().render(renderable, options))

    def _printable(self, segments: Iterable[Segment]) -> Iterator[Segment]:
        for segment in segments:
            yield segment if segment.control else segment._replace(text=printable(segment.text, lines=True))


def _one_line(shown: Any) -> Any:
    if isinstance(shown, str):
        return printable(shown)
    return (
        Text(r"\n").join(shown.split("\n", allow_blank=True))
        if isinstance(shown, Text) and "\n" in shown.plain
        else shown
    )
