"""A dozen of the pages that an audit asks for where it is refused; all of them in the long run."""

from __future__ import annotations

import os

import pytest

from flows.catalogue.grids import grid_data
from flows.permissions import probe

_FEW = 12


def ask_few_pages(patch: pytest.MonkeyPatch) -> None:
    """Let audits of this process ask for the pages that tell of a feature, which come first, and few others."""
    if os.environ.get("SC_TEST_ALL") == "1":
        return
    told = grid_data("probes")
    patch.setattr(probe, "grid_data", lambda _: {**told, "pages": told["pages"][:_FEW]})
