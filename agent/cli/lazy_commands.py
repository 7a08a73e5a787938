"""A group whose commands are imported when they are run.

Their help is read from the source, without importing them.
"""

from __future__ import annotations

import ast
import difflib
import gc
import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

_ROOT = Path(__file__).parents[2]


class LazyCommands(TyperGroup):
    """One command need not wait for all the others' libraries.

    Subclasses name the places: `module:function or app`.
    """

    places: Mapping[str, str] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name, in the order of the help."""
        return list(self.places)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command that only knows its help, for lists; None for an unknown name."""
        place = self.places.get(cmd_name)
        return None if place is None else TyperCommand(name=cmd_name, help=help_of(place))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Import and build the command; of an unknown name, say what is like it."""
        if args and args[0] not in self.places and (like := difflib.get_close_matches(args[0], self.places, n=1)):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {like[0]!r}?")
        name, _, rest = super().resolve_command(ctx, args)
        command = None if name is None else build(name, self.places[name])
        _collect_again()
        return name, command, rest


def build(name: str, place: str) -> Any:
    """Import one command."""
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    single = not isinstance(found, typer.Typer)
    built = typer.Typer(add_completion=False, pretty_exceptions_enable=False) if single else found
    if single:
        built.command(name)(found)
    command = typer.main.get_command(built) if single else typer.main.get_group(built)
    command.name = name
    _unwrap_help(command)
    return command


def _unwrap_help(command: Any) -> None:
    """Let the terminal break the lines of a help.

    Those of the source are for another width.
    """
    if command.help:
        command.help = "\n\n".join(" ".join(part.split()) for part in command.help.split("\n\n"))
    for one in getattr(command, "commands", {}).values():
        _unwrap_help(one)


def _collect_again() -> None:
    """Let the collector see what the command makes.

    What was imported it never sees, not at its end either.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


@cache
def help_of(place: str) -> str:
    """Read a command's docstring, or the help of its `Typer`, from its source."""
    module, _, attribute = place.partition(":")
    for node in ast.parse(_ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == attribute:
            return (ast.get_docstring(node) or "").split("\n\n")[0]
        if isinstance(node, ast.Assign) and _assigns(node, attribute) and isinstance(node.value, ast.Call):
            told = next((one.value for one in node.value.keywords if one.arg == "help"), None)
            return str(ast.literal_eval(told)) if told is not None else ""
    return ""


def _assigns(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
