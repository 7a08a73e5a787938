"""How much a run asks for: a sample, chosen by the seed, or with SC_TEST_ALL=1, as in make soak, the whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

SEED = os.environ.get("SC_TEST_SEED", "1")
IS_WHOLE = os.environ.get("SC_TEST_ALL") == "1"


def a_few(count: int, things: Sequence[T], *, of: str) -> list[T]:
    """So many of them, in another order for each test that asks; all of them where the whole is asked for."""
    return Random(f"{SEED} {of}").sample(things, len(things) if IS_WHOLE else count)
