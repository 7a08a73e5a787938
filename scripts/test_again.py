"""Runs what failed in `make test` again: each test alone, three times, all of which must pass.

`make test` keeps two cores busy with four processes, and a browser that waits its turn for half a minute there is no
fault of the product. What fails alone is one, and so is a run in which much failed; neither is forgiven. What passed
again is named in the last lines, so that a person looks at it: it may be a race that shows rarely.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".pytest_cache/v/cache/lastfailed"
TIMES = 3
AT_MOST = 4


def main() -> int:
    """0: all passed every time; 1: one did not, or too many failed; 2: there is no failed run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", type=Path, default=KEPT, metavar="FILE", help="pytest's list of what failed")
    kept: Path = parser.parse_args().kept
    if not kept.is_file():
        parser.error(f"{kept}: the list that a failed run of pytest keeps was expected; run `make test` first")
    failed = sorted(json.loads(kept.read_text(encoding="utf-8")))
    if len(failed) > AT_MOST:
        print(f"test-again: {len(failed)} tests failed; no more than {AT_MOST} are tried again")
        return 1
    faulty = [test for test in failed if not _passes(test)]
    for test in failed:
        said = "failed alone, too" if test in faulty else f"passed alone, {TIMES} times of {TIMES}"
        print(f"test-again: {test}: {said}")
    return 1 if faulty else 0


def _passes(test: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--strict-config", test]
    return all(subprocess.run(command, cwd=ROOT, check=False).returncode == 0 for _ in range(TIMES))


if __name__ == "__main__":
    sys.exit(main())
