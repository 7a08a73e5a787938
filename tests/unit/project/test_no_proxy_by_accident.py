"""No client of ours takes a proxy from the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
CLIENTS = ("Client", "AsyncClient")


def made_clients(file: Path) -> Iterator[tuple[int, set[str | None]]]:
    """Where a file makes a client of httpx, and with which options."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLIENTS:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "httpx":
                no = {
                    one.arg for one in node.keywords if isinstance(one.value, ast.Constant) and one.value.value is False
                }
                yield node.lineno, no


def test_no_client_of_ours_asks_the_environment_for_a_proxy() -> None:
    files = [file for folder in ("agent", "flows") for file in (ROOT / folder).rglob("*.py")]
    made = [(file.relative_to(ROOT), *one) for file in files for one in made_clients(file)]
    assert len(made) >= 5
    assert [f"{file}:{line}" for file, line, no in made if "trust_env" not in no] == []
