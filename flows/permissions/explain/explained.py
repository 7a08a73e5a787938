"""What an explanation of a page is asked for, and what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from flows.models import Grid, PageGap
from flows.permissions.explain.claims import Box
from flows.permissions.explain.sheet import GapMark


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be explained.

    The audit's grid, whose addresses its pages may show, and what a person may do about a gap.

    `walks`: open, scroll and go back to every page and marketplace; else the page as it stands is drawn, and no more.
    """

    grid: Grid
    gaps: tuple[PageGap, ...]  # those of the grid, and what was found missing afterwards
    names: frozenset[str]
    steps: tuple[str, ...]  # what a person may do about each of the gaps
    step_of_row: str  # and about a row that could not be read
    walks: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPicture:
    """One picture that was drawn. `counts`: pieces by kind of claim.

    `marks`: what is marked, with boxes in the picture.
    """

    path: Path
    name: str
    alt: str
    counts: dict[str, int]
    marks: tuple[tuple[int, Box], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What was drawn. Marks are numbered as in `named_gaps`, from 1.

    Unread rows follow.

    `crops` are pictures of single marks, `boxes` their places in pixels of the page. `why_not`: why there is no
    picture, or not of everything.
    """

    pictures: tuple[ExplainedPicture, ...] = ()
    html: Path | None = None
    marks: tuple[GapMark, ...] = ()
    crops: dict[int, Path] = field(default_factory=dict)
    boxes: dict[int, Box] = field(default_factory=dict)
    why_not: str = ""
