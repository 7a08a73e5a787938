"""Reading grids of many rows and marketplaces.

Seconds for the largest, and what a row costs as they grow.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import escape

from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.second_site.permissions.rows import CLASSIC, LEVELS, Row, by_section, long_list
from tests.support.lies.bases import page_of
from tests.support.lies.libraries import MARKETPLACES
from tests.support.lies.page import USER, LyingPage
from tests.support.lies.rig import LyingRig, lying_rig

# A page that says so cannot pass, so it is not looked at again: the second look is a wait, and reported by itself.
_DRAFT = '<div role="alert">This is a draft. It has not been published.</div>'


@dataclass(frozen=True, slots=True)
class _Size:
    rows: int
    marketplaces: int


# A site's style sheet has a thousand rules for what is touched, few of them about what stands on a page.
_RULES = "".join(
    f".btn-{at}:hover,.x{at} .c{at}:hover .c4{{opacity:.8;background:var(--k)}}"
    f".c{at}:focus-within>.y{at}{{transform:scale(1.1);--k:#eee}}"
    for at in range(300)
)
_BOXES = "<div class='c1 c2'><span class=c3></span><i class=c4></i></div>" * 2500
# Elements of one's own have trees that adopt one sheet.
_TREES = """<script>
const sheet = new CSSStyleSheet();
sheet.replaceSync(`RULES`);
for (const el of [...document.querySelectorAll(".c3")].slice(0, 300)) {
  const tree = el.attachShadow({ mode: "open" });
  tree.innerHTML = "<i class=c4></i>";
  tree.adoptedStyleSheets = [sheet];
}
</script>"""
_SMALL, _WIDE, _LONG = _Size(100, 1), _Size(500, 9), _Size(2000, 1)


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """All sizes in turn, several times, from the way to the page to the judgement."""
    runs = 1 if quick else 3
    taken: dict[_Size, list[float]] = {size: [] for size in (_SMALL, _WIDE, _LONG)}
    async with lying_rig() as rig:
        await _seconds(rig, _SMALL)  # warms up
        for _ in range(runs):
            for size, seconds in taken.items():
                seconds.append(await _seconds(rig, size))
        touched = [await _styled(rig, _RULES) / await _styled(rig, "") for _ in range(runs)]
    beside = f"100 rows in one marketplace: {min(taken[_SMALL]):.2f} s in the same run"
    yield figure("grid_100_rows", taken[_SMALL], unit="s", of="100 rows of text in one marketplace")
    yield figure("grid_500_rows", taken[_WIDE], unit="s", of=f"500 rows of text in nine marketplaces; {beside}")
    yield figure("grid_2000_rows", taken[_LONG], unit="s", of=f"2,000 rows of text in one marketplace; {beside}")
    growth = [
        (long / _LONG.rows) / (short / _SMALL.rows) for short, long in zip(taken[_SMALL], taken[_LONG], strict=True)
    ]
    yield figure("grid_growth", growth, unit="ratio", of="a row of 2,000 beside a row of 100")
    yield figure(
        "grid_touch_rules", touched, unit="ratio", of="7,500 elements and 300 trees, 900 rules on touch beside none"
    )


async def _styled(rig: LyingRig, rules: str) -> float:
    return await _seconds(rig, _SMALL, more=f"<style>{rules}</style>{_BOXES}{_TREES.replace('RULES', rules)}")


async def _seconds(rig: LyingRig, size: _Size, *, more: str = "") -> float:
    judged = await rig.judge(_page(size, more))
    if judged.rows != size.rows * size.marketplaces:
        raise UnmeasuredError(f"{size} was expected to be read whole, {judged.rows} rows were: {judged.gaps[:3]}")
    return judged.seconds


def _page(size: _Size, more: str) -> LyingPage:
    rows = long_list(CLASSIC, count=size.rows)
    body = "".join(_section(title, found, MARKETPLACES[: size.marketplaces]) for title, found in by_section(rows))
    html = page_of(f"<h1>Edit User Permissions</h1><p>Permissions of {USER}</p>{_DRAFT}{body}{more}")
    return LyingPage(name=str(size), kind="bench", what="a long grid", right=frozenset(), html=html)


def _section(title: str, rows: list[Row], marketplaces: tuple[str, ...]) -> str:
    heads = marketplaces if len(marketplaces) > 1 else ("Access level",)
    lines = "".join(
        f"<tr><td>{escape(row.label)}</td>{f'<td>{escape(LEVELS[row.held])}</td>' * len(marketplaces)}</tr>"
        for row in rows
    )
    head = "".join(f"<th>{name}</th>" for name in ("Permission", *heads))
    return f"<section><h2>{title}</h2><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></section>"


FAMILY = Family(
    names=("grid_100_rows", "grid_500_rows", "grid_2000_rows", "grid_growth", "grid_touch_rules"), measure=measure
)
