"""`sc-agent config`: the settings in force, and where each comes from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from pydantic import BaseModel, SecretStr

from agent.cli import context
from agent.cli.output import print_document, say
from agent.settings.model import PREFIX

app = typer.Typer(help="The settings in force.", no_args_is_help=True)

_HIDDEN = "***"
_SECRET_NAMES = ("database_url", "notify_urls")  # a password may stand in them


@app.callback()
def config() -> None:
    """Keep `show` a command of its own."""


@app.command()
def show(
    sources: Annotated[bool, typer.Option("--sources", help="Say where each setting comes from.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show every setting; secrets as ***."""
    given = {name.upper() for name in os.environ}
    loaded = context.settings()
    rows = [
        {"name": name, "value": value, "source": _source(name, is_set=is_set, environment=given)}
        for name, value, is_set in _flat(loaded, "")
    ]
    if as_json:
        return print_document({"schema": 1, "settings": rows})
    return say(*(_line(row, tells_source=sources) for row in rows))


def _line(row: Mapping[str, Any], *, tells_source: bool) -> str:
    """A setting as a file of variables takes it; one that is not set as a remark."""
    value = row["value"]
    if value is None:
        return f"# {row['name']} is not set"
    shown = json.dumps(value) if isinstance(value, list | dict | bool) else str(value)
    return f"{row['name']}={shown}" + (f"  # {row['source']}" if tells_source else "")


def _flat(model: BaseModel, path: str) -> Iterator[tuple[str, Any, bool]]:
    """Each setting: its environment name, its value as shown, whether it was set."""
    for name in type(model).model_fields:
        value, full = getattr(model, name), f"{path}{name}"
        if isinstance(value, BaseModel):
            yield from _flat(value, f"{full}__")
        else:
            yield f"{PREFIX}{full.upper()}", _shown(name, value), name in model.model_fields_set


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, SecretStr) or (name in _SECRET_NAMES and value):
        return _HIDDEN
    if isinstance(value, list | tuple):
        return [_shown("", one) if not isinstance(one, BaseModel) else _HIDDEN for one in value]
    return value if isinstance(value, bool | int | float | None) else str(value)


def _source(name: str, *, is_set: bool, environment: set[str]) -> str:
    if name in environment:
        return f"environment {name}"
    return "file of variables or configuration" if is_set else "default"
