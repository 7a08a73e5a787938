"""What `--help` says of every command, argument and option."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from agent.cli.app import COMMANDS
from agent.cli.lazy_commands import build
from agent.cli.row_numbers import parse_number, parse_sequence

WIDEST = 30  # columns of a type at 80
MOST = 100_000  # a bound that a person takes in


def commands(found: Any, name: str) -> Iterator[tuple[str, Any]]:
    yield name, found
    for inner, one in getattr(found, "commands", {}).items():
        yield from commands(one, f"{name} {inner}")


ALL = [each for name, place in COMMANDS.items() for each in commands(build(name, place), name)]


def parameters(command: Any) -> list[Any]:
    return [one for one in command.params if not getattr(one, "hidden", False)]


def test_all_commands_are_looked_at() -> None:
    assert len(ALL) > 60
    assert {"mail approve", "accounts rotate-totp", "selectors adopt"} < {name for name, _ in ALL}


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_each_command_and_each_of_its_parameters_says_what_it_is(name: str, command: Any) -> None:
    assert re.match(r"[A-Z].*[.:]", command.help, re.DOTALL), command.help
    silent = [one.name for one in parameters(command) if not (one.help or "").rstrip().endswith((".", ":"))]
    assert silent == [], name


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_no_bound_is_shown_that_is_a_database_s(name: str, command: Any) -> None:
    bounds = [(one.name, bound) for one in parameters(command) for bound in (one.min, one.max) if bound is not None]
    assert [(one, bound) for one, bound in bounds if abs(bound) > MOST] == [], name


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_no_default_is_shown_that_only_a_program_reads(name: str, command: Any) -> None:
    shown = [
        (one.name, str(one.default)) for one in parameters(command) if one.show_default and one.default is not None
    ]
    assert [(one, text) for one, text in shown if re.search(r"[<>{}]|^/|^\(|^\[.|\bobject\b", text)] == [], name


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_no_choice_is_wider_than_its_column_and_no_usage_has_brackets_twice(name: str, command: Any) -> None:
    ctx = command.context_class(command, info_name=name)
    usage = " ".join(command.collect_usage_pieces(ctx))
    shown = {one.name: one.display_type(ctx) for one in parameters(command) if one.metavar is None}
    wide = [one for one, words in shown.items() if "|" in words and len(words) > WIDEST]
    assert (wide, "[[" in usage) == ([], False), name


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "", "9" * 16, "9" * 5000, "\u0661", " 1"])
def test_what_is_no_number_of_a_row_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^expected a number as the list shows it, found something else$"):
        parse_number(text)


def test_numbers_of_rows_are_read() -> None:
    assert (parse_number("1"), parse_number("9" * 15), parse_sequence("0"), parse_sequence("7")) == (
        1,
        10**15 - 1,
        0,
        7,
    )
