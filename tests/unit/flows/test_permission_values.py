"""What is read of permissions and what is judged are the same values; their words stand in documents that are
stored.
"""

from __future__ import annotations

from enum import StrEnum

import pytest

import flows.models
from agent.domain.audit import level, reading
from flows.permission_values import Level, PageGapKind, ProbeAnswer


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (Level, ["None", "View", "View & Edit", "Admin"]),
        (ProbeAnswer, ["reached", "refused", "unclear"]),
        (
            PageGapKind,
            [
                "unexplained", "way_not_taken", "frame", "picture", "late", "lost_row", "banner", "subject", "filtered",
                "disagreement",
            ],
        ),
    ],
    ids=["level", "answer", "gap"],
)  # fmt: skip
def test_the_stored_words_stay(values: type[StrEnum], words: list[str]) -> None:
    assert [value.value for value in values] == words


def test_the_domain_judges_the_values_that_the_flows_read() -> None:
    assert level.Level is flows.models.Level
    row = reading.Row.__dataclass_fields__
    assert set(flows.models.PermissionRow.__dataclass_fields__) - set(row) == {"problem"}
    assert set(row) - set(flows.models.PermissionRow.__dataclass_fields__) == {
        "trouble",
        "detail",
    }  # the problem, parsed
