"""Which audits may open the permissions page at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from agent.visits.kinds.short_ways import ShortWays

_DAY = 24 * 3600.0


def plan(**other: Any) -> Any:
    return SimpleNamespace(**{"account": SimpleNamespace(id="A1"), "kind": "audit", "session": {"cookies": []}} | other)


def test_where_it_does_not_do_twice_in_a_row_it_is_not_tried_for_a_day() -> None:
    now = [0.0]
    ways = ShortWays(elapsed=lambda: now[0])
    seen = [ways.is_open(plan())]
    for did in (False, True, False, False):
        ways.note(plan(), did=did)
        seen.append(ways.is_open(plan()))
    now[0] = _DAY + 1
    seen.append(ways.is_open(plan()))
    assert seen == [True, True, True, True, False, True]


@pytest.mark.parametrize("other", [{"kind": "accept"}, {"session": None}])
def test_it_needs_an_audit_on_a_stored_session(other: dict[str, Any]) -> None:
    assert not ShortWays().is_open(plan(**other))
