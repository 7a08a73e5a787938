"""The tables of `selectors/`, read from their files and checked.

A key that no code reads is refused: it may be a misspelt one, and its rule would be missing without a word.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from flows.data_files import selectors_root
from flows.errors import CatalogueError

_SAID = {"extra_forbidden": "this key is not known here", "missing": "this key is missing"}


class Table(BaseModel):
    """A table every key of which is known."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _compiles(rule: str) -> str:
    try:
        re.compile(rule)
    except re.error as err:
        raise ValueError(f"a regular expression was expected: {err}") from err
    return rule


Text = Annotated[str, StringConstraints(min_length=1)]
Texts = tuple[Text, ...]
Rules = tuple[Annotated[Text, AfterValidator(_compiles)], ...]  # regular expressions
Model = TypeVar("Model", bound=BaseModel)


def load_table(place: str, model: type[Model], *, root: Path | None = None) -> Model:
    """Load `selectors/<place>.toml` as its schema says.

    Raises:
        CatalogueError: it cannot be read, or does not fit; the message names file and key.
    """
    return check_table(f"{place}.toml", raw_table(place, root=root), model)


def raw_table(place: str, *, root: Path | None = None) -> dict[str, Any]:
    """Read `selectors/<place>.toml`, as it stands."""
    return read_table((root or selectors_root()) / f"{place}.toml")


def read_table(file: Path) -> dict[str, Any]:
    """Read one file.

    Raises:
        CatalogueError: it is not there, or no TOML.
    """
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
        raise CatalogueError(f"{file.name}: {err}") from err


def check_table(name: str, table: dict[str, Any], model: type[Model]) -> Model:
    """Check one file's table against its schema.

    Raises:
        CatalogueError: it does not fit; the message names file and key.
    """
    try:
        return model.model_validate(table)
    except ValidationError as err:
        first = err.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise CatalogueError(f"{name}: {key}: {_SAID.get(first['type'], first['msg'])}") from err
