"""Asking, by GET, for the pages that a permission opens.

What is reached proves View at most, what is not proves little.
"""

from __future__ import annotations

from asyncio import get_running_loop
from contextlib import suppress
from urllib.parse import urlsplit

from flows.browser.page_errors import PageMovedError
from flows.catalogue.grids import grid_data
from flows.catalogue.recognise import Recognition
from flows.catalogue.schema import SessionRule
from flows.errors import SiteRefusedError, StepTimeoutError
from flows.models import Bounds, PageProbe, ProbeAnswer
from flows.permissions.page_reader import PageReader
from flows.permissions.reach import wall_of
from flows.visit.navigate import Navigator
from flows.visit.visit import Visit

_SHARE = 0.5  # of the visit's bound
_LOOKS = 4  # at a page that has drawn nothing yet

# What stands in the middle of a page: characters, and whether there is anything to work with.
_MIDDLE = """({middle, outside}) => {
  const box = document.querySelector(middle) || document.body, copy = box.cloneNode(true);
  copy.querySelectorAll(outside).forEach((el) => el.remove());
  const grids = "table, form, kat-table, [role=table], [role=grid], button, kat-button, a[href]";
  const tools = box.querySelectorAll(grids).length;
  return { length: (copy.textContent || "").replace(/\\s+/g, " ").trim().length, tools, title: document.title };
}"""


def probe_paths() -> tuple[str, ...]:
    """Every path that may be asked for."""
    return tuple(page["path"] for page in grid_data("probes")["pages"])


async def probe_access(visit: Visit, reader: PageReader, *, host: str, bounds: Bounds) -> tuple[PageProbe, ...]:
    """Ask for every probe page within half of the visit's bound.

    The ones that tell of a feature first; the rest is
    unclear.

    Raises:
        SignedOutError: the session ended; what was probed until then proves nothing.
    """
    end = get_running_loop().time() + bounds.visit.total_seconds() * _SHARE
    probes = []
    for page in grid_data("probes")["pages"]:
        if get_running_loop().time() >= end:
            probes.append(_unclear(page, "not asked for: the visit's time was over"))
            continue
        probes.append(await _probe(visit, reader, page, host=host, bounds=bounds))
    return tuple(probes)


async def _probe(visit: Visit, reader: PageReader, page: dict[str, str], *, host: str, bounds: Bounds) -> PageProbe:
    walk = Navigator(visit, bounds)
    try:
        await walk.open_whole(f"https://{host}{page['path']}")
    except (StepTimeoutError, SiteRefusedError) as err:
        return _unclear(page, str(err))
    for _ in range(_LOOKS):
        seen = await walk.look()
        answer, detail = await _answer(reader, seen, page["path"])
        if answer is not ProbeAnswer.UNCLEAR:
            return PageProbe(path=page["path"], permission=page["permission"], answer=answer, detail=detail)
        with suppress(PageMovedError):
            await reader.rest()
    return _unclear(page, detail)


async def _answer(reader: PageReader, seen: Recognition, path: str) -> tuple[ProbeAnswer, str]:
    try:
        return await _told(reader, seen, path)
    except PageMovedError:
        return ProbeAnswer.UNCLEAR, "the page went away"


async def _told(reader: PageReader, seen: Recognition, path: str) -> tuple[ProbeAnswer, str]:
    refusal = await wall_of(reader, seen)
    if refusal is not None:
        return ProbeAnswer.REFUSED, refusal.kind.value
    if not urlsplit(reader.url).path.startswith(path.removesuffix("/index.html")):
        away = urlsplit(reader.url).path
        return (
            (ProbeAnswer.REFUSED, f"led to {away}")
            if seen.session is SessionRule.SIGNED_IN
            else (ProbeAnswer.UNCLEAR, f"led to {away}")
        )
    if seen.status >= 400:
        return ProbeAnswer.UNCLEAR, f"status {seen.status}"
    data = grid_data("probes")
    middle = await reader.value(_MIDDLE, {"middle": data["middle"], "outside": data["outside"]})
    if seen.session is not SessionRule.SIGNED_IN:
        return ProbeAnswer.UNCLEAR, f"not recognised as a signed-in page ({seen.screen})"
    if middle["tools"] and middle["length"] >= 1 and (middle["length"] >= data["shell_text"] or middle["tools"] > 1):
        return ProbeAnswer.REACHED, str(middle["title"])[:120]
    return ProbeAnswer.UNCLEAR, "an empty application: it proves nothing"


def _unclear(page: dict[str, str], detail: str) -> PageProbe:
    return PageProbe(path=page["path"], permission=page["permission"], answer=ProbeAnswer.UNCLEAR, detail=detail)
