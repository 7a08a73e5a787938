"""Audit permission pages that lie and list what passed.

`scripts/grid_lies.py [--only PART ...] [--drawn N] [--at-once N] [--output FILE]`.

Exits 1 if a page passed that must not. The pages are those kept in `tests/data/grid_lies.json`; with `--drawn N` the
first N lies of the machine (from `--from`), with `--widgets N` those by widgets of component libraries, with `--same N`
its pages on which nothing of meaning was changed; with `--libraries` pages built with real component libraries.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from scripts.grid_libraries import BUNDLES, build  # noqa: E402 - the path comes first
from tests.support.lies.libraries import STATIC, library_pages  # noqa: E402 - the path comes first
from tests.support.lies.machine import drawn_lie, same_page, widget_lie  # noqa: E402 - the path comes first
from tests.support.lies.page import LyingPage, kept_pages  # noqa: E402 - the path comes first
from tests.support.lies.rig import Judged, lying_rig  # noqa: E402


def main() -> int:
    """Judge the wanted pages; 1 if one passed falsely."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="PART", help="only pages with one of these in their names"
    )
    parser.add_argument("--output", type=Path, help="also write the table to this file, as Markdown")
    parser.add_argument("--drawn", type=int, default=0, metavar="N", help="so many lies of the machine")
    parser.add_argument(
        "--widgets", type=int, default=0, metavar="N", help="so many lies by widgets of component libraries"
    )
    parser.add_argument(
        "--same", type=int, default=0, metavar="N", help="so many pages of the machine that have to pass"
    )
    parser.add_argument("--from", type=int, default=0, metavar="SEED", dest="first", help="the first seed of these")
    parser.add_argument(
        "--at-once", type=int, default=1, metavar="N", help="so many pages at a time, each in a browser"
    )
    parser.add_argument("--libraries", action="store_true", help="pages of real component libraries, built if need be")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.drawn + asked.same + asked.widgets)
    draw = drawn_lie if asked.drawn else widget_lie if asked.widgets else same_page
    drawn = [draw(seed) for seed in seeds]
    wanted = library_pages(build()) if asked.libraries else drawn or kept_pages()
    pages = [page for page in wanted if not asked.only or any(part in page.name for part in asked.only)]
    judged = asyncio.run(_judge(pages, at_once=asked.at_once))
    table = report(judged)
    print(table)
    if asked.output:
        asked.output.write_text(table + "\n", encoding="utf-8")
    return 1 if any(one.is_false_pass for one in judged) else 0


async def _judge(pages: Sequence[LyingPage], *, at_once: int) -> list[Judged]:
    """Judge them, in the order in which they end; most of a page's time is waiting."""
    left, judged = list(reversed(pages)), list[Judged]()

    async def work() -> None:
        async with lying_rig({STATIC: BUNDLES}) as rig:
            while left:
                judged.append(await rig.judge(left.pop()))
                print(f"{_mark(judged[-1])} {judged[-1].seconds:5.1f} s  {judged[-1]}", file=sys.stderr, flush=True)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, len(pages))):
            group.create_task(work())
    return judged


def report(judged: Sequence[Judged]) -> str:
    """What passed falsely, what was not read though it could be, and the sums by kind, as Markdown."""
    unmade = [one for one in judged if one.unmade]
    false = [one for one in judged if one.is_false_pass]
    over = [one for one in judged if not one.is_false_pass and not one.is_right]
    lines = [
        f"{len(judged)} pages, {len(false)} false passes, {len(over)} otherwise not right, {len(unmade)} not made",
        "",
    ]
    lines += ["| Kind | pages | false passes | otherwise not right |", "| --- | --- | --- | --- |"]
    whole, wrong, other = (Counter(one.page.kind for one in some) for some in (judged, false, over))
    lines += [f"| {kind} | {count} | {wrong[kind]} | {other[kind]} |" for kind, count in sorted(whole.items())]
    for title, some in (("False passes", false), ("Otherwise not right", over)):
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
