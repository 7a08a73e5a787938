"""What flows read and what the domain judges are two vocabularies: each word of the one is a word of the other.

They are two because neither side may import the other: flows know nothing of the agent, the domain nothing of pages.
"""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import Any

import pytest

from agent.domain.audit.level import Level
from agent.domain.audit.reading import Gap, GapKind, Probe, ProbeAnswer
from flows.models import PageGap, PageGapKind, PageProbe, SiteAnswer, SiteLevel


@pytest.mark.parametrize(
    ("read", "judged"),
    [(SiteLevel, Level), (PageGapKind, GapKind), (SiteAnswer, ProbeAnswer)],
    ids=["level", "gap", "answer"],
)
def test_words_are_the_same_in_the_same_order(read: type[StrEnum], judged: type[StrEnum]) -> None:
    assert [(one.name, one.value) for one in read] == [(one.name, one.value) for one in judged]


@pytest.mark.parametrize(("read", "judged"), [(PageGap, Gap), (PageProbe, Probe)], ids=["gap", "probe"])
def test_values_tell_the_same_things(read: Any, judged: Any) -> None:
    assert [one.name for one in fields(read)] == [one.name for one in fields(judged)]
