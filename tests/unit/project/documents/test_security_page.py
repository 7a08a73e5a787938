"""docs/security.md, row by row: each names the test that shows its guard, and what it names exists."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| Threat"))
]
SHOWN = {  # threats that the issue names must stay on the page, whatever else is written
    "OIDC": "provider",
    "take-over": "wheel",
    "registration": "nobody ordered",
    "secret stores": "secret store",
    "API keys": "API key",
}


@cache
def known_tests() -> frozenset[str]:
    """Every test function there is."""
    found = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)
    files = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return frozenset(name for text in files for name in found.findall(text))


@cache
def known_places() -> tuple[str, ...]:
    """Every file and folder of the tests, as paths."""
    return tuple(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*"))


def names_in(row: list[str]) -> tuple[list[str], list[str]]:
    """The tests that a row names: functions, and files or folders of tests."""
    quoted = re.findall(r"`([^`]+)`", " ".join(row))
    functions = [one for one in quoted if re.fullmatch(r"test_\w+", one)]
    files = [one for one in quoted if one.endswith(".py") and "test_" in one]
    folders = [one for one in quoted if re.match(r"(tests|second_site|standin|unit|replay)/", one) and one not in files]
    return functions, files + folders


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:60] for row in ROWS])
def test_each_row_names_a_test_that_exists(row: list[str]) -> None:
    functions, places = names_in(row)
    assert functions or places, "no test is named"
    assert [name for name in functions if name not in known_tests()] == []
    assert [one for one in places if not any(each.endswith(one.rstrip("/")) for each in known_places())] == []


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:60] for row in ROWS])
def test_each_row_s_code_exists(row: list[str]) -> None:
    quoted = re.findall(r"`([^`]+)`", row[-1])
    folder, lost = ROOT, []
    for one in (each for each in quoted if "/" in each or each.endswith((".py", ".toml", ".js", ".yaml"))):
        if one.startswith((".", "agent/", "flows/", "selectors/", "fixtures/")):
            place = ROOT / one
        elif "test_" in one or one.startswith("tests/"):
            continue
        else:  # a neighbour of the one before
            place = folder / one
        folder = place if place.is_dir() else place.parent
        if not place.exists():
            lost.append(one)
    assert lost == []


@pytest.mark.parametrize(("what", "word"), SHOWN.items())
def test_what_the_product_added_is_on_the_page(what: str, word: str) -> None:
    assert any(word in row[0] for row in ROWS), what
