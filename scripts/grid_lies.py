"""Audit permission pages that lie and list what passed.

`scripts/grid_lies.py [--only PART ...] [--drawn N] [--at-once N] [--output FILE] [--results FILE]`.

Exits 1 if a page passed that must not. The pages are those kept in `tests/data/grid_lies.json`; with `--drawn N` the
first N lies of the machine (from `--from`), with `--widgets N` those by widgets of component libraries, with
`--found N` those that were found by hand, with `--hand N` those of a second author,
with `--same N` its pages on which nothing of meaning was changed; with
`--libraries` pages built with real component libraries, with `--katal` pages in the elements of the site itself.
`--results` keeps a line a page: a run that was broken off goes on behind what is there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from scripts.grid_libraries import BUNDLES, build  # noqa: E402 - the path comes first
from tests.support.lies.katal import katal_pages  # noqa: E402 - the path comes first
from tests.support.lies.libraries import STATIC, library_pages  # noqa: E402 - the path comes first
from tests.support.lies.machine import drawn_lie, found_lie, hand_lie, same_page, widget_lie  # noqa: E402 - the path comes first
from tests.support.lies.page import LyingPage, kept_pages  # noqa: E402 - the path comes first
from tests.support.lies.rig import Judged, lying_rig  # noqa: E402

_OF_A_BROWSER = 300  # pages until a new browser is started
_TELL = 50  # pages between two lines about how far it is


def main() -> int:
    """Judge the wanted pages; 1 if one passed falsely."""
    asked = _asked()
    makers = {
        drawn_lie: asked.drawn,
        widget_lie: asked.widgets,
        found_lie: asked.found,
        hand_lie: asked.hand,
        same_page: asked.same,
    }
    drawn = [make(seed) for make, count in makers.items() for seed in range(asked.first, asked.first + count)]
    named = library_pages(build()) if asked.libraries else katal_pages() if asked.katal else ()
    wanted = named or drawn or kept_pages()
    pages = [page for page in wanted if not asked.only or any(part in page.name for part in asked.only)]
    known = _known(asked.results, pages)
    left = [page for page in pages if page.name not in {one.page.name for one in known}]
    judged = [*known, *asyncio.run(_judge(left, at_once=asked.at_once, results=asked.results))]
    table = report(judged)
    print(table)
    if asked.output:
        asked.output.write_text(table + "\n", encoding="utf-8")
    return 1 if any(one.is_false_pass for one in judged) else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--only", nargs="*", default=[], metavar="PART", help="only pages with one of these in their names")
    add("--output", type=Path, help="also write the table to this file, as Markdown")
    add("--results", type=Path, metavar="FILE", help="keep each verdict here; what stands there is not judged again")
    add("--drawn", type=int, default=0, metavar="N", help="so many lies of the machine")
    add("--widgets", type=int, default=0, metavar="N", help="so many lies by widgets of component libraries")
    add("--found", type=int, default=0, metavar="N", help="so many lies of the ways that were found by hand")
    add("--hand", type=int, default=0, metavar="N", help="so many lies of the ways of a second author")
    add("--same", type=int, default=0, metavar="N", help="so many pages of the machine that have to pass")
    add("--from", type=int, default=0, metavar="SEED", dest="first", help="the first seed of these")
    add("--at-once", type=int, default=1, metavar="N", help="so many pages at a time, each in a context of one browser")
    add("--libraries", action="store_true", help="pages of real component libraries, built if need be")
    add("--katal", action="store_true", help="pages in the elements that the site itself uses")
    return parser.parse_args()


async def _judge(pages: Sequence[LyingPage], *, at_once: int, results: Path | None) -> list[Judged]:
    """Judge them, in the order in which they end; most of a page's time is waiting."""
    judged, begun = list[Judged](), monotonic()
    for some in (pages[at : at + _OF_A_BROWSER] for at in range(0, len(pages), _OF_A_BROWSER)):
        async with lying_rig({STATIC: BUNDLES}) as rig:
            async for one in rig.judge_all(some, at_once=at_once):
                judged.append(one)
                print(f"{_mark(one)} {one.seconds:5.1f} s  {one}", file=sys.stderr, flush=True)
                if results:
                    with results.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(_line(one)) + "\n")
                if len(judged) % _TELL == 0:
                    print(_progress(judged, len(pages), monotonic() - begun), file=sys.stderr, flush=True)
    return judged


def _progress(judged: Sequence[Judged], pages: int, seconds: float) -> str:
    each = seconds / len(judged)
    false = sum(one.is_false_pass for one in judged)
    left = each * (pages - len(judged)) / 60
    return f"--- {len(judged)} of {pages}, {false} false passes, {each:.2f} s a page, {left:.0f} minutes left"


def _line(one: Judged) -> dict[str, object]:
    said = {"verdict": one.verdict, "gaps": one.gaps, "rows": one.rows, "seconds": one.seconds, "unmade": one.unmade}
    return {"name": one.page.name, **said}


def _known(results: Path | None, pages: Sequence[LyingPage]) -> list[Judged]:
    """What an earlier run made of these pages."""
    if results is None or not results.exists():
        return []
    told = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    lines = {one.pop("name"): one for one in told}
    return [
        Judged(page=page, **{**lines[page.name], "gaps": tuple(lines[page.name]["gaps"])})
        for page in pages
        if page.name in lines
    ]


def report(judged: Sequence[Judged]) -> str:
    """What passed falsely, what was not read though it could be, and the sums by kind, as Markdown."""
    unmade = [one for one in judged if one.unmade]
    false = [one for one in judged if one.is_false_pass]
    over = [one for one in judged if not one.is_false_pass and not one.is_right]
    stopped = [one for one in judged if one.is_stopped]
    lines = [
        f"{len(judged)} pages, {len(false)} false passes, {len(over)} otherwise not right, {len(unmade)} not made, "
        f"{len(stopped)} ended by an error",
        "",
    ]
    lines += ["| Kind | pages | false passes | otherwise not right |", "| --- | --- | --- | --- |"]
    whole, wrong, other = (Counter(one.page.kind for one in some) for some in (judged, false, over))
    lines += [f"| {kind} | {count} | {wrong[kind]} | {other[kind]} |" for kind, count in sorted(whole.items())]
    for title, some in (("False passes", false), ("Otherwise not right", over), ("Ended by an error", stopped)):
        lines += ["", f"## {title}", "", *(f"- {one}" for one in some)]
    return "\n".join(lines)


def _mark(one: Judged) -> str:
    return (
        "not made  "
        if one.unmade
        else "FALSE PASS"
        if one.is_false_pass
        else "right     "
        if one.is_right
        else "not right "
    )


if __name__ == "__main__":
    raise SystemExit(main())
