"""Every command that a document prints can be typed: it exists, and so does each option, with no more words than it
takes.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agent.cli.app import COMMANDS
from agent.cli.lazy_commands import build

ROOT = Path(__file__).resolve().parents[4]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
CODE = sorted((ROOT / "agent").rglob("*.py"))  # what errors and messages tell people to type
PAGES = [*DOCUMENTS, *CODE]
QUOTED = re.compile(r"(?<!b)['\"`]sc-agent ([a-z][^'\"`\n]*)['\"`](?!\.encode)")
FENCE = re.compile(r"```(?:sh|console|bash)?\n(.*?)```", re.DOTALL)
EVERYWHERE = {"--help", "-h", "--debug", "--version", "--install-completion", "--show-completion"}


@cache
def command(name: str) -> Any:
    return build(name, COMMANDS[name])


def typed_in(page: Path) -> Iterator[str]:
    """What follows the program's name: in blocks of shell, and in quotation marks or code within a sentence."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".md":
        for block in FENCE.findall(text):
            for line in block.replace("\\\n", " ").splitlines():
                if found := re.search(r"(?:^|[|(&;] ?|/bin/)(?:sc-agent|sc) ([a-z-].*)", line.partition(" # ")[0]):
                    yield found[1]
        text = FENCE.sub("", text)
    for found in QUOTED.findall(text):
        yield from _each(found)


def _each(line: str) -> Iterator[str]:
    """Of `accounts add · list · show` each by itself."""
    first, *others = line.split(" · ")
    yield first
    head = first.split()[0]
    inner = getattr(command(head), "commands", None) if head in COMMANDS else None
    yield from (f"{head} {other}" if inner else other for other in others)


def wrong_in(line: str) -> str | None:
    """What cannot be typed about a line; None where it can."""
    line = re.split(r"[|;&<>)]| \(| 2>|\.\.\.|…|, ", line)[0].replace("[", "").replace("]", "")
    try:
        words = shlex.split(line.replace("{", "").replace("}", ""))
    except ValueError:
        words = line.split()
    if not words or words[0].startswith("-"):
        return None if not words or words[0] in EVERYWHERE else f"no option {words[0]}"
    if words[0] not in COMMANDS:
        return f"no command {words[0]}"
    found, words = command(words[0]), words[1:]
    while (inner := getattr(found, "commands", None)) and words and not words[0].startswith("-"):
        if words[0] not in inner:
            return f"no command {words[0]} of {found.name}"
        found, words = inner[words[0]], words[1:]
    options = {name: each for each in found.params for name in (*each.opts, *each.secondary_opts)}
    arguments, skip = 0, False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and len(word) > 1:
            name = word.strip("[],.").partition("=")[0]
            if name not in options and name not in EVERYWHERE:
                return f"no option {name} of {found.name}"
            skip = name in options and not options[name].is_flag and "=" not in word
        else:
            arguments += 1
    takes = [each for each in found.params if each.param_type_name == "argument"]
    if arguments > len(takes) and not any(each.nargs == -1 for each in takes):
        return f"{found.name} takes {len(takes)} words"
    return None


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda found: str(found.relative_to(ROOT)))
def test_what_a_document_prints_can_be_typed(document: Path) -> None:
    assert {line: said for line in typed_in(document) if (said := wrong_in(line)) is not None} == {}


def test_what_messages_tell_people_to_type_can_be_typed() -> None:
    told = {(found.name, line) for found in CODE for line in typed_in(found)}
    assert {line: said for line in sorted(told) if (said := wrong_in(line[1])) is not None} == {}


def test_enough_is_looked_at_and_a_wrong_one_is_found() -> None:
    assert sum(1 for page in PAGES for _ in typed_in(page)) > 150
    for line in ("nothing", "accounts nothing A1", "status --nothing", "accounts show A1 --merchant-id X", "doctor A1"):
        assert wrong_in(line) is not None
    for line in ("status A1 --json", "accounts release ID", "audit --all --format html --output x.html"):
        assert wrong_in(line) is None
