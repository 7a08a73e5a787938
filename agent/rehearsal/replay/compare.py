"""How the outcome of a replay differs from the one that was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import shorten
from typing import Any

from agent.rehearsal.record.flows_by_name import describe

_WIDTH = 160


def compare(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """List the differences, one a line.

    What a flow returned is compared in the fields that were known when it was recorded: one that the program learnt to
    tell since does not make an old recording differ. Of an error everything counts.
    """
    if recorded.keys() != now.keys():
        return [f"outcome: recorded {describe(recorded)}, now {describe(now)}"]
    return _differences("", recorded, now, all_fields="error" in recorded)


def _differences(place: str, recorded: Any, now: Any, *, all_fields: bool) -> list[str]:
    if isinstance(recorded, dict) and isinstance(now, dict):
        names = [*recorded, *(name for name in now if all_fields and name not in recorded)]
        parts = [(f"{place}.{name}".lstrip("."), recorded.get(name), now.get(name)) for name in names]
        return [one for part in parts for one in _differences(*part, all_fields=all_fields)]
    if isinstance(recorded, list) and isinstance(now, list) and len(recorded) == len(now):
        pairs = zip(recorded, now, strict=True)
        return [
            one
            for number, pair in enumerate(pairs)
            for one in _differences(f"{place}[{number}]", *pair, all_fields=all_fields)
        ]
    if isinstance(recorded, list) and isinstance(now, list):
        return [f"{place}: recorded {len(recorded)} entries, now {len(now)}"]
    return [] if recorded == now else [f"{place}: recorded {_short(recorded)}, now {_short(now)}"]


def _short(value: Any) -> str:
    return shorten(repr(value), _WIDTH, placeholder=" ...")
