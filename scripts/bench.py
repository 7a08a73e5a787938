"""Measure what the agent costs, as ratios within one run.

`scripts/bench.py [--quick] [NAME ...]`; a table, and build/bench.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from scripts.bench_table import GOALS, short, table  # noqa: E402 - the path comes first
from tests.bench import (  # noqa: E402 - the path comes first
    contexts,
    daemons,
    deliveries,
    fleet_page,
    grids,
    insights,
    key_to_pixel,
    mailbox_start,
    replaying,
    starting,
    visits,
    web_role,
    webhook_delay,
    workers,
)
from tests.bench.tools.figure import Family, Figure, UnmeasuredError  # noqa: E402

FAMILIES = (
    visits.FAMILY,
    insights.FAMILY,
    contexts.FAMILY,
    grids.FAMILY,
    deliveries.FAMILY,
    mailbox_start.FAMILY,
    daemons.WAITING,
    replaying.FAMILY,
    starting.FAMILY,
    webhook_delay.FAMILY,
    fleet_page.FAMILY,
    key_to_pixel.FAMILY,
    web_role.FAMILY,
    workers.FAMILY,
)


def main() -> int:
    """Measure the families that hold the wanted names; 1 if a figure is missing."""
    known = [name for family in FAMILIES for name in family.names]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="fewer runs and smaller worlds: to see that it works, not to quote"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="print the rows for docs/bench.md of the last run, and measure nothing"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench.json")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which figures, by the beginning of their names: {', '.join(known)}"
    )
    asked = parser.parse_args()
    if asked.markdown:
        print(table(json.loads(asked.output.read_text(encoding="utf-8")), only_goals=False))
        return 0
    wanted = [family for family in FAMILIES if not asked.names or _is_wanted(family, asked.names)]
    if not wanted:
        parser.error(f"no figure is called {', '.join(asked.names)}; there are {', '.join(known)}")
    machine, began = _machine() | {"quick": asked.quick}, time.monotonic()
    asked.output.parent.mkdir(parents=True, exist_ok=True)

    def keep(figures: Sequence[Figure]) -> None:
        """Write down what there is: a run that is cut off loses only what it had not measured."""
        document = {
            "schema": 1,
            "machine": machine | {"load_at_end": os.getloadavg()[0], "minutes": (time.monotonic() - began) / 60},
            "figures": [asdict(one) for one in figures],
        }
        asked.output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")

    figures, missing = asyncio.run(_measure(wanted, quick=asked.quick, keep=keep))
    _print(figures)
    for line in missing:
        print(f"not measured: {line}", file=sys.stderr)
    return 1 if missing else 0


def _is_wanted(family: Family, names: Sequence[str]) -> bool:
    return any(called.startswith(name) for called in family.names for name in names)


async def _measure(
    families: Sequence[Family], *, quick: bool, keep: Callable[[Sequence[Figure]], None]
) -> tuple[list[Figure], list[str]]:
    """One family after the other.

    What cannot be measured is told with its reason, never made up.
    """
    figures: list[Figure] = []
    missing: list[str] = []
    for family in families:
        done: list[str] = []
        reason = "it ended without it"
        try:
            async for one in family.measure(quick):
                figures.append(one)
                done.append(one.name)
                keep(figures)
                print(f"{one.name}: {short(one.value)} {one.unit}", file=sys.stderr, flush=True)
        except (Exception, pytest.fail.Exception) as err:  # noqa: BLE001 - the other families are measured all the same
            reason = str(err) if isinstance(err, UnmeasuredError) else f"{type(err).__name__}: {err}"
        missing += [f"{name}: {reason}" for name in family.names if name not in done]
    return figures, missing


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": platform.platform(terse=True),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_mb": memory // 2**20,
        "python": platform.python_version(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_at_start": os.getloadavg()[0],
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _print(figures: Sequence[Figure]) -> None:
    printed = Table("figure", "median", "min", "max", "unit", "runs", "goal", "beside")
    for one in figures:
        cells = (short(value) for value in (one.value, one.min, one.max))
        printed.add_row(one.name, *cells, one.unit, str(one.runs), GOALS.get(one.name, ""), one.of)
    Console(width=None if sys.stdout.isatty() else 200).print(printed)


if __name__ == "__main__":
    raise SystemExit(main())
