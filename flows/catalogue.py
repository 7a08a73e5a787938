"""The catalogue of screens: `selectors/*.toml`, loaded by path and checked against a schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything known of the site's screens."""

    root: Path


def load_catalogue(root: Path | None = None) -> Catalogue:
    """Load the catalogue; without a path, the installed one (cached).

    Raises:
        CatalogueError: a file is missing or wrong; the message names file and key.
    """
    raise NotImplementedError
