"""Where the files of `selectors/` are."""

from __future__ import annotations

from pathlib import Path


def selectors_root() -> Path:
    """The one root: `selectors/` beside the package `flows`.

    In the checkout and in a wheel alike.
    """
    return Path(__file__).parents[1] / "selectors"
