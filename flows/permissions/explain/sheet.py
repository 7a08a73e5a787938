"""The sheet: a masked screenshot under boxes, its legend, its gaps.

As HTML and as PNG.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import Page

from flows.permissions.explain.claims import Box, ClaimKind, ExplainedPiece

if TYPE_CHECKING:
    from jinja2 import Template

NAMES = {
    ClaimKind.SECTION: "section or marketplace",
    ClaimKind.HEAD: "column head",
    ClaimKind.LABEL: "permission",
    ClaimKind.DESCRIPTION: "its description",
    ClaimKind.LEVEL: "level chosen",
    ClaimKind.OFFERED: "level offered",
    ClaimKind.SUBJECT: "whose rights these are",
    ClaimKind.FURNITURE: "known furniture, or a way that was followed",
    ClaimKind.CHROME: "the site's own frame",
}
LOOKS = {
    ClaimKind.SECTION: "blue, filled",
    ClaimKind.HEAD: "purple, dashed",
    ClaimKind.LABEL: "green, filled",
    ClaimKind.DESCRIPTION: "light blue, dotted",
    ClaimKind.LEVEL: "orange, filled",
    ClaimKind.OFFERED: "brown, finely dotted",
    ClaimKind.SUBJECT: "yellow, dashed and dotted",
    ClaimKind.FURNITURE: "grey line",
    ClaimKind.CHROME: "grey, hatched",
}
GAP_LOOK = "red, thick dashes, hatched and numbered"
_TAGS = {
    ClaimKind.SECTION: "section",
    ClaimKind.HEAD: "column head",
    ClaimKind.LABEL: "permission",
    ClaimKind.DESCRIPTION: "description",
    ClaimKind.LEVEL: "chosen",
    ClaimKind.OFFERED: "offered",
    ClaimKind.SUBJECT: "whose rights",
    ClaimKind.FURNITURE: "furniture",
    ClaimKind.CHROME: "site's frame",
}
UNREAD = "row not read"
_LISTED = 12  # gaps that a picture lists itself
_CROPS = 40  # gaps that have a picture of their own, in one view
_MARGIN, _LEAST_WIDTH, _LEAST_HEIGHT = 36, 520, 110  # px around a gap in its own picture
_TRIED = 60  # pieces of a kind that are looked at for room beside them
_PATIENCE = 10_000  # ms


@dataclass(frozen=True, slots=True, kw_only=True)
class GapMark:
    """One gap, or one row that could not be read, as a person reads it.

    `next` is what can be done.

    `number` is its number in the list. All words are scrubbed.
    """

    number: int
    kind: str
    words: str
    where: str
    next: str
    placed: bool = True  # it has a box in a picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One view to draw: screenshot (PNG), pieces, and marks by number."""

    name: str
    png: bytes
    width: int
    height: int
    claimed: tuple[ExplainedPiece, ...]
    marks: tuple[tuple[int, Box], ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many pieces each kind of claim has."""
        found = Counter(one.kind for one in self.claimed)
        return {kind.value: found[kind] for kind in ClaimKind if found[kind]}


def html_of(views: Sequence[Drawn], marked: Sequence[GapMark], *, title: str, subline: str) -> str:
    """Everything as one self-contained page.

    No script, no network, light and dark, readable on a telephone.
    """
    return _rendered(views, marked, title=title, subline=subline, drawn=False)


def legend() -> dict[str, str]:
    """What each kind of claim is called and how it is drawn.

    `gap` for what nothing claimed.
    """
    told = {kind.value: f"{NAMES[kind]} ({LOOKS[kind]})" for kind in ClaimKind}
    return {**told, "gap": f"what nothing explains ({GAP_LOOK})"}


def alt_of(view: Drawn, marked: Sequence[GapMark]) -> str:
    """The picture in words, for those who do not see it."""
    here = {number for number, _ in view.marks}
    told = "; ".join(f"{one.number} {one.kind} {one.words!r}" for one in marked if one.number in here)
    counts = ", ".join(f"{count} {NAMES[ClaimKind(kind)]}" for kind, count in view.counts.items())
    gaps = f" Outlined in red, hatched and numbered: {told}." if told else " No gap stands in it."
    return f"The permission page, masked, each piece coloured by what claimed it: {counts or 'none'}.{gaps}"


async def draw(board: Page, view: Drawn, marked: Sequence[GapMark], *, subline: str) -> tuple[bytes, dict[int, bytes]]:
    """Draw one view.

    Returns its PNG and, by number, a picture of each gap's surroundings.
    """
    await board.set_viewport_size({"width": max(view.width, 320), "height": 800})
    text = _rendered((view,), marked, title="", subline=subline, drawn=True)
    await board.set_content(text, timeout=_PATIENCE)
    whole = await board.screenshot(full_page=True, timeout=_PATIENCE)
    figure = await board.locator("figure").bounding_box()
    top = 0.0 if figure is None else figure["y"]
    parts: dict[int, bytes] = {}
    for number, box in view.marks:
        if number not in parts and len(parts) < _CROPS:
            clip = _around(box, view, top)
            parts[number] = await board.screenshot(full_page=True, clip=clip, timeout=_PATIENCE)  # type: ignore[arg-type]  # a FloatRect
    return whole, parts


def _around(box: Box, view: Drawn, top: float) -> dict[str, float]:
    """A gap with enough around it to be found again on the page."""
    width = min(max(box[2] + 2 * _MARGIN, _LEAST_WIDTH), view.width)
    height = min(max(box[3] + 2 * _MARGIN, _LEAST_HEIGHT), view.height)
    x = min(max(0, box[0] + box[2] / 2 - width / 2), view.width - width)
    y = min(max(0, box[1] + box[3] / 2 - height / 2), view.height - height)
    return {"x": x, "y": y + top, "width": width, "height": height}


def _rendered(views: Sequence[Drawn], marked: Sequence[GapMark], *, title: str, subline: str, drawn: bool) -> str:
    counts: Counter[str] = Counter()
    for view in views:
        counts.update(view.counts)
    here = {number for view in views for number, _ in view.marks}
    shown = [one for one in marked if not drawn or one.number in here]
    pieces = sum(counts.values())
    headline = f"{pieces} pieces explained, {_told(shown)}" if shown else f"All {pieces} pieces are explained: no gap"
    return _template().render(
        title=title or headline,
        headline=headline,
        subline=subline,
        legend=[(kind.value, NAMES[kind], counts[kind]) for kind in ClaimKind if counts[kind]],
        marked=shown,
        unread=any(one.kind == UNREAD for one in shown),
        most=_LISTED if drawn else len(shown),
        views=[_shown(view, marked) for view in views],
        drawn=drawn,
    )


def _told(marked: Sequence[GapMark]) -> str:
    rows = sum(one.kind == UNREAD for one in marked)
    told = [(len(marked) - rows, "gap"), (rows, "unread row")]
    return " and ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in told if count)


def _shown(view: Drawn, marked: Sequence[GapMark]) -> dict[str, Any]:
    return {
        "name": view.name,
        "png": base64.b64encode(view.png).decode(),
        "alt": alt_of(view, marked),
        "width": view.width,
        "height": view.height,
        "claimed": sorted(view.claimed, key=lambda one: -one.box[2] * one.box[3]),
        "tags": list(_tags(view)),
        "marks": [
            {"number": number, "box": box, "at": (max(13, box[0] - 4), max(13, box[1] - 4))}
            for number, box in view.marks
        ],
    }


def _tags(view: Drawn) -> list[dict[str, Any]]:
    """The first piece of each kind that has room beside it bears the kind's name."""
    taken = [one.box for one in view.claimed if one.kind is not ClaimKind.CHROME] + [box for _, box in view.marks]
    tags: list[dict[str, Any]] = []
    for kind in ClaimKind:
        width = 12 + 6 * len(_TAGS[kind])
        for one in [one for one in view.claimed if one.kind is kind][:_TRIED]:
            place = (one.box[0] + one.box[2] + 5, one.box[1] + one.box[3] // 2 - 8, width, 16)
            if place[0] + width <= view.width and not any(_meet(place, box) for box in taken):
                tags.append({"x": place[0], "y": place[1], "name": _TAGS[kind]})
                taken.append(place)
                break
    return tags


def _meet(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader  # most audits draw nothing

    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, trim_blocks=True).get_template("sheet.html.j2")
