"""The lines of a demo that the README shows, beside what the demo printed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.readme import block

README = Path(__file__).parents[2] / "README.md"


def lines_of_readme(name: str) -> list[tuple[str, str]]:
    """Account and text of each line of a block, without its time."""
    text = block(README.read_text(encoding="utf-8"), name) or ""
    return re.findall(r"^ +[\d.]+ s  (A\d)  (.*)$", text, re.MULTILINE)


def not_printed(name: str, steps: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Lines of a block that are no line of the demo's, nor the beginning of one that a terminal breaks."""
    printed = [(account, _without_digits(step)) for account, texts in steps.items() for step in texts]
    return [
        line
        for line in lines_of_readme(name)
        if not any(line[0] == who and told.startswith(_without_digits(line[1])) for who, told in printed)
    ]


def _without_digits(text: str) -> str:
    return re.sub(r"\d+", "#", text)
