"""Records the shipped visits against the stand-in, afresh.

`python scripts/record_fixtures.py [PATTERN ...]`. Same bytes each time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from agent.rehearsal.record.flows_by_name import describe
from agent.rehearsal.record.stand_in import Studio, studio
from fixtures.recorded_visits import RecordedVisit, recorded_visits

ROOT = Path(__file__).resolve().parent.parent / "fixtures" / "recordings"


async def main(patterns: Sequence[str]) -> int:
    """Record what matches (all without a pattern); return how many visits there were."""
    wanted = [
        visit
        for visit in recorded_visits()
        if not patterns or any(fnmatchcase(f"{visit.flow}/{visit.name}", p) for p in patterns)
    ]
    async with studio() as recording:
        for visit in wanted:
            began = time.monotonic()
            outcome = await _renew(recording, visit, ROOT / visit.flow / visit.name)
            print(f"{visit.flow}/{visit.name}: {time.monotonic() - began:.1f} s, {describe(outcome)}", flush=True)
    _forget_unused_bodies()
    return len(wanted)


async def _renew(recording: Studio, visit: RecordedVisit, directory: Path) -> dict[str, Any]:
    """Record beside the old one first: a visit that fails costs nothing."""
    with tempfile.TemporaryDirectory() as beside:
        outcome = await recording.record(visit, Path(beside) / "new")
        _share_bodies(Path(beside) / "new")
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(Path(beside) / "new", directory)
    return outcome


def _share_bodies(recording: Path) -> None:
    """Move the bodies to the folder that all shipped recordings share: format 2."""
    shared = ROOT / "bodies"
    shared.mkdir(exist_ok=True)
    for body in (recording / "bodies").iterdir():
        shutil.move(body, shared / body.name)
    (recording / "bodies").rmdir()
    about = json.loads((recording / "recording.json").read_text(encoding="utf-8")) | {"schema": 2}
    text = json.dumps(about, ensure_ascii=False, indent=1) + "\n"
    (recording / "recording.json").write_text(text, encoding="utf-8")


def _forget_unused_bodies() -> None:
    """Delete shared bodies that no recording names any more."""
    named = {
        row["response"]["body"]
        for file in ROOT.rglob("exchanges.json")
        for row in json.loads(file.read_text(encoding="utf-8"))
        if row["response"]
    }
    for body in (ROOT / "bodies").iterdir():
        if body.name not in named:
            body.unlink()


def patterns_given() -> list[str]:
    """What the command line asks for; ends the program where nothing is called so."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="FLOW/NAME with wildcards; all if not given")
    given: list[str] = parser.parse_args().patterns
    known = [f"{visit.flow}/{visit.name}" for visit in recorded_visits()]
    for pattern in given:
        if not any(fnmatchcase(name, pattern) for name in known):
            parser.error(f"a recorded visit was expected, nothing is called {pattern}; there are: {', '.join(known)}")
    return given


if __name__ == "__main__":
    print(f"{asyncio.run(main(patterns_given()))} visits recorded under {ROOT}")
