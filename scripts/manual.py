"""Write the manual page docs/sc-agent.1 from the commands' own help.

`python scripts/manual.py`. A test holds the page against the program; the wheel installs it as
share/man/man1/sc-agent.1.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

import typer

from agent.cli.app import COMMANDS, app
from agent.cli.lazy_commands import build
from agent.errors import Exit

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sc-agent.1"
_EXITS = {
    Exit.OK: "All is as it should be.",
    Exit.FINDING: "A finding: the policy is violated, a replay differs.",
    Exit.USAGE: "The command was called with something it cannot work on.",
    Exit.UNCONFIRMED: "It could not be confirmed, or a person is needed.",
    Exit.ENVIRONMENT: "Configuration or environment.",
}


def main() -> int:
    """Write the page afresh."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    PAGE.write_text(manual(), encoding="utf-8")
    return 0


def manual() -> str:
    """The whole page, in roff with the macros of man(7)."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield '.TH SC-AGENT 1 "" "secondary-user" "User Commands"'
    yield from (
        ".SH NAME",
        r"sc\-agent \- accept Seller Central user invitations and audit the permissions that follow",
    )
    yield from (".SH SYNOPSIS", r".B sc\-agent", ".I COMMAND", "[options]")
    yield from (".SH DESCRIPTION", *_paragraphs(str(app.info.help)))
    yield from ("Every error is one line on standard error: what was expected, what was found, what to do.",)
    yield ".SH COMMANDS"
    for name, place in COMMANDS.items():
        yield from _command(f"sc-agent {name}", build(name, place))
    yield ".SH EXIT STATUS"
    for code, meaning in _EXITS.items():
        yield from (".TP", f".B {int(code)}", _plain(meaning))
    yield from (".SH ENVIRONMENT", ".TP", r".B SC_AGENT_*")
    yield _plain("Settings, nested with two underscores; 'sc-agent config show --sources' prints those in force.")
    yield from (".TP", ".B SC_AGENT_CONFIG", _plain("A TOML file of settings."))
    yield from (".TP", ".B SC_AGENT_DATA_DIR", _plain("Database, evidence and lock."))


def _command(path: str, command: Any) -> Iterator[str]:
    if subcommands := getattr(command, "commands", None):
        for name, inner in subcommands.items():
            yield from _command(f"{path} {name}", inner)
        return
    context = typer.Context(command, info_name=path)
    usage = " ".join(command.collect_usage_pieces(context))
    yield from (f'.SS "{_plain(path)}"', f".B {_plain(path)}", _plain(usage), ".PP", *_paragraphs(command.help or ""))
    for parameter in command.params:
        if (record := parameter.get_help_record(context)) is not None:
            yield from (".TP", f".B {_plain(record[0].replace('|', ' | '))}", _plain(record[1] or ""))


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(re.split(r"\n\s*\n", cleandoc(text))):
        if number:
            yield ".PP"
        yield _plain(" ".join(paragraph.split()))


def _plain(text: str) -> str:
    """Text as roff shows it: no line is taken for a request, hyphens are those of a terminal."""
    escaped = re.sub(r"\s+", " ", text).strip().replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    raise SystemExit(main())
