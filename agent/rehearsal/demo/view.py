"""How the demo shows itself.

Live on a terminal, line by line elsewhere, a table at the end.
"""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from agent.printable import printable
from agent.rehearsal.demo.stories import Story
from agent.terminal import PrintableConsole

_COLOURS = {"A1": "cyan", "A2": "magenta", "A3": "blue", "A4": "red", "A5": "yellow", "A6": "green"}


class StoryView:
    """Prints each step as it happens."""

    def __init__(self, console: PrintableConsole) -> None:
        self._console = console
        self._seconds = 0.0

    def step(self, account: str, text: str, seconds: float) -> None:
        """One line: when, who, what."""
        self._console.print(
            Text.assemble((f"{seconds:6.1f} s  ", "dim"), (f"{account}  ", f"bold {_COLOURS.get(account, '')}"), text)
        )

    def line(self, text: str) -> None:
        """A line of the demo's own."""
        self._console.print(Text(text, style="bold"))

    def curtain(
        self, stories: list[Story], statuses: dict[str, dict[str, Any]], checks: list[dict[str, Any]], seconds: float
    ) -> None:
        """The table of the six, then what the stand-in's log proves."""
        table = Table("", "account", "story", "authorization", "what the customer sees", title="", show_lines=True)
        for story in stories:
            status = statuses[story.account]
            ok = story.broken is None and status["authorization"] == story.ends
            seen = "\n".join(map(printable, [status["message"], *(f"- {reason}" for reason in status["reasons"])]))
            mark = Text("✓", style="green") if ok else Text("✗", style="bold red")
            table.add_row(mark, story.account, story.title, Text(status["authorization"]), Text(seen))
        self._console.print(table)
        for check in checks:
            self._console.print(
                Text(f"{'✓' if check['ok'] else '✗'} {check['check']}", style="" if check["ok"] else "bold red")
            )
            if not check["ok"]:
                self._console.print(Text(f"  saw: {check['seen']}", style="red"))
        good = all(check["ok"] for check in checks) and all(story.broken is None for story in stories)
        verdict = "every account ended as scripted" if good else "NOT as scripted"
        self._console.print()
        self._console.print(Text(f"{verdict}, {seconds:.1f} s", style="bold green" if good else "bold red"))
