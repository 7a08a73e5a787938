"""The list of findings: each names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[4]


def test_each_finding_names_a_test_that_exists() -> None:
    written = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    rows = re.findall(
        r"^\| (?:[A-Z]\d+|B|suspected:) .*$", (ROOT / "docs" / "findings.md").read_text("utf-8"), re.MULTILINE
    )
    lacking = []
    for row in rows:
        named = re.findall(r"`(test_\w+|tests/[\w/.]+)`", row)
        known = [name for name in named if f"def {name}(" in written or (ROOT / name).is_file()]
        lacking += [row] if not named or named != known else []
    assert (len(rows), lacking) == (53, [])
