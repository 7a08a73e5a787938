"""Drawing what an audit made of its pages, once it is over.

Nothing that was read depends on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flows.browser.page_errors import PageMovedError
from flows.catalogue.grids import grid_data
from flows.errors import FlowError
from flows.models import Grid, PermissionRow
from flows.permissions.accounting.known import Known
from flows.permissions.explain.claims import Box, ClaimKind, View, view_of
from flows.permissions.explain.explained import ExplainedPicture, Explanation, Wanted
from flows.permissions.explain.sheet import UNREAD, Drawn, GapMark, alt_of, draw, html_of
from flows.permissions.page_reader import PageReader
from flows.permissions.rows.tokens import DomSnapshot
from flows.permissions.scan import each_window
from flows.permissions.scopes import show_scope
from flows.recording.evidence import scrubbed_words, write_private
from flows.redaction.redact import Redactor

_MOST_VIEWS = 12
_WIDEST, _HIGHEST = 4_000, 12_000  # px of a page that are drawn
_MOST_PARTS, _PART, _ABOVE = (
    8,
    900,
    300,
)  # further parts with marks, how high each is, how much of it lies above the mark


async def explain_grid(
    page: PageReader, wanted: Wanted, *, directory: Path, redactor: Redactor, within: float
) -> Explanation:
    """Draw the pages of a grid that was read.

    Files are `explained*.png` and `explained.html` of the directory, mode 0600.

    Only what the reading itself presses is pressed. `within`: seconds for everything; what was drawn until then stays.
    Never raises for a page that is gone: `why_not` says so. Of a drawing that fails, whatever fails, no file stays.
    """
    work = _Work(page=page, wanted=wanted, redactor=redactor)
    why = ""
    try:
        async with asyncio.timeout(within):
            await work.look()
    except TimeoutError:
        why = f"the time for pictures ({within:.0f} s) was over before every view was drawn"
    except (FlowError, PageMovedError):
        why = "the page was gone, or moved on, before every view was drawn"
    if not work.drawn:
        return Explanation(why_not=why or "nothing that was read stands on the page any more")
    try:
        async with asyncio.timeout(within):
            made = replace(await work.finish(directory), why_not=why or work.short_of)
    except (TimeoutError, FlowError, PageMovedError):
        made = Explanation(why_not="the browser drew no picture in time; audit again")
    except OSError as err:
        made = Explanation(why_not=f"the pictures could not be written ({(err.strerror or str(err)).lower()})")
    finally:
        if not work.is_whole:
            work.forget()
    return made


@dataclass(slots=True, kw_only=True)
class _Work:
    """The views that were drawn so far, and which marks and labels they hold."""

    page: PageReader
    wanted: Wanted
    redactor: Redactor
    drawn: list[Drawn] = field(default_factory=list)
    placed: set[int] = field(default_factory=set)
    labels: set[tuple[str, str, str]] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    boxes: dict[int, Box] = field(default_factory=dict)
    short_of: str = ""
    written: list[Path] = field(default_factory=list)
    is_whole: bool = False  # every file of the drawing is written

    async def look(self) -> None:
        """Take every view that shows something which no earlier one showed."""
        async for name, scope in self._places():
            view = self._view(*await self.page.look_explained(), scope)
            if not self._is_new(view, scope):
                continue
            if len(self.drawn) >= _MOST_VIEWS:
                self.short_of = f"only the first {_MOST_VIEWS} views are drawn"
                return
            before = len(self.drawn)
            await self._take(name.format(before + 1), view)
            after = self._view(*await self.page.look_explained(), scope)
            if after.private != view.private:  # the covers may have been beside what they had to cover
                del self.drawn[before:]
                self.short_of = "a view that moved while it was photographed is left out"

    def _view(self, snapshot: DomSnapshot, pieces: dict[str, Any], scope: str) -> View:
        known, rows = Known(names=self.wanted.names, nameless=True), self.wanted.grid.rows
        return view_of(snapshot, pieces, known=known, gaps=self.wanted.gaps, rows=rows, scope=scope)

    async def _places(self) -> AsyncIterator[tuple[str, str]]:
        """The page as it stands, then everything it is walked through.

        Every page, marketplace and window.
        """
        scopes = list(dict.fromkeys(row.scope for row in self.wanted.grid.rows)) or ["regional"]
        if not self.wanted.walks:
            yield _name_of(self.page.url, ""), scopes[-1] if len(scopes) == 1 else scopes[0]
            return
        for address in reversed(self.wanted.grid.pages or (self.page.url,)):
            if self.page.url != address:
                await self.page.open(address)
                await self.page.rest()
            if urlsplit(self.page.url).path != urlsplit(address).path:
                self.short_of = f"{urlsplit(address).path} did not come again"
                continue
            for scope in scopes:
                await show_scope(self.page, scope)
                name = _name_of(address, scope if len(scopes) > 1 else "")
                yield name, scope
                async for _ in each_window(self.page):
                    yield name + ", view {}", scope

    def _is_new(self, view: View, scope: str) -> bool:
        """Whether it holds a mark, or the label of a row, that no earlier view holds."""
        place = urlsplit(self.page.url).path
        labels = {(place, scope, one.words) for one in view.claimed if one.kind is ClaimKind.LABEL}
        marks = {number for number, _ in self._marks(view)}
        new = not self.drawn or bool(labels - self.labels) or bool(marks - self.placed)
        same = hash((place, view.claimed, view.gaps))  # a page with its marketplaces side by side is one view
        if same in self.seen:
            return False
        self.seen.add(same)
        self.labels |= labels
        self.placed |= marks
        return new and bool(view.claimed or view.gaps)

    def _marks(self, view: View) -> list[tuple[int, Box]]:
        gaps, troubled = self.wanted.gaps, _troubled(self.wanted.grid)
        found = [(gaps.index(gap) + 1, box) for gap, box in view.gaps]
        return found + [(len(gaps) + troubled.index(row) + 1, box) for row, box in view.unread]

    async def _take(self, name: str, view: View) -> None:
        """Photograph a view: its beginning, and each part with a mark further down."""
        width, marks = min(view.size[0], _WIDEST), self._marks(view)
        parts = [(0, 0, width, min(view.size[1], _HIGHEST))]
        for _, box in sorted(marks, key=lambda mark: mark[1][1]):
            if not any(_is_in(box, part) for part in parts) and len(parts) <= _MOST_PARTS:
                top = max(0, min(box[1] - _ABOVE, view.size[1] - _PART))
                parts.append((0, top, width, max(min(_PART, view.size[1] - top), 1)))
        if view.size[1] > _HIGHEST:
            self.short_of = (
                f"only the first {_HIGHEST} pixels of a page are drawn, and what lies around gaps further down"
            )
        for number, box in marks:
            self.boxes.setdefault(number, box)
        for part in parts:
            await self._take_part(name if part[1] == 0 else f"{name}, from pixel {part[1]} on", view, part, marks)

    async def _take_part(self, name: str, view: View, part: Box, marks: list[tuple[int, Box]]) -> None:
        walled = grid_data("walk")["frame"]
        png = await self.page.masked(self.redactor, boxes=view.private, also=walled, part=part)
        self.drawn.append(
            Drawn(
                name=name,
                png=png,
                width=int.from_bytes(png[16:20]),
                height=int.from_bytes(png[20:24]),
                claimed=tuple(replace(one, box=_moved(one.box, part)) for one in view.claimed if _is_in(one.box, part)),
                marks=tuple((number, _moved(box, part)) for number, box in marks if _is_in(box, part)),
            )
        )

    async def finish(self, directory: Path) -> Explanation:
        """Draw the sheets and write them."""
        marks = self.marks()
        pictures: list[ExplainedPicture] = []
        crops: dict[int, Path] = {}
        async with self.page.blank() as board:
            for number, view in enumerate(self.drawn, 1):
                whole, parts = await draw(board, view, marks, subline=f"{view.name}. {_SUBLINE}")
                path = self._write(directory / f"explained-{number}.png", whole)
                alt = alt_of(view, marks)
                pictures.append(
                    ExplainedPicture(path=path, name=view.name, alt=alt, counts=view.counts, marks=view.marks)
                )
                for mark, part in parts.items():
                    if mark not in crops:
                        crops[mark] = self._write(directory / f"explained-gap-{mark}.png", part)
        html = html_of(self.drawn, marks, title="What the audit made of the page", subline=_SUBLINE)
        kept = self._write(directory / "explained.html", html.encode())
        self.is_whole = True
        return Explanation(pictures=tuple(pictures), html=kept, marks=marks, crops=crops, boxes=self.boxes)

    def _write(self, path: Path, content: bytes) -> Path:
        self.written.append(write_private(path, content))
        return path

    def forget(self) -> None:
        """Take away what was written of a drawing that is not whole: nothing names it."""
        for path in self.written:
            path.unlink(missing_ok=True)

    def marks(self) -> tuple[GapMark, ...]:
        """Every gap of the audit, then every row it could not read, scrubbed."""
        gaps, troubled = self.wanted.gaps, _troubled(self.wanted.grid)
        told = [
            (gap.kind.value.replace("_", " "), gap.words, gap.where, step)
            for gap, step in zip(gaps, self.wanted.steps, strict=True)
        ]
        told += [(UNREAD, f"{row.permission}: {row.problem}", row.section, self.wanted.step_of_row) for row in troubled]
        placed = {number for view in self.drawn for number, _ in view.marks}
        return tuple(
            GapMark(
                number=number,
                kind=kind,
                words=self._scrub(words),
                where=self._scrub(where),
                next=step,
                placed=number in placed,
            )
            for number, (kind, words, where, step) in enumerate(told, 1)
        )

    def _scrub(self, words: str) -> str:
        return scrubbed_words(words, self.redactor)


_SUBLINE = (
    "Every piece of the page is coloured by what claimed it; a pass needs a page without any gap. Grey covers hide "
    "what is private."
)


def _is_in(box: Box, part: Box) -> bool:
    return part[1] <= box[1] < part[1] + part[3] and box[0] < part[0] + part[2]


def _moved(box: Box, part: Box) -> Box:
    return (box[0] - part[0], box[1] - part[1], box[2], box[3])


def _troubled(grid: Grid) -> list[PermissionRow]:
    return [row for row in grid.rows if row.problem is not None]


def _name_of(address: str, scope: str) -> str:
    path = (urlsplit(address).path or address).replace("{", "{{").replace("}", "}}")
    return f"{path} ({scope})" if scope else path
